/// Which of many runs go on: at each rung those whose samples are worse stop, so that most passes are
/// spent on the runs that deserve them.
///
/// Successive halving (Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits",
/// ICML 2013; for training, Jamieson and Talwalkar, "Non-stochastic best arm identification and
/// hyperparameter optimization", AISTATS 2016, figure 3). Of n runs ⌈n/2⌉ go on, until as many are
/// left as are to be trained to the end. The last rung is at half of a run's passes, the one before
/// at a quarter, and so on: each rung costs about as much as any other.
///
/// A run goes on, or stops, as soon as it is certain, whatever those do that are not there yet. So
/// nothing depends on the order in which runs arrive.
public struct SuccessiveHalving: Sendable, Equatable {
    /// How many runs are at each rung, the first one first; and how many are trained to the end.
    public let counts: [Int]

    /// A plan of rungs.
    ///
    /// - Parameters:
    ///   - count: The runs, at least 1.
    ///   - kept: How many are trained to the end, at least 1.
    public init(of count: Int, keeping kept: Int = 1) {
        var counts = [max(count, 1)]
        while let last = counts.last, last > max(kept, 1) {
            counts.append(max((last + 1) / 2, kept, 1))
        }
        self.counts = counts
    }

    /// How many rungs there are at which runs stop; 0 where all are trained to the end.
    public var rungCount: Int { counts.count - 1 }

    /// The passes of a run up to a rung, of all that it is asked for; all for the end.
    public func passes(atRung rung: Int, of total: Int) -> Int {
        let halvings = rungCount - rung
        guard halvings > 0 else { return total }
        guard halvings < Int.bitWidth - 1 else { return 1 }
        let part = 1 << halvings
        return max(1, total / part + (total % part > 0 ? 1 : 0))
    }

    /// The part of a run's passes up to a rung, above 0 and at most 1.
    func share(ofRung rung: Int) -> Double {
        (rung..<rungCount).reduce(1.0) { share, _ in share / 2 }
    }

    /// Where a run stands.
    public enum Standing: Sendable, Equatable {
        /// It is to be trained up to the rung of that number, from 0; ``rungCount`` is the end.
        case due(rung: Int)
        /// It is at the rung, and others have to arrive before it is known whether it goes on.
        case waiting(rung: Int)
        /// It has stopped there.
        case stopped(rung: Int)
    }

    /// Where each run stands.
    ///
    /// - Parameter result: Gives the distance of a run's samples at a rung, infinite for one that
    ///   has ended without any; `nil` for a run that is not there yet.
    public func standings(_ result: (_ run: Int, _ rung: Int) -> Double?) -> [Standing] {
        var standings = (0..<counts[0]).map { _ in Standing.due(rung: 0) }
        var members = Array(0..<counts[0])
        for rung in 0..<rungCount {
            var arrived: [(run: Int, distance: Double)] = []
            for run in members {
                guard let distance = result(run, rung) else { continue }
                arrived.append((run, distance.isNaN ? .infinity : distance))
            }
            arrived.sort { ($0.distance, $0.run) < ($1.distance, $1.run) }
            let missing = counts[rung] - arrived.count
            var promoted: [Int] = []
            for (rank, (run, _)) in arrived.enumerated() {
                if rank + missing < counts[rung + 1] {
                    standings[run] = .due(rung: rung + 1)
                    promoted.append(run)
                } else if rank >= counts[rung + 1] {
                    standings[run] = .stopped(rung: rung)
                } else {
                    standings[run] = .waiting(rung: rung)
                }
            }
            members = promoted.sorted()
        }
        return standings
    }
}
