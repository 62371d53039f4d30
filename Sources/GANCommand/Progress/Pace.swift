import GAN

/// How fast something goes, by what was done lately.
struct Pace {
    private var work = 0.0
    private var seconds = 0.0

    /// After this many seconds what was done counts for 1/e.
    private let memory: Double

    init(memory: Double = 5) {
        self.memory = memory
    }

    /// Notes that `amount` was done in the last `duration`.
    mutating func note(_ amount: Double, in duration: Duration) {
        let elapsed = max(duration / .seconds(1), 0)
        let keep = 1 / (1 + elapsed / memory)
        work = work * keep + amount
        seconds = seconds * keep + elapsed
    }

    /// Done per second; nil as long as there is nothing to tell it by.
    var perSecond: Double? { seconds > 0 && work > 0 ? work / seconds : nil }
}

/// The generator's steps that are certain in each pass, by which the time of a pass grows.
struct PassPlan {
    let passes: Int

    /// Steps of the passes `range`, counted from 0.
    func steps(_ range: Range<Int>) -> Int { before(range.upperBound) - before(range.lowerBound) }

    /// Steps in passes 0..<count: 7 in each, and 5 more from each 500th pass on.
    private func before(_ count: Int) -> Int {
        let (whole, rest) = count.quotientAndRemainder(dividingBy: 500)
        return 7 * count + 5 * (500 * (whole * (whole - 1) / 2) + whole * rest)
    }
}
