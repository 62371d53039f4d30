internal import TensorGraph

/// A communicator that begins sums when it is told to, and notes when each could have begun.
final class TimedCommunicator: Communicator {
    /// When sums are made.
    enum Mode: CaseIterable {
        /// Not at all: what is left is computing.
        case never
        /// As soon as their numbers are there.
        case early
        /// When all else is computed.
        case late
    }

    /// A sum that a step has asked for.
    struct Sum {
        let numbers: UnsafeMutableBufferPointer<Float>
        /// After which time of the step.
        let begun: Duration

        var bytes: Int { numbers.count * MemoryLayout<Float>.stride }
    }

    let rank: Int
    let count: Int
    /// What makes the sums; without it none are made.
    private let base: (any Communicator)?
    private var mode = Mode.never
    private var start = ContinuousClock.now
    /// The sums of the last step.
    private(set) var sums: [Sum] = []
    private var waiting: [UnsafeMutableBufferPointer<Float>] = []

    init(_ base: any Communicator) {
        self.base = base
        (rank, count) = (base.rank, base.count)
    }

    /// One that stands for the first of so many processes, without the others.
    init(firstOf count: Int) {
        base = nil
        (rank, self.count) = (0, count)
    }

    /// Whether there are no others.
    var isAlone: Bool { base == nil }

    var traffic: Traffic { base?.traffic ?? Traffic() }

    /// Begins a step.
    func begin(_ mode: Mode) {
        self.mode = base == nil ? .never : mode
        sums.removeAll(keepingCapacity: true)
        start = .now
    }

    func beginSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws {
        sums.append(Sum(numbers: numbers, begun: start.duration(to: .now)))
        switch mode {
        case .never: break
        case .early: try base?.beginSum(numbers)
        case .late: waiting.append(numbers)
        }
    }

    func finishSums(first count: Int) throws {
        switch mode {
        case .never: break
        case .early: try base?.finishSums(first: count)
        case .late: try finishSums()
        }
    }

    func finishSums() throws {
        guard mode != .never else { return }
        for numbers in waiting { try base?.beginSum(numbers) }
        waiting.removeAll(keepingCapacity: true)
        try base?.finishSums()
    }

    /// Makes the sums of the last step once more, with nothing else to do.
    func repeatSums() throws {
        for sum in sums { try base?.beginSum(sum.numbers) }
        try base?.finishSums()
    }

    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws { try base?.broadcast(bytes) }

    func gather(_ bytes: [UInt8]) throws -> [[UInt8]] { try base?.gather(bytes) ?? [bytes] }
}
