internal import Platform

/// Finds how many threads a plan is fastest with: its runs take turns with 1, 2, 4, … of them, and
/// then go on with the fewest that are about as fast as the best.
///
/// The numbers that a run computes do not depend on its threads, so the runs of a trial are the
/// program's own. A trial is repeated now and then, for a machine has other things to do, too.
struct ThreadTrial {
    /// The threads for the next run.
    private(set) var threads: Int

    private let candidates: [Int]
    /// Nanoseconds that each has taken at least; those that are given up have none.
    private var least: [Int64?]
    private var place = 0
    private var round = 0
    private var runsToNextTrial = 0

    /// The first of these finds the caches as another number of threads left them.
    private static let rounds = 4
    private static let runsBetweenTrials = 5000
    /// How much slower fewer threads may be: then they are chosen, and leave others the processors.
    private static let tolerance = 1.03
    /// What is so much slower than the best is not tried again.
    private static let hopeless = 1.5

    /// - Parameter most: the most threads, at least 1.
    init(most: Int) {
        candidates = sequence(first: 1) { $0 * 2 < most ? $0 * 2 : $0 < most ? most : nil }
            .map(\.self)
        least = candidates.map { _ in .max }
        threads = candidates[0]
    }

    /// Takes note of a run of ``threads`` threads.
    mutating func ended(after nanoseconds: Int64) {
        guard runsToNextTrial == 0 else {
            runsToNextTrial -= 1
            if runsToNextTrial == 0 { begin() }
            return
        }
        if let known = least[place], round > 0 { least[place] = min(known, nanoseconds) }
        repeat {
            place += 1
            if place == candidates.count { endRound() }
        } while runsToNextTrial == 0 && least[place] == nil
        if runsToNextTrial == 0 { threads = candidates[place] }
    }

    private mutating func begin() {
        for index in least.indices { least[index] = .max }
        place = 0
        round = 0
        threads = candidates[0]
    }

    private mutating func endRound() {
        place = 0
        round += 1
        guard round > 1 else { return }
        let best = least.reduce(Int64.max) { min($0, $1 ?? .max) }
        let isOver = round == Self.rounds
        let limit = Double(best) * (isOver ? Self.tolerance : Self.hopeless)
        for index in least.indices {
            if let time = least[index], Double(time) > limit { least[index] = nil }
        }
        guard isOver else { return }
        threads = candidates[least.firstIndex { $0 != nil } ?? 0]
        runsToNextTrial = Self.runsBetweenTrials
    }

    /// Nanoseconds of a clock that never goes back.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
