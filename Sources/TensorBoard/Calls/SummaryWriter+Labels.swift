extension SummaryWriter {
    /// Logs a curve of precision over recall, whose labels are the numbers 0 and 1.
    ///
    /// - Parameters:
    ///   - predictions: How probable it is, from 0 to 1, that an example is positive: floating-point
    ///     numbers of any size. Those outside count as the nearer end; those that are not numbers are
    ///     left out.
    ///   - labels: 1 for an example that is positive, 0 for one that is not; numbers of any type.
    ///   - weights: What an example counts, a finite number; 1 each unless given.
    ///   - thresholds: At how many thresholds to count, 2 or more. A tag's curves should agree in it.
    ///   - tag: The series.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - metadata: A title and an explanation, taken from the first value of a tag in a file.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Precondition: A label, and a weight if there are any, for each prediction.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` if a label is neither 0 nor 1.
    @_disfavoredOverload  // Truth values need no look.
    public func addPRCurve<Prediction: BinaryFloatingPoint, Label: ScalarValue>(
        predictions: some Collection<Prediction>, labels: some Collection<Label>,
        weights: [Float]? = nil, thresholds: Int = 127, tag: String,
        step: (some BinaryInteger)? = nil as Int?, metadata: Summary.Metadata? = nil,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        if isDisabled { return }
        let numbers = labels.map(\.scalarValue)
        if let wrong = numbers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
            return try refuse(
                Refusal(
                    "the label \(numbers[wrong]) of example \(wrong), under \(tag.quoted): labels "
                        + "are 0 or 1"))
        }
        try addPRCurve(
            predictions: predictions.map { Float($0) }, labels: numbers.map { $0 == 1 },
            weights: weights, thresholds: thresholds, tag: tag, step: step, metadata: metadata,
            wallTime: wallTime)
    }
}
