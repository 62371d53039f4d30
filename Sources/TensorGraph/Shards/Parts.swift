/// How rows of numbers are divided among processes: in parts that follow each other and differ by one row at
/// the most.
public struct Parts: Sendable, Equatable {
    /// How many rows there are.
    public let rowCount: Int
    /// The numbers of each.
    public let rowSize: Int
    /// Which part is whose.
    public let order: Order

    /// Which part is whose.
    public enum Order: Sendable {
        /// The first one is that of process 0, the next one that of process 1.
        case ofProcesses
        /// As halving leaves them, in whose first round neighbours exchange: the part of a process has the
        /// process's number with its bits in reverse.
        case ofHalving
    }

    /// Parts of rows.
    public init(rows: Int, of rowSize: Int, _ order: Order = .ofProcesses) {
        (rowCount, self.rowSize, self.order) = (rows, rowSize, order)
    }

    /// Parts of numbers, as ``Communicator/beginReduceScatter(_:)`` leaves their sums.
    public static func ofSums(_ count: Int) -> Parts {
        Parts(rows: count, of: 1, .ofHalving)
    }

    /// The numbers of parts that follow each other.
    func numbers(_ parts: Range<Int>, processes: Int) -> Range<Int> {
        parts.lowerBound * rowCount / processes * rowSize..<parts.upperBound * rowCount
            / processes * rowSize
    }

    /// Which part is a process's, and whose is a part.
    func turned(_ number: Int, processes: Int) -> Int {
        guard order == .ofHalving else { return number }
        return (0..<processes.trailingZeroBitCount).reduce(0) { $0 << 1 | number >> $1 & 1 }
    }
}

extension Communicator {
    /// The numbers that are this process's part.
    public func own(of parts: Parts) -> Range<Int> {
        let part = parts.turned(rank, processes: count)
        return parts.numbers(part..<part + 1, processes: count)
    }
}
