/// Several things of one kind in one call.
extension SummaryWriter {
    /// Logs texts, one below the other in a table.
    ///
    /// - Parameters:
    ///   - texts: The texts, in Markdown.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addText(
        _ texts: [String], tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(Summary.Value.texts(texts, tag: tag).content, tag, step, metadata, wallTime)
    }

    /// Logs sounds, each under a tag of its own: `tag/audio/0`, `tag/audio/1` and so on, as TensorFlow
    /// has it.
    ///
    /// - Parameters:
    ///   - sounds: The sounds.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of these tags.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addAudio(
        _ sounds: [Audio], tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        let values = sounds.enumerated().map { index, sound in
            Summary.Value(
                tag: "\(tag)/audio/\(index)", content: .audio(sound), metadata: metadata)
        }
        try add(Summary(values), step: step, wallTime: wallTime)
    }

    /// Logs videos: side by side in one, as torch's writer has them, or one by one.
    ///
    /// ```swift
    /// let films = Video.batch(pixels.span, shape: .ntchw(4, 16, 3, 64, 64), range: 0...1)
    /// try writer.addVideos(films, tag: "samples", step: step)
    /// ```
    ///
    /// - Parameters:
    ///   - videos: The videos, of one size if they become one, which then runs as fast as the first.
    ///     Those that are shorter than others stay at their last frame.
    ///   - style: Whether they become one; one by one they are `tag/image/0`, `tag/image/1` and so on.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addVideos(
        _ videos: [Video], as style: BatchStyle = .grid(), tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        switch style {
        case .grid(let columns, let gap):
            guard let video = Video.grid(of: videos, columns: columns, gap: gap) else { return }
            try add(.video(video), tag, step, metadata, wallTime)
        case .separate:
            let values = videos.enumerated().map { index, video in
                Summary.Value(
                    tag: "\(tag)/image/\(index)", content: .video(video), metadata: metadata)
            }
            try add(Summary(values), step: step, wallTime: wallTime)
        }
    }

    /// Logs several bodies, or clouds of points, under one tag. The Mesh tab shows them side by side.
    ///
    /// - Parameters:
    ///   - meshes: The meshes: all with colours or none, and all with faces or none. Those that have
    ///     fewer vertices than others get their last one again, and faces without an area.
    ///   - tag: The series.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: An explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: Each has a vertex, and they agree in having colours and faces.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addMeshes(
        _ meshes: [Mesh], tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        do throws(Refusal) {
            for mesh in meshes { try mesh.configuration.checkHasNoNUL("the configuration") }
        } catch {
            return try refuse(error)
        }
        if meshes.isEmpty { return }
        try add(
            Summary(Summary.Value.meshes(meshes, tag: tag, metadata: metadata)), step: step,
            wallTime: wallTime)
    }

    /// Logs values that are serialized already, as they are.
    ///
    /// - Parameters:
    ///   - bytes: A serialized `Summary` of TensorFlow's.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of their tags.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the bytes are no summary; if the writer is closed, or if an earlier
    ///   write failed; with the problem `refused` as `add(_:step:wallTime:)` has it.
    public func add(
        summary bytes: [UInt8], step: (some BinaryInteger)? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        let event = EventEncoder.event(of: bytes, wallTime: 0, step: 0)
        guard let parsed = EventDecoder().event(event.span.bytes, atOffset: 0),
            case .summary(let values) = parsed.content
        else {
            throw EventFileError(
                path: path, problem: .notAnEvent,
                description: "not logged: \(bytes.count) bytes that are no summary")
        }
        try put(
            .serializedSummary(bytes), step: step.clamped, wallTime: wallTime, tags: parsed.tags,
            as: values.isEmpty ? .ofRun : .value)
    }
}
