import GAN
import RecordIO

/// What is said of a sweep and its runs.
extension SweepRunner {
    /// A run's name.
    func name(_ run: Int) -> String { sweep.plan.runs[run].name }

    /// A run's name without what all runs have in common.
    func shortName(_ run: Int) -> String { sweep.shortNames[run] }

    /// How many passes a run has done, of how many.
    func place(_ run: Int) -> String {
        if let steps = reports[run].warmUpSteps { return "warm-up \(steps)" }
        let goal = sweep.schedule.goals[run].passes
        return goal < TrainingLimit.passes ? "\(passes(run))/\(goal)" : "\(passes(run))"
    }

    /// How long a run takes from now on, or how it stands.
    func state(_ run: Int) -> String {
        if failures[run] != nil { return "failed" }
        if standings[run].isOver { return standings[run].word(records[run]) }
        if isElsewhere(run) { return "elsewhere" }
        return reports[run].timeLeft(clock.worked)?.inWords ?? "-"
    }

    /// How a run ended, in a line.
    func words(_ run: Int) -> String {
        if let failure = failures[run] { return "failed: \(failure)" }
        let record = records[run]
        var parts = ["\(standings[run].word(record)), \(passes(run)) passes"]
        if let seconds = record?.seconds, seconds > 0 {
            parts[0] += " in \(Duration.seconds(seconds).inWords)"
        }
        if let mark = record?.last {
            parts.append("D loss \(mark.discriminatorLoss.short)")
            parts.append("G loss \(mark.generatorLoss.short)")
            if let distance = mark.distance {
                let best = mark.bestDistance ?? distance
                parts.append(
                    "distance \(QualityReport.rounded(distance)), best "
                        + QualityReport.rounded(best))
            }
        }
        if let reason = record?.reason, !reason.isEmpty { parts.append(reason) }
        return parts.joined(separator: ", ")
    }

    /// How many runs there are of each kind.
    var summary: String {
        let over = runs.filter { standings[$0].isOver }
        let stopped = over.count {
            if case .stopped = standings[$0] { true } else { false }
        }
        let elsewhere = runs.count { isElsewhere($0) }
        let rest = runs.count - over.count - running.count - elsewhere
        let parts = [
            "\(over.count) of \(runs.count) over",
            stopped > 0 ? "\(stopped) of them at rungs" : nil,
            failures.isEmpty ? nil : "\(failures.count) failed",
            "\(running.count) running",
            elsewhere > 0 ? "\(elsewhere) elsewhere" : nil,
            rest > 0 ? "\(rest) waiting" : nil,
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// How long it all takes from now on, with a semicolon before; empty where that is not known.
    var timeLeftWords: String { timeLeft.map { "; \($0.inWords) left" } ?? "" }

    /// What runs are ranked by: the lowest distance; infinite for those without one.
    func rankingDistance(_ run: Int) -> Double {
        let distance = records[run]?.last?.bestDistance ?? records[run]?.last?.distance
        return distance.map { $0.isNaN ? .infinity : $0 } ?? .infinity
    }
}

extension PlannedSweep {
    /// How to look at all runs.
    var tensorBoardCommand: String {
        "\(TensorBoardProcess.name) --logdir \(folder.quotedForShell)"
    }

    /// The runs that are over and have so many better ones beside them that are done.
    ///
    /// At rungs those stop that are worse, whatever their lowest distances were.
    func runsBeyondBest(
        _ count: Int, _ standings: [SweepSchedule.Standing], _ records: [RunRecord?]
    ) -> [Int] {
        func distance(_ run: Int) -> Double {
            let distance = records[run]?.last?.bestDistance ?? records[run]?.last?.distance
            return distance.map { $0.isNaN ? .infinity : $0 } ?? .infinity
        }
        var ended: [Int] = []
        var stopped: [Int] = []
        for (run, standing) in standings.enumerated() {
            switch standing {
            // A run that failed may go well another time.
            case .due, .waiting, .ended(.failed): continue
            case .stopped: stopped.append(run)
            case .ended: ended.append(run)
            }
        }
        ended.sort { (distance($0), $0) < (distance($1), $1) }
        return stopped + ended.dropFirst(count)
    }
}
