import GAN
import Testing

@testable import GAN

/// Which runs stop at which rung.
@Suite struct SuccessiveHalvingTests {
    @Test(arguments: [
        (16, 1, [16, 8, 4, 2, 1]), (10, 1, [10, 5, 3, 2, 1]), (10, 3, [10, 5, 3]), (7, 4, [7, 4]),
        (1, 1, [1]), (3, 8, [3]), (2, 1, [2, 1]), (0, 0, [1]),
    ])
    func counts(of count: Int, keeping kept: Int, counts: [Int]) {
        #expect(SuccessiveHalving(of: count, keeping: kept).counts == counts)
    }

    @Test func passes() {
        let halving = SuccessiveHalving(of: 16)
        #expect((0...4).map { halving.passes(atRung: $0, of: 1000) } == [63, 125, 250, 500, 1000])
        #expect((0...4).map { halving.passes(atRung: $0, of: 3) } == [1, 1, 1, 2, 3])
        #expect(halving.passes(atRung: 0, of: Int.max) == Int.max / 16 + 1)
    }

    /// What runs do that are given their distances rung by rung, whichever comes first: every order
    /// leads to the same ones.
    @Test(arguments: 0..<40)
    func anyOrder(seed: UInt64) {
        var random = Philox(seed: seed)
        let count = Int(random.next(below: 20)) + 1
        let kept = Int(random.next(below: 4)) + 1
        let halving = SuccessiveHalving(of: count, keeping: kept)
        let distances = (0..<count).map { _ in
            (0...halving.rungCount).map { _ in
                random.next(below: 8) == 0 ? Double.infinity : Double(random.next(below: 6))
            }
        }
        // All at once, rung by rung.
        var members = Array(0..<count)
        for rung in 0..<halving.rungCount {
            members.sort { (distances[$0][rung], $0) < (distances[$1][rung], $1) }
            members = Array(members.prefix(halving.counts[rung + 1]))
        }
        // One after the other, in random order.
        var known: [Int: [Double]] = [:]
        var trained = 0
        while true {
            let standings = halving.standings { run, rung in
                let distances = known[run] ?? []
                return rung < distances.count ? distances[rung] : nil
            }
            let due = standings.indices.filter { run in
                if case .due(let rung) = standings[run] {
                    known[run]?.count ?? 0 <= rung
                } else {
                    false
                }
            }
            guard let run = due.isEmpty ? nil : due[Int(random.next(below: UInt64(due.count)))]
            else {
                // Whoever waits would wait for ever.
                for standing in standings {
                    if case .waiting = standing { Issue.record("nothing is due, and one waits") }
                }
                break
            }
            known[run, default: []].append(distances[run][known[run]?.count ?? 0])
            trained += 1
        }
        let finished = known.filter { $0.value.count == halving.rungCount + 1 }.map(\.key)
        #expect(finished.sorted() == members.sorted())
        #expect(trained == halving.counts.reduce(0, +))
    }

    /// A run goes on as soon as it is certain, and not before.
    @Test func certainty() {
        let halving = SuccessiveHalving(of: 4)
        func standings(_ distances: [Double?]) -> [SuccessiveHalving.Standing] {
            halving.standings { run, rung in rung == 0 ? distances[run] : nil }
        }
        #expect(standings([5, nil, nil, nil])[0] == .waiting(rung: 0))
        #expect(standings([5, 6, nil, nil])[0] == .waiting(rung: 0))
        #expect(standings([5, 6, 7, nil])[0] == .due(rung: 1))
        #expect(standings([5, 6, 7, nil])[1] == .waiting(rung: 0))
        #expect(standings([5, 6, 7, nil])[2] == .stopped(rung: 0))
        #expect(standings([5, 6, 7, nil])[3] == .due(rung: 0))
        // The first of two equal ones; one without a distance is the last.
        #expect(standings([5, 5, 5, .nan])[1] == .due(rung: 1))
        #expect(standings([5, 5, 5, .nan])[2] == .stopped(rung: 0))
        #expect(standings([5, 5, 5, .nan])[3] == .stopped(rung: 0))
    }
}

/// Random numbers that a seed tells.
private struct Philox {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }
    mutating func next(below bound: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state % bound
    }
}
