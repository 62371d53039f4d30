import Platform

extension SummaryWriter {
    /// Logs the run's hyperparameters, for the HParams tab.
    ///
    /// The tab shows the run from then on, with the last values of all its curves as its metrics.
    /// Where the results are known already, this call logs them too and ends the run; otherwise
    /// `endHParams(metrics:status:step:)` does.
    ///
    /// In a run that has hyperparameters from another writer or from an earlier call, these come to
    /// them, or take the place of those of the same name; so do the hyperparameters and metrics that
    /// `experiment` names, and the end of the run. TensorBoard shows the first record of a run, so the
    /// writer puts one with all of it into a small file that comes before all others; a TensorBoard
    /// that has read the run already shows it when it is started again.
    /// ``replaceHParams(_:status:ofRun:)`` keeps nothing of others.
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters, each once.
    ///   - metrics: Final results, by the tags of their curves, if they are known.
    ///   - step: The step of the results: the run's ``lastStep`` unless given.
    ///   - group: Runs of one group are one row, with the mean of their metrics; by default each run
    ///     is a row of its own.
    ///   - experiment: What all runs of the log folder have in common. TensorBoard takes the first
    ///     one in the whole folder and shows nothing that it lacks; without any it shows everything.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` if a hyperparameter has two values, or a text a NUL.
    public func addHParams(
        _ hparams: HParams, metrics: KeyValuePairs<String, any ScalarValue>? = nil,
        step: (some BinaryInteger)? = nil as Int?, group: String = "",
        experiment: HParamsExperiment? = nil
    ) throws(EventFileError) {
        try add(hparams, metrics.map { NamedScalars($0) }, step.clamped, group, experiment)
    }

    /// Logs the end of a run whose hyperparameters were logged.
    ///
    /// - Parameters:
    ///   - metrics: Final results, by the tags of their curves: a last point for each.
    ///   - status: How the run ended.
    ///   - step: The step of the results: the run's ``lastStep`` unless given. With an earlier step,
    ///     TensorBoard would show nothing of the curves from there on.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` as `add(_:step:wallTime:)` has it.
    public func endHParams(
        metrics: KeyValuePairs<String, any ScalarValue> = [:], status: HParams.Status = .success,
        step: (some BinaryInteger)? = nil as Int?
    ) throws(EventFileError) {
        try end(NamedScalars(metrics), status, step.clamped)
    }

    /// Logs the beginning of a run, and with results its end.
    func add(
        _ hparams: HParams, _ metrics: NamedScalars?, _ step: Int64?, _ group: String,
        _ experiment: HParamsExperiment?
    ) throws(EventFileError) {
        if isDisabled { return }
        let now = WallClock.now()
        var values: [Summary.Value] = []
        do throws(Refusal) {
            if let experiment { values.append(try .experiment(experiment, time: now)) }
            values.append(try .sessionStart(hparams, group: group, time: now))
        } catch {
            return try refuse(error)
        }
        try addOfNoStep(Summary(values))
        try goOn(with: values)
        if let metrics { try end(metrics, .success, step) }
    }

    /// Logs the end of a run.
    func end(
        _ metrics: NamedScalars, _ status: HParams.Status, _ step: Int64?
    ) throws(EventFileError) {
        if isDisabled { return }
        let end: Summary.Value
        do throws(Refusal) {
            end = try .sessionEnd(status, time: WallClock.now())
        } catch {
            return try refuse(error)
        }
        let results = Summary(metrics.values.map { .scalar($0.value, tag: $0.name) })
            .inScope(tagPrefix)
        if !results.values.isEmpty {
            try put(
                .summary(results), step: step ?? lastStep ?? 0, wallTime: nil, tags: results.tags,
                as: .result)
        }
        try addOfNoStep(Summary([end]))
        try goOn(with: [end])
    }

    /// Logs what the run's Custom Scalars tab shows, in place of what this writer gave before; the
    /// charts of `addScalars` come after it.
    ///
    /// What other writers have logged for the run's tab stays, be they closed or open, of this process
    /// or of another one: categories of one title are one, and so are charts of one title in them,
    /// with the lines of all. TensorBoard shows the last layout of a run's last file that has one, so
    /// the writer goes on in a new file where another writer's is the last.
    ///
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` if a text has a NUL.
    public func addCustomScalars(_ layout: CustomScalars) throws(EventFileError) {
        if isDisabled { return }
        if let refusal = PendingEvent.Content.layout(layout).refusal { return try refuse(refusal) }
        try self.layout.withLock { state throws(EventFileError) in
            let earlier = state.layout
            state.layout = layout
            do throws(EventFileError) {
                try log(state)
            } catch {
                state.layout = earlier
                throw error
            }
        }
    }

    /// Logs a point for each of several curves that belong in one chart, `tag/name` each.
    ///
    /// The Custom Scalars tab shows them together, in a chart of their own; the run stays one run.
    ///
    /// - Parameters:
    ///   - values: The values, by name; they may be infinite or not a number.
    ///   - tag: The chart.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of these curves.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` as `add(_:step:wallTime:)` has it.
    public func addScalars(
        _ values: KeyValuePairs<String, any ScalarValue>, tag: String,
        step: (some BinaryInteger)? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(NamedScalars(values), tag, step.clamped, wallTime)
    }

    /// Logs a point for each of several curves, `tag/name` each, and a chart of them.
    func add(
        _ values: NamedScalars, _ tag: String, _ step: Int64?, _ wallTime: Double?
    ) throws(EventFileError) {
        let points = values.values.map { Summary.Value.scalar($0.value, tag: "\(tag)/\($0.name)") }
        try add(Summary(points), step: step, wallTime: wallTime)
        let tags = points.map { tagPrefix + $0.tag }
        // They were refused, and would be in the layout ever after.
        if isDisabled || tags.contains(where: \.hasNUL) { return }
        try layout.withLock { state throws(EventFileError) in
            if state.add(tags, to: tagPrefix + tag) { try log(state) }
        }
    }

    /// Logs what this writer has in the Custom Scalars tab.
    private func log(_ state: LayoutState) throws(EventFileError) {
        try put(
            .layout(state.whole), step: 0, wallTime: nil,
            tags: [(CustomScalars.tag, "custom_scalars")], as: .ofRun)
    }

    /// Logs what is true of the whole run.
    private func addOfNoStep(_ summary: Summary) throws(EventFileError) {
        try put(.summary(summary), step: 0, wallTime: nil, tags: summary.tags, as: .ofRun)
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
    ///   - step: The step that they belong to; an embedding of the same tag and step is replaced. Unless
    ///     given, it is the run's ``lastStep``, or the next one that the tag has no embedding of.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` if the tag has a NUL. That the files cannot be written is thrown by the
    ///   next ``flush()`` or ``close()``, once, and is no matter for other calls.
    public func addEmbedding(
        _ embedding: Embedding, tag: String = "default", step: (some BinaryInteger)? = nil as Int?
    ) throws(EventFileError) {
        if isDisabled { return }
        let logged = LoggedEmbedding(
            embedding: embedding, tag: tagPrefix + tag, step: step.clamped ?? lastStep ?? 0,
            mayMove: step == nil)
        try put(.embedding(logged), step: logged.step, wallTime: nil, tags: [], as: .ofRun)
    }
}
