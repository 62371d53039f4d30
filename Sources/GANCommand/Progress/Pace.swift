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
