extension SummaryWriter {
    /// Logs what the summary ops of a graph collected in a run.
    ///
    /// - Parameters:
    ///   - collected: The values.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as `add(_:step:wallTime:)` of a ``Summary`` does.
    @_disfavoredOverload  // A summary that is made on the spot is a `Summary`.
    public func add<Step: BinaryInteger>(
        _ collected: CollectedSummary, step: Step? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(Summary(collected), step: step, wallTime: wallTime)
    }

    /// Logs a distribution.
    ///
    /// - Parameters:
    ///   - values: Numbers, which the writer's thread counts into buckets; those that are not finite
    ///     are left out.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addHistogram<Step: BinaryInteger>(
        _ values: [Float], tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.histogram(.floats(values)), tag, step, metadata, wallTime)
    }

    /// Logs a distribution.
    ///
    /// - Parameters:
    ///   - values: Numbers, which the writer's thread counts into buckets; those that are not finite
    ///     are left out.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    @_disfavoredOverload  // A list of literals is one of Float.
    public func addHistogram<Step: BinaryInteger>(
        _ values: [Double], tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.histogram(.doubles(values)), tag, step, metadata, wallTime)
    }

    /// Logs a distribution whose numbers are in no array; they are copied.
    ///
    /// - Parameters:
    ///   - values: Numbers; those that are not finite are left out.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addHistogram<Step: BinaryInteger>(
        _ values: Span<Float>, tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let copy = values.withUnsafeBufferPointer { Array($0) }
        try add(.histogram(.floats(copy)), tag, step, metadata, wallTime)
    }

    /// Logs a distribution that was counted before.
    ///
    /// - Parameters:
    ///   - histogram: The buckets.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addHistogram<Step: BinaryInteger>(
        _ histogram: Histogram, tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.histogram(.counted(histogram)), tag, step, metadata, wallTime)
    }

    /// Logs a text.
    ///
    /// - Parameters:
    ///   - markdown: The text, in Markdown.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addText<Step: BinaryInteger>(
        _ markdown: String, tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let value = Summary.Value.text(markdown, tag: tag)
        try add(value.content, tag, step, metadata, wallTime)
    }

    /// Logs a table of texts.
    ///
    /// - Parameters:
    ///   - rows: The cells, in Markdown, row by row.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: All rows have the same number of cells.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addText<Step: BinaryInteger>(
        table rows: [[String]], tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let value = Summary.Value.text(table: rows, tag: tag)
        try add(value.content, tag, step, metadata, wallTime)
    }

    /// Logs a sound, which the writer's thread encodes as WAV.
    ///
    /// - Parameters:
    ///   - audio: The sound.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addAudio<Step: BinaryInteger>(
        _ audio: Audio, tag: String, step: Step? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.audio(audio), tag, step, metadata, wallTime)
    }

    /// Logs a curve of precision over recall.
    ///
    /// - Parameters:
    ///   - predictions: How probable it is, from 0 to 1, that an example is positive. Those outside
    ///     count as the nearer end; those that are not numbers are left out.
    ///   - labels: Whether it is.
    ///   - weights: What an example counts, a finite number; 1 each unless given.
    ///   - thresholds: At how many thresholds to count, 2 or more. A tag's curves should agree in it.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: A label, and a weight if there are any, for each prediction.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addPRCurve<Step: BinaryInteger>(
        predictions: [Float], labels: [Bool], weights: [Float]? = nil, thresholds: Int = 127,
        tag: String, step: Step? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        let curve = PrecisionRecallCurve(
            predictions: predictions, labels: labels, weights: weights, thresholds: thresholds)
        try add(.precisionRecall(curve), tag, step, metadata, wallTime)
    }

    /// Logs a curve of precision over recall whose examples were counted before.
    ///
    /// - Parameters:
    ///   - counts: What was counted at each threshold.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addPRCurve<Step: BinaryInteger>(
        _ counts: PrecisionRecallCurve.Counts, tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.precisionRecall(PrecisionRecallCurve(counts)), tag, step, metadata, wallTime)
    }

    /// Logs a body, or a cloud of points, in space.
    ///
    /// - Parameters:
    ///   - mesh: The mesh.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: An explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addMesh<Step: BinaryInteger>(
        _ mesh: Mesh, tag: String, step: Step? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        do throws(Refusal) {
            try mesh.configuration.checkHasNoNUL("the configuration")
        } catch {
            return try refuse(error)
        }
        try add(
            Summary(Summary.Value.mesh(mesh, tag: tag, metadata: metadata)), step: step,
            wallTime: wallTime)
    }

    /// Logs a tensor for a plugin that this package does not know.
    ///
    /// - Parameters:
    ///   - tensor: The tensor.
    ///   - plugin: The plugin, with what it has to know of the tag.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addTensor<Step: BinaryInteger>(
        _ tensor: TensorValue, plugin: Summary.Plugin, tag: String, step: Step? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(.tensor(tensor, plugin), tag, step, metadata, wallTime)
    }

    /// Logs an event that is serialized already, as it is.
    ///
    /// - Parameter event: A serialized `Event` of TensorFlow's, with a time and a step of its own.
    /// - Throws: `EventFileError` if the bytes are no event, or if its time is not finite, which
    ///   would make TensorBoard drop the file; if the writer is closed, or if an earlier write
    ///   failed.
    public func add(event: [UInt8]) throws(EventFileError) {
        let parsed = EventDecoder().event(event.span.bytes, atOffset: 0)
        guard let parsed, parsed.wallTime.isFinite else {
            throw EventFileError(
                path: path, problem: .notAnEvent,
                description: "not logged: \(event.count) bytes that are no event with a finite time"
            )
        }
        try put(
            .serialized(event), step: parsed.step, wallTime: parsed.wallTime, tags: parsed.tags,
            as: parsed.values.isEmpty ? .ofRun : .value)
    }

    /// Logs one value.
    func add(
        _ content: Summary.Content, _ tag: String, _ step: (some BinaryInteger)?,
        _ metadata: Summary.Metadata?,
        _ wallTime: Double?
    ) throws(EventFileError) {
        try add(
            Summary([Summary.Value(tag: tag, content: content, metadata: metadata)]), step: step,
            wallTime: wallTime)
    }
}

extension Optional where Wrapped: BinaryInteger {
    /// The number, or the nearest one that there is.
    var clamped: Int64? { map { Int64(clamping: $0) } }
}
