/// How a batch is cut into shards, and which of them a process computes.
///
/// Each process has as many, which follow each other: a subtree of the tree over all shards.
public struct Shards: Sendable, Equatable {
    /// How many there are in all, a power of two.
    public let count: Int
    /// The rows of the whole batch.
    public let batchSize: Int
    /// Those that this process computes.
    public let own: Range<Int>

    /// The shards of a process.
    ///
    /// - Parameters:
    ///   - count: a power of two, at most `batchSize`.
    ///   - processes: a power of two, at most `count`.
    public init(count: Int, batchSize: Int, rank: Int = 0, of processes: Int = 1) {
        precondition(count.nonzeroBitCount == 1, "\(count) shards are no power of two")
        precondition(count <= batchSize, "\(batchSize) rows cannot be cut into \(count) shards")
        precondition(
            processes.nonzeroBitCount == 1 && processes <= count && (0..<processes).contains(rank),
            "process \(rank) of \(processes) has no part in \(count) shards")
        self.count = count
        self.batchSize = batchSize
        let share = count / processes
        own = rank * share..<(rank + 1) * share
    }

    /// The rows of a shard: as many in each, or one more in some.
    public func rows(of shard: Int) -> Range<Int> {
        shard * batchSize / count..<(shard + 1) * batchSize / count
    }

    /// The rows of this process's shards.
    public var ownRows: Range<Int> {
        own.lowerBound * batchSize / count..<own.upperBound * batchSize / count
    }
}

extension TensorValue {
    /// Some of the rows, which are what the first dimension counts.
    ///
    /// - Precondition: it is an array of float32 numbers, and has those rows.
    func rows(_ rows: Range<Int>) -> TensorValue {
        guard case .float(let numbers) = elements, let count = shape.first else {
            preconditionFailure("only rows of float32 numbers are cut into shards")
        }
        precondition(rows.lowerBound >= 0 && rows.upperBound <= count)
        let size = count == 0 ? 0 : numbers.count / count
        return TensorValue(
            .float(Array(numbers[rows.lowerBound * size..<rows.upperBound * size])),
            shape: [rows.count] + shape.dropFirst())
    }
}
