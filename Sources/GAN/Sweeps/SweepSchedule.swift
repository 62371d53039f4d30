/// Which runs of a sweep are to be trained, and how far, by what their records say: every process that
/// shares the sweep comes to the same answer.
public struct SweepSchedule: Sendable {
    /// How far each run is to be trained.
    public let goals: [Goal]
    /// Which runs stop early, if any do.
    public let halving: SuccessiveHalving?

    /// How far a run is to be trained.
    public struct Goal: Sendable, Equatable {
        /// Its passes.
        public let passes: Int
        /// Its time, in seconds; `nil` where passes alone end it.
        public let seconds: Double?

        /// A goal.
        public init(passes: Int, seconds: Double?) {
            (self.passes, self.seconds) = (passes, seconds)
        }
    }

    /// A schedule.
    public init(goals: [Goal], halving: SuccessiveHalving? = nil) {
        (self.goals, self.halving) = (goals, halving)
    }

    /// What is to be done with a run.
    public enum Standing: Sendable, Equatable {
        /// It is to be trained until so many passes are done.
        case due(passes: Int)
        /// Other runs decide whether it goes on.
        case waiting
        /// It has stopped at a rung, after so many passes.
        case stopped(passes: Int)
        /// It has ended.
        case ended(RunRecord.End)

        /// Whether nothing is to be done with it any more.
        public var isOver: Bool {
            switch self {
            case .due, .waiting: false
            case .stopped, .ended: true
            }
        }
    }

    /// What is to be done with each run.
    ///
    /// - Parameters:
    ///   - records: What is known of each run; `nil` for one that has not begun.
    ///   - given: Those that failed and are not tried again.
    public func standings(_ records: [RunRecord?], givenUp given: Set<Int> = []) -> [Standing] {
        let ends = goals.indices.map { run -> RunRecord.End? in
            end(records[run], goals[run]) ?? (given.contains(run) ? .failed : nil)
        }
        guard let halving else {
            return goals.indices.map { run in
                ends[run].map { .ended($0) } ?? .due(passes: goals[run].passes)
            }
        }
        func passes(_ run: Int, _ rung: Int) -> Int {
            halving.passes(atRung: rung, of: goals[run].passes)
        }
        let standings = halving.standings { run, rung in
            if let mark = records[run]?.mark(after: passes(run, rung)) {
                return mark.distance ?? .infinity
            }
            return ends[run] == nil ? nil : .infinity
        }
        return standings.enumerated().map { run, standing in
            if let end = ends[run] { return .ended(end) }
            return switch standing {
            case .due(let rung): .due(passes: passes(run, rung))
            case .waiting: .waiting
            case .stopped(let rung): .stopped(passes: passes(run, rung))
            }
        }
    }

    /// How a run has ended, if it needs no more; one that is to go further than before does, and one
    /// that failed.
    private func end(_ record: RunRecord?, _ goal: Goal) -> RunRecord.End? {
        guard let record, let end = record.end else { return nil }
        switch end {
        case .done: return (record.last?.passes ?? 0) >= goal.passes ? end : nil
        case .timeIsUp:
            guard let seconds = goal.seconds else { return nil }
            return record.seconds >= seconds * 0.99 ? end : nil
        case .stalled, .collapsed, .diverged: return end
        case .failed: return nil
        }
    }

    /// How many runs' worth of passes the sweep takes in all, and how many are done.
    ///
    /// - Parameters:
    ///   - standings: Of all runs.
    ///   - runs: Those that count.
    ///   - share: Gives the part of its passes that a run has done, from 0 to 1.
    public func work(
        _ standings: [Standing], of runs: some Collection<Int>, share: (Int) -> Double
    ) -> (done: Double, all: Double) {
        let done = runs.reduce(0.0) { sum, run in
            if halving == nil, standings[run].isOver { return sum + 1 }
            return sum + min(max(share(run), 0), 1)
        }
        guard let halving else { return (done, Double(runs.count)) }
        var (all, before) = (0.0, 0.0)
        for (rung, count) in halving.counts.enumerated() {
            let share = halving.share(ofRung: rung)
            all += Double(count) * (share - before)
            before = share
        }
        return (min(done, all), all)
    }
}
