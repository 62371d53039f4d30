/// How the processes of one run speak to each other: all that the engine knows of them.
///
/// Processes are numbered from 0. All of them make the same calls in the same order. A call that
/// waits ends with an error where another process does not answer any more; it never waits for ever.
public protocol Communicator: AnyObject {
    /// This process's number.
    var rank: Int { get }
    /// How many there are, a power of two.
    var count: Int { get }

    /// Begins to replace numbers by their sums over all processes (all-reduce), by a binary tree over
    /// their numbers: ((0 + 1) + (2 + 3)) + …. Returns at once; several sums may be under way, and go on
    /// while something else is computed.
    ///
    /// - Parameter numbers: of the same count in all processes. The memory is the communicator's until
    ///   the sums are there.
    /// - Returns: the number by which ``finish(through:)`` knows it, larger than that of what was begun
    ///   before.
    @discardableResult
    func beginSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> Int
    /// Begins to replace this process's part of the numbers, ``Parts/ofSums(_:)``, by their sums, the same
    /// ones as ``beginSum(_:)`` has (reduce-scatter). The other numbers are undefined after it.
    ///
    /// - Returns: its number.
    @discardableResult
    func beginReduceScatter(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> Int
    /// Begins to replace all numbers by those that each process has in its part of them (all-gather). When
    /// it is done, they may be read; others may not have taken this process's part yet, which is changed
    /// after ``finishSending(_:)`` alone.
    ///
    /// - Returns: its number.
    @discardableResult
    func beginAllGather(
        _ numbers: UnsafeMutableBufferPointer<Float>, _ parts: Parts
    ) throws -> Int
    /// Waits until the sum or the gather of that number is done.
    func finish(_ number: Int) throws
    /// Waits until the sum or the gather of that number is done, and all that were begun before it.
    func finish(through number: Int) throws
    /// Waits until other processes have taken what this one sends for the sum or the gather of that number.
    func finishSending(_ number: Int) throws
    /// Waits until all that have been begun are done, and others have taken what this process sends.
    func finish() throws
    /// Waits until all sums are there: a round of ``traffic``. Gathers begun after them may go on.
    func finishSums() throws
    /// What sums and gathers have cost this process so far.
    var traffic: Traffic { get }

    /// Gives all processes the bytes of process 0.
    ///
    /// - Parameter bytes: as many in all processes.
    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws
    /// The bytes of each process, by its number; everybody gets the same. What all have to agree on
    /// is compared by it.
    ///
    /// - Parameter bytes: of any length in each.
    func gather(_ bytes: [UInt8]) throws -> [[UInt8]]
}

extension Communicator {
    /// Whether this is the process that writes the log and the checkpoints.
    public var isFirst: Bool { rank == 0 }

    /// The bytes of process 0, of any length.
    ///
    /// - Parameter bytes: what process 0 has to say; of the others nothing is read.
    public func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
        var count = UInt64(bytes.count)
        try withUnsafeMutableBytes(of: &count) { try broadcast($0) }
        var all = rank == 0 ? bytes : [UInt8](repeating: 0, count: Int(count))
        try all.withUnsafeMutableBytes { try broadcast($0) }
        return all
    }
}

/// What went wrong between processes.
public enum CommunicationError: Error, Equatable, CustomStringConvertible {
    /// Another process does not answer any more, or cannot be reached: which one, in one line.
    case failed(String)
    /// Another process ends by an error that it tells itself.
    case toldElsewhere

    /// What happened, in one line.
    public var description: String {
        switch self {
        case .failed(let reason): reason
        case .toldElsewhere: "another process has ended by an error"
        }
    }
}
