/// The rows of a tensor for the whole batch, of which each shard computes its own.
final class ShardRows {
    /// Which they are.
    struct Key: Hashable {
        let tensor: Tensor
        let shape: [Int]
    }

    let buffer: Buffer
    /// What gathers them; `nil` when others have taken this process's.
    var gather: Gather?
    private let arena: Arena

    /// - Parameter shape: rows, and the numbers of each.
    init(shape: [Int]) {
        arena = Arena(size: shape.reduce(1, *) * MemoryLayout<Float>.stride)
        buffer = Buffer(pointer: arena.pointer, type: .float, shape: shape)
    }

    /// The numbers of a row.
    var size: Int { buffer.shape[1] }

    /// All numbers.
    var numbers: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: buffer.floats, count: buffer.count)
    }

    /// Waits until this process's rows may be changed.
    func finishSending() throws {
        try gather?.finishSending()
        gather = nil
    }

    /// Whose rows are which.
    var parts: Parts { Parts(rows: buffer.shape[0], of: size) }
}
