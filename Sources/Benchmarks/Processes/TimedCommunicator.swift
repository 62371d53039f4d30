internal import TensorGraph

/// A communicator that begins sums and gathers when it is told to, and notes when each could have begun.
final class TimedCommunicator: Communicator {
    /// When sums and gathers are made.
    enum Mode: CaseIterable {
        /// Not at all: what is left is computing.
        case never
        /// As soon as their numbers are there; they go on while the next step computes.
        case early
        /// Sums when all else is computed, gathers when all is changed; both are waited for.
        case late
    }

    /// What a step has asked for.
    struct Collective {
        enum Kind: Equatable { case sum, reduceScatter, allGather(Parts) }

        let kind: Kind
        let numbers: UnsafeMutableBufferPointer<Float>
        /// Whether a sum was needed before it in the step.
        let isAfterSums: Bool

        var bytes: Int { numbers.count * MemoryLayout<Float>.stride }
    }

    /// When a step has asked for something, or needed what was asked for: by its number, from this step's
    /// first one on.
    enum Event {
        case begins(Int)
        case needs(Int)
    }

    let rank: Int
    let count: Int
    /// What makes the sums; without it none are made.
    private let base: (any Communicator)?
    private var mode = Mode.never
    private var start = ContinuousClock.now
    /// What the last step has asked for.
    private(set) var collectives: [Collective] = []
    /// When it has done so, and when it has needed what it and the step before it have asked for, where
    /// nothing is made.
    private(set) var events: [(time: Duration, event: Event)] = []
    private var waiting: [Collective] = []
    /// How many were asked for before the last step.
    private var firstNumber = 0

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
        firstNumber += collectives.count
        collectives.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        start = .now
    }

    func beginSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> Int {
        try begin(.sum, numbers)
    }

    func beginReduceScatter(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> Int {
        try begin(.reduceScatter, numbers)
    }

    func beginAllGather(
        _ numbers: UnsafeMutableBufferPointer<Float>, _ parts: Parts
    ) throws -> Int {
        try begin(.allGather(parts), numbers)
    }

    private func begin(
        _ kind: Collective.Kind, _ numbers: UnsafeMutableBufferPointer<Float>
    ) throws -> Int {
        let hasNeeded = events.contains {
            if case .needs(let number) = $0.event { number >= 0 } else { false }
        }
        let collective = Collective(kind: kind, numbers: numbers, isAfterSums: hasNeeded)
        collectives.append(collective)
        switch mode {
        case .never:
            events.append((start.duration(to: .now), .begins(collectives.count - 1)))
            return firstNumber + collectives.count - 1
        case .early: return try start(collective)
        case .late:
            waiting.append(collective)
            // It is waited for before anybody asks.
            return 0
        }
    }

    private func start(_ collective: Collective) throws -> Int {
        guard let base else { return 0 }
        return switch collective.kind {
        case .sum: try base.beginSum(collective.numbers)
        case .reduceScatter: try base.beginReduceScatter(collective.numbers)
        case .allGather(let parts): try base.beginAllGather(collective.numbers, parts)
        }
    }

    func finish(_ number: Int) throws {
        if try isMade(number) { try base?.finish(number) }
    }

    func finish(through number: Int) throws {
        if try isMade(number) { try base?.finish(through: number) }
    }

    func finishSending(_ number: Int) throws {
        if mode == .early { try base?.finishSending(number) }
    }

    /// Whether what is waited for is under way, or else was made or noted.
    private func isMade(_ number: Int) throws -> Bool {
        switch mode {
        case .never: events.append((start.duration(to: .now), .needs(number - firstNumber)))
        case .early: return true
        case .late: try finishWaiting()
        }
        return false
    }

    func finish() throws {
        try finishWaiting()
        try base?.finish()
    }

    func finishSums() throws {
        guard mode != .never else { return }
        try finishWaiting()
        try base?.finishSums()
    }

    private func finishWaiting() throws {
        guard !waiting.isEmpty else { return }
        for collective in waiting { _ = try start(collective) }
        waiting.removeAll(keepingCapacity: true)
        try base?.finish()
    }

    /// Makes sums and gathers once more, with nothing else to do.
    func make(_ collectives: [Collective]) throws {
        for collective in collectives { _ = try start(collective) }
        try base?.finish()
        try base?.finishSums()
    }

    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws { try base?.broadcast(bytes) }

    func gather(_ bytes: [UInt8]) throws -> [[UInt8]] { try base?.gather(bytes) ?? [bytes] }
}
