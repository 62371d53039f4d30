/// How long something took, over many repetitions.
struct Timing {
    private let sorted: [Duration]

    /// - Parameter samples: at least one.
    init(_ samples: [Duration]) {
        precondition(!samples.isEmpty, "a timing of nothing")
        sorted = samples.sorted()
    }

    var median: Duration { quantile(0.5) }
    var minimum: Duration { sorted[0] }

    /// From the first quartile to the third, in percent of the median.
    var spread: Double { (quantile(0.75) - quantile(0.25)) / median * 100 }

    private func quantile(_ part: Double) -> Duration {
        sorted[Int((Double(sorted.count - 1) * part).rounded())]
    }

    /// Calls `body` for about `budget`, 3 times at least, after as many calls as a tenth of that
    /// takes.
    ///
    /// Calls that take less than 50 µs are timed several at once, since a look at the clock takes
    /// time, too.
    static func of(_ budget: Duration, _ body: () throws -> Void) rethrows -> Timing {
        let clock = ContinuousClock()
        var calls = 0
        let start = clock.now
        repeat {
            try body()
            calls += 1
        } while start.duration(to: clock.now) < budget / 10
        let atOnce = max(
            1, Int(Duration.microseconds(50) / (start.duration(to: clock.now) / calls)))
        var samples: [Duration] = []
        while samples.count < 3 || start.duration(to: clock.now) < budget {
            samples.append(try clock.measure { for _ in 0..<atOnce { try body() } } / atOnce)
        }
        return Timing(samples)
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
    var milliseconds: Double { self / .milliseconds(1) }
    var microseconds: Double { self / .microseconds(1) }
}

extension Timing {
    /// The time of each of `count` parts that were timed at once.
    static func / (timing: Timing, count: Int) -> Timing {
        Timing(timing.sorted.map { $0 / count })
    }
}
