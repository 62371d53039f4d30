extension SummaryWriter {
    /// Logs a distribution, counted into buckets of the program's choice.
    ///
    /// ```swift
    /// try writer.addHistogram(lengths, bins: .count(20), tag: "lengths", step: step)
    /// ```
    ///
    /// - Parameters:
    ///   - values: Numbers, of an array, a slice or any other sequence; those that are not finite are
    ///     left out. They are counted in the calling thread.
    ///   - bins: The buckets.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addHistogram(
        _ values: some Sequence<some ScalarValue>, bins: HistogramBins, tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        if isDisabled { return }
        let histogram = Histogram(counting: values.map(\.asDouble), bins: bins)
        try add(.histogram(.counted(histogram)), tag, step, metadata, wallTime)
    }

    /// Logs a distribution of numbers of any type: of an array, a slice or any other sequence.
    ///
    /// - Parameters:
    ///   - values: Numbers, which the writer's thread counts into buckets; those that are not finite
    ///     are left out.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    @_disfavoredOverload  // Arrays of Float and Double need no copy.
    public func addHistogram<Value: ScalarValue>(
        _ values: some Sequence<Value>, tag: String, step: (some BinaryInteger)? = nil as Int?,
        metadata: Summary.Metadata? = nil, wallTime: Double? = nil
    ) throws(EventFileError) {
        if isDisabled { return }
        let source: Summary.HistogramSource =
            if let floats = values as? any Sequence<Float> {
                .floats(Array(floats))
            } else {
                .doubles(values.map(\.asDouble))
            }
        try add(.histogram(source), tag, step, metadata, wallTime)
    }
}

extension ScalarValue {
    /// The nearest `Double`, where the type has more digits than `Float`.
    var asDouble: Double {
        switch self {
        case let number as Double: number
        case let number as any BinaryInteger: Self.double(number)
        case let number as any BinaryFloatingPoint: Self.double(number)
        default: Double(scalarValue)
        }
    }

    private static func double(_ number: some BinaryInteger) -> Double { Double(number) }
    private static func double(_ number: some BinaryFloatingPoint) -> Double { Double(number) }
}
