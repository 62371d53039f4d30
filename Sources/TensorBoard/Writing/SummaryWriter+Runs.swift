extension SummaryWriter {
    /// Logs the run's hyperparameters, for the HParams tab; to be called once for a run.
    ///
    /// The tab shows the run from then on, with the last values of all its curves as its metrics.
    /// Where the results are known already, this call logs them too and ends the run; otherwise
    /// ``endHParams(metrics:status:step:)`` does.
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters.
    ///   - metrics: Final results, by the tags of their curves, if they are known.
    ///   - step: The step of the results.
    ///   - group: Runs of one group are one row, with the mean of their metrics; by default each run
    ///     is a row of its own.
    ///   - experiment: What all runs of the log folder have in common. TensorBoard takes the first
    ///     one in the whole folder and shows nothing that it lacks; without any it shows everything.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addHParams(
        _ hparams: HParams, metrics: KeyValuePairs<String, Float>? = nil, step: Int64 = 0,
        group: String = "", experiment: HParamsExperiment? = nil
    ) throws(EventFileError) {
        let now = WallClock.now()
        var values: [Summary.Value] = []
        if let experiment { values.append(.experiment(experiment, time: now)) }
        values.append(.sessionStart(hparams, group: group, time: now))
        try add(Summary(values), step: 0)
        if let metrics { try endHParams(metrics: metrics, step: step) }
    }

    /// Logs the end of a run whose hyperparameters were logged.
    ///
    /// - Parameters:
    ///   - metrics: Final results, by the tags of their curves: a last point for each.
    ///   - status: How the run ended.
    ///   - step: The step of the results.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func endHParams(
        metrics: KeyValuePairs<String, Float> = [:], status: HParams.Status = .success,
        step: Int64 = 0
    ) throws(EventFileError) {
        let results = metrics.map { Summary.Value.scalar($1, tag: $0) }
        if !results.isEmpty { try add(Summary(results), step: step) }
        try add(Summary([.sessionEnd(status, time: WallClock.now())]), step: 0)
    }

    /// Logs what the run's Custom Scalars tab shows, in place of what was logged before; the charts
    /// of ``addScalars(_:tag:step:wallTime:)`` come after it.
    ///
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addCustomScalars(_ layout: CustomScalars) throws(EventFileError) {
        try self.layout.withLock { state throws(EventFileError) in
            state.layout = layout
            try add(state.next(), step: state.count)
        }
    }

    /// Logs a point for each of several curves that belong in one chart, `tag/name` each.
    ///
    /// The Custom Scalars tab shows them together, in a chart of their own; the run stays one run.
    ///
    /// - Parameters:
    ///   - values: The values, by name; they may be infinite or not a number.
    ///   - tag: The chart.
    ///   - step: The step that they belong to.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addScalars(
        _ values: KeyValuePairs<String, Float>, tag: String, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        let points = values.map { Summary.Value.scalar($1, tag: "\(tag)/\($0)") }
        try layout.withLock { state throws(EventFileError) in
            if state.add(points.lazy.map(\.tag), to: tag) {
                try add(state.next(), step: state.count)
            }
        }
        try add(Summary(points), step: step, wallTime: wallTime)
    }

    /// Logs vectors for the Projector tab, in files beside the event file.
    ///
    /// The files are written into a folder of the step and the tag, and are then named in
    /// `projector_config.pbtxt`, which keeps what it names already. TensorBoard looks for new
    /// embeddings when it finds new runs, or when it is started.
    ///
    /// - Parameters:
    ///   - embedding: The vectors, with what is known of them.
    ///   - tag: The name that the tab offers, with the step after it.
    ///   - step: The step that they belong to.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addEmbedding(
        _ embedding: Embedding, tag: String = "default", step: Int64 = 0
    ) throws(EventFileError) {
        let logged = LoggedEmbedding(embedding: embedding, tag: tag, step: step)
        try put(.embedding(logged), step: step, wallTime: nil)
    }
}
