extension SummaryWriter {
    /// Logs a picture.
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - tag: The series. TensorBoard keeps ten pictures of a series, the last one always, unless
    ///     it is started with `--samples_per_plugin images=1000`.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage<Step: BinaryInteger>(
        _ image: Image, tag: String, step: Step? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.image(image), tag, step, metadata, wallTime)
    }

    /// Logs a picture of bytes in any layout, or a batch as one picture.
    ///
    /// - Parameters:
    ///   - pixels: The pixels, which are copied; of an array, `array.span`.
    ///   - shape: Their layout. A batch becomes a nearly square grid.
    ///   - strides: How many bytes lie from one place of a dimension to the next, for each dimension
    ///     of the shape; by default there are no gaps.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage<Step: BinaryInteger>(
        _ pixels: Span<UInt8>, shape: PixelShape, strides: [Int]? = nil, tag: String,
        step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        let image = Image(pixels, shape: shape, strides: strides)
        try add(.image(image), tag, step, metadata, wallTime)
    }

    /// Logs a picture of numbers in any layout, or a batch as one picture.
    ///
    /// - Parameters:
    ///   - pixels: The pixels; of an array, `array.span`. A pixel of which any channel is not a
    ///     number becomes red.
    ///   - shape: Their layout. A batch becomes a nearly square grid.
    ///   - strides: How many numbers lie from one place of a dimension to the next, for each
    ///     dimension of the shape; by default there are no gaps.
    ///   - range: What is black and what is white. It is never guessed.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, as many pixels as the shape says, and a range that is finite
    ///   and not empty.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage<Step: BinaryInteger>(
        _ pixels: Span<Float>, shape: PixelShape, strides: [Int]? = nil, range: ClosedRange<Float>,
        tag: String, step: Step? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let image = Image(pixels, shape: shape, strides: strides, range: range)
        try add(.image(image), tag, step, metadata, wallTime)
    }

    /// How the pictures of a batch are shown.
    public enum BatchStyle: Sendable {
        /// Side by side in one picture, with so many in a row, or in a nearly square grid, and with
        /// so many black pixels between them.
        case grid(columns: Int? = nil, gap: Int = 0)
        /// Each under a tag of its own: `tag/image/0`, `tag/image/1` and so on.
        case separate
    }

    /// Logs the pictures of a batch of bytes.
    ///
    /// - Parameters:
    ///   - pixels: The pixels, which are copied; of an array, `array.span`.
    ///   - shape: Their layout.
    ///   - strides: How many bytes lie from one place of a dimension to the next, for each dimension
    ///     of the shape; by default there are no gaps.
    ///   - style: Whether the pictures become one.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImages<Step: BinaryInteger>(
        _ pixels: Span<UInt8>, shape: PixelShape, strides: [Int]? = nil,
        as style: BatchStyle = .grid(), tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        switch style {
        case .grid(let columns, let gap):
            let image = Image(pixels, shape: shape, strides: strides, columns: columns, gap: gap)
            try add(.image(image), tag, step, metadata, wallTime)
        case .separate:
            let images = Image.batch(pixels, shape: shape, strides: strides)
            try addSeparately(images, tag, step, metadata, wallTime)
        }
    }

    /// Logs the pictures of a batch of numbers, by one range for all.
    ///
    /// - Parameters:
    ///   - pixels: The pixels; of an array, `array.span`. A pixel of which any channel is not a
    ///     number becomes red.
    ///   - shape: Their layout.
    ///   - strides: How many numbers lie from one place of a dimension to the next, for each
    ///     dimension of the shape; by default there are no gaps.
    ///   - range: What is black and what is white. It is never guessed.
    ///   - style: Whether the pictures become one.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, as many pixels as the shape says, and a range that is finite
    ///   and not empty.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImages<Step: BinaryInteger>(
        _ pixels: Span<Float>, shape: PixelShape, strides: [Int]? = nil, range: ClosedRange<Float>,
        as style: BatchStyle = .grid(), tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        switch style {
        case .grid(let columns, let gap):
            let image = Image(
                pixels, shape: shape, strides: strides, range: range, columns: columns, gap: gap)
            try add(.image(image), tag, step, metadata, wallTime)
        case .separate:
            let images = Image.batch(pixels, shape: shape, strides: strides, range: range)
            try addSeparately(images, tag, step, metadata, wallTime)
        }
    }

    /// Logs a picture with frames in it, which the writer's thread draws.
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - boxes: The frames.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImageWithBoxes<Step: BinaryInteger>(
        _ image: Image, boxes: [BoundingBox], tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.boxedImage(image, boxes), tag, step, metadata, wallTime)
    }

    /// Logs a video, which the writer's thread encodes as an animated PNG. TensorBoard shows it
    /// among the images; programs that know no animations show its first frame, where a GIF ends
    /// some of them.
    ///
    /// - Parameters:
    ///   - video: The video.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addVideo<Step: BinaryInteger>(
        _ video: Video, tag: String, step: Step? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.video(video), tag, step, metadata, wallTime)
    }

    func addSeparately(
        _ images: [Image], _ tag: String, _ step: (some BinaryInteger)?,
        _ metadata: Summary.Metadata?,
        _ wallTime: Double?
    ) throws(EventFileError) {
        let values = images.enumerated().map { index, image in
            Summary.Value(
                tag: "\(tag)/image/\(index)", content: .image(image), metadata: metadata)
        }
        try add(Summary(values), step: step, wallTime: wallTime)
    }
}
