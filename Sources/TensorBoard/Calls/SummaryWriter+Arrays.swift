/// Pictures of arrays as programs have them at hand.
extension SummaryWriter {
    /// Logs a picture of bytes, or a batch as one picture.
    ///
    /// - Parameters:
    ///   - pixels: The pixels: an array, a slice or `Data`.
    ///   - shape: Their layout. A batch becomes a nearly square grid.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage(
        _ pixels: some Collection<UInt8>, shape: PixelShape, tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let bytes = Array(pixels)
        let image = Image(bytes.span, shape: shape)
        try addImage(image, tag: tag, step: step, metadata: metadata, wallTime: wallTime)
    }

    /// Logs a picture of numbers, or a batch as one picture.
    ///
    /// - Parameters:
    ///   - pixels: The pixels: an array or a slice of floating-point numbers of any size. A pixel of
    ///     which any channel is not a number becomes red.
    ///   - shape: Their layout. A batch becomes a nearly square grid.
    ///   - range: What is black and what is white. It is never guessed.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, as many pixels as the shape says, and a range that is finite
    ///   and not empty.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage<Pixel: BinaryFloatingPoint>(
        _ pixels: some Collection<Pixel>, shape: PixelShape, range: ClosedRange<Pixel>, tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let numbers = floats(pixels)
        let image = Image(numbers.span, shape: shape, range: floats(range))
        try addImage(image, tag: tag, step: step, metadata: metadata, wallTime: wallTime)
    }

    /// Logs a mask as a picture: what is true is white, all else black.
    ///
    /// - Parameters:
    ///   - mask: The truth values: an array or a slice.
    ///   - shape: Their layout. A batch becomes a nearly square grid.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: As many values as the shape says.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage(
        _ mask: some Collection<Bool>, shape: PixelShape, tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let bytes = mask.map { $0 ? 255 : 0 as UInt8 }
        try addImage(
            bytes, shape: shape, tag: tag, step: step, metadata: metadata, wallTime: wallTime)
    }

    /// Logs the pictures of a batch of bytes.
    ///
    /// - Parameters:
    ///   - pixels: The pixels: an array, a slice or `Data`.
    ///   - shape: Their layout.
    ///   - style: Whether the pictures become one.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImages(
        _ pixels: some Collection<UInt8>, shape: PixelShape, as style: BatchStyle = .grid(),
        tag: String, step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let bytes = Array(pixels)
        try addImages(
            bytes.span, shape: shape, as: style, tag: tag, step: step, metadata: metadata,
            wallTime: wallTime)
    }

    /// Logs the pictures of a batch of numbers, by one range for all.
    ///
    /// - Parameters:
    ///   - pixels: The pixels: an array or a slice of floating-point numbers of any size. A pixel of
    ///     which any channel is not a number becomes red.
    ///   - shape: Their layout.
    ///   - range: What is black and what is white. It is never guessed.
    ///   - style: Whether the pictures become one.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: 1 to 4 channels, as many pixels as the shape says, and a range that is finite
    ///   and not empty.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImages<Pixel: BinaryFloatingPoint>(
        _ pixels: some Collection<Pixel>, shape: PixelShape, range: ClosedRange<Pixel>,
        as style: BatchStyle = .grid(), tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        let numbers = floats(pixels)
        try addImages(
            numbers.span, shape: shape, range: floats(range), as: style, tag: tag,
            step: step, metadata: metadata, wallTime: wallTime)
    }

    /// Logs a batch of masks: what is true is white, all else black.
    ///
    /// - Parameters:
    ///   - masks: The truth values: an array or a slice.
    ///   - shape: Their layout.
    ///   - style: Whether the pictures become one.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: As many values as the shape says.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImages(
        _ masks: some Collection<Bool>, shape: PixelShape, as style: BatchStyle = .grid(),
        tag: String, step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let bytes = masks.map { $0 ? 255 : 0 as UInt8 }
        try addImages(
            bytes, shape: shape, as: style, tag: tag, step: step, metadata: metadata,
            wallTime: wallTime)
    }

    private func floats<Pixel: BinaryFloatingPoint>(_ pixels: some Collection<Pixel>) -> [Float] {
        (pixels as? [Float]) ?? pixels.map { Float($0) }
    }

    private func floats(_ range: ClosedRange<some BinaryFloatingPoint>) -> ClosedRange<Float> {
        Float(range.lowerBound)...Float(range.upperBound)
    }
}

/// Gray pictures of nested arrays, a row each.
extension SummaryWriter {
    /// Logs a gray picture of rows of bytes.
    ///
    /// - Parameters:
    ///   - rows: The rows from the top, all of one length.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: The rows are of one length.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage(
        rows: [[UInt8]], tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addImage(
            rows.flatMap(\.self), shape: shape(of: rows), tag: tag, step: step, metadata: metadata,
            wallTime: wallTime)
    }

    /// Logs a gray picture of rows of numbers.
    ///
    /// - Parameters:
    ///   - rows: The rows from the top, all of one length. What is not a number becomes white.
    ///   - range: What is black and what is white. It is never guessed.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: The rows are of one length, and the range is finite and not empty.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage<Pixel: BinaryFloatingPoint>(
        rows: [[Pixel]], range: ClosedRange<Pixel>, tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try addImage(
            rows.flatMap(\.self), shape: shape(of: rows), range: range, tag: tag, step: step,
            metadata: metadata, wallTime: wallTime)
    }

    /// Logs a mask of rows: what is true is white, all else black.
    ///
    /// - Parameters:
    ///   - rows: The rows from the top, all of one length.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: The rows are of one length.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addImage(
        rows: [[Bool]], tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addImage(
            rows.flatMap(\.self), shape: shape(of: rows), tag: tag, step: step, metadata: metadata,
            wallTime: wallTime)
    }

    private func shape<Pixel>(of rows: [[Pixel]]) -> PixelShape {
        let width = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == width }, "a picture whose rows differ in length")
        return .hw(rows.count, width)
    }
}
