internal import Checkpoints
internal import TensorBoard

extension Training {
    /// Judges samples of the weights as they are now; logs and reports what they are like, and keeps a
    /// checkpoint of those that are better than all before.
    ///
    /// Where the generator has collapsed and training is to end then, it does.
    func judgeSamples(isLast: Bool) throws {
        guard let judge, let log else { return }
        let isNew = judge.last?.generatorSteps != generatorSteps
        let look = try judge.look(
            passes: state.loop.passes, generatorSteps: generatorSteps, isLast: isLast)
        var summary = look.summary
        // The last look may be the second one at this step: more samples for the report, and the
        // picture that earlier ones had no time for.
        if !isNew { summary.values.removeAll { $0.tag != QualityTag.nearest } }
        if isNew, judge.bestDistance.isFinite {
            summary.values.append(
                .scalar(Float(judge.bestDistance), tag: QualityTag.lowestDistance))
        }
        try log.add(summary, step: generatorSteps)
        if look.isBest, let best {
            best.keep(
                try session.checkpointTensors() + state.tensors, distance: judge.bestDistance)
        }
        if isNew { report(.judged(look.report)) }
        if !isLast, judge.options.stopsWhenCollapsed, let warning = look.report.warnings.first {
            wish(.collapsed(warning))
        }
    }
}
