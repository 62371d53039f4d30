/// Calls for names that are known only when the program runs.
extension SummaryWriter {
    /// Logs a point for each of several curves that belong in one chart, `tag/name` each, in the order
    /// of the names.
    ///
    /// - Parameters:
    ///   - values: The values, by name.
    ///   - tag: The chart.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of these curves.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a literal does.
    @_disfavoredOverload  // A literal keeps its order.
    public func addScalars(
        _ values: [String: any ScalarValue], tag: String,
        step: (some BinaryInteger)? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(NamedScalars(values), tag, step.clamped, wallTime)
    }

    /// Logs a point for each of several curves that belong in one chart, `tag/name` each: of a
    /// dictionary in the order of the names, of all else in its own.
    ///
    /// - Parameters:
    ///   - values: The values, by name.
    ///   - tag: The chart.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of these curves.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a literal does.
    @_disfavoredOverload  // A literal keeps its order.
    public func addScalars<Value: ScalarValue>(
        _ values: some Sequence<(key: String, value: Value)>, tag: String,
        step: (some BinaryInteger)? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(NamedScalars(values), tag, step.clamped, wallTime)
    }

    /// Logs a point for each of several curves that belong in one chart, `tag/name` each.
    ///
    /// ```swift
    /// try writer.addScalars(zip(names, losses), tag: "losses", step: step)
    /// ```
    ///
    /// - Parameters:
    ///   - values: Pairs of a name and a value.
    ///   - tag: The chart.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of these curves.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a literal does.
    @_disfavoredOverload  // A literal keeps its order.
    public func addScalars<Value: ScalarValue>(
        _ values: some Sequence<(String, Value)>, tag: String,
        step: (some BinaryInteger)? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(NamedScalars(values), tag, step.clamped, wallTime)
    }

    // MARK: Results

    /// Logs the end of a run whose hyperparameters were logged.
    ///
    /// - Parameters:
    ///   - metrics: Final results, by the tags of their curves: a last point for each.
    ///   - status: How the run ended.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    /// - Throws: `EventFileError` as that of a literal does.
    @_disfavoredOverload  // A literal keeps its order.
    public func endHParams(
        metrics: [String: any ScalarValue], status: HParams.Status = .success,
        step: (some BinaryInteger)? = nil as Int?
    ) throws(EventFileError) {
        try end(NamedScalars(metrics), status, step.clamped)
    }

    /// Logs the end of a run whose hyperparameters were logged.
    ///
    /// - Parameters:
    ///   - metrics: Final results, by the tags of their curves: a last point for each.
    ///   - status: How the run ended.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    /// - Throws: `EventFileError` as that of a literal does.
    @_disfavoredOverload  // A literal keeps its order.
    public func endHParams<Value: ScalarValue>(
        metrics: some Sequence<(key: String, value: Value)>, status: HParams.Status = .success,
        step: (some BinaryInteger)? = nil as Int?
    ) throws(EventFileError) {
        try end(NamedScalars(metrics), status, step.clamped)
    }

    /// Logs the end of a run whose hyperparameters were logged.
    ///
    /// - Parameters:
    ///   - metrics: Pairs of a curve's tag and its final result: a last point for each.
    ///   - status: How the run ended.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    /// - Throws: `EventFileError` as that of a literal does.
    @_disfavoredOverload  // A literal keeps its order.
    public func endHParams<Value: ScalarValue>(
        metrics: some Sequence<(String, Value)>, status: HParams.Status = .success,
        step: (some BinaryInteger)? = nil as Int?
    ) throws(EventFileError) {
        try end(NamedScalars(metrics), status, step.clamped)
    }

    // MARK: Hyperparameters

    /// Logs the run's hyperparameters and its results, and ends the run.
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters, each once.
    ///   - metrics: Final results, by the tags of their curves.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    ///   - group: Runs of one group are one row, with the mean of their metrics.
    ///   - experiment: What all runs of the log folder have in common.
    /// - Throws: `EventFileError` as that of literals does.
    @_disfavoredOverload  // A literal keeps its order.
    public func addHParams(
        _ hparams: HParams, metrics: [String: any ScalarValue],
        step: (some BinaryInteger)? = nil as Int?, group: String = "",
        experiment: HParamsExperiment? = nil
    ) throws(EventFileError) {
        try add(hparams, NamedScalars(metrics), step.clamped, group, experiment)
    }

    /// Logs the run's hyperparameters and its results, and ends the run.
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters, each once.
    ///   - metrics: Final results, by the tags of their curves.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    ///   - group: Runs of one group are one row, with the mean of their metrics.
    ///   - experiment: What all runs of the log folder have in common.
    /// - Throws: `EventFileError` as that of literals does.
    @_disfavoredOverload  // A literal keeps its order.
    public func addHParams<Value: ScalarValue>(
        _ hparams: HParams, metrics: some Sequence<(String, Value)>,
        step: (some BinaryInteger)? = nil as Int?, group: String = "",
        experiment: HParamsExperiment? = nil
    ) throws(EventFileError) {
        try add(hparams, NamedScalars(metrics), step.clamped, group, experiment)
    }

    /// Logs the run's hyperparameters, values of any type, as `HParams(of:)` takes them.
    ///
    /// ```swift
    /// try writer.addHParams(["rate": rate, "layers": [64, 32], "warm-up": nil, "name": name])
    /// ```
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters, each once.
    ///   - metrics: Final results, by the tags of their curves, if they are known.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    ///   - group: Runs of one group are one row, with the mean of their metrics.
    ///   - experiment: What all runs of the log folder have in common.
    /// - Throws: `EventFileError` as that of ``HParams`` does.
    public func addHParams(
        _ hparams: KeyValuePairs<String, Any?>,
        metrics: KeyValuePairs<String, any ScalarValue>? = nil,
        step: (some BinaryInteger)? = nil as Int?, group: String = "",
        experiment: HParamsExperiment? = nil
    ) throws(EventFileError) {
        try add(
            HParams(of: hparams), metrics.map { NamedScalars($0) }, step.clamped, group, experiment)
    }

    /// Logs the run's hyperparameters, values of any type, as `HParams(of:)` takes them, in the
    /// order of their names.
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters.
    ///   - metrics: Final results, by the tags of their curves, if they are known.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    ///   - group: Runs of one group are one row, with the mean of their metrics.
    ///   - experiment: What all runs of the log folder have in common.
    /// - Throws: `EventFileError` as that of ``HParams`` does.
    @_disfavoredOverload  // A literal keeps its order.
    public func addHParams(
        _ hparams: [String: Any?], metrics: [String: any ScalarValue]? = nil,
        step: (some BinaryInteger)? = nil as Int?, group: String = "",
        experiment: HParamsExperiment? = nil
    ) throws(EventFileError) {
        try add(
            HParams(of: hparams), metrics.map { NamedScalars($0) }, step.clamped, group, experiment)
    }
}
