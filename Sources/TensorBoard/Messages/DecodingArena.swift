import CProtobufC

/// Memory for one message that is being read, with a limit: a few bytes of a file can name many
/// parts of a message, each of which takes far more memory than that.
///
/// protobuf-c asks for memory part by part, and gives it back part by part; here all of it goes
/// back at once.
final class DecodingArena {
    /// What protobuf-c is given.
    private(set) var allocator = ProtobufCAllocator()

    private let block = UnsafeMutableRawPointer.allocate(byteCount: blockSize, alignment: 16)
    /// How much of the block is taken.
    private var taken = 0
    /// What did not fit in it.
    private var others: [UnsafeMutableRawPointer] = []
    /// How many more bytes the message may take.
    private var budget = 0

    private static let blockSize = 1 << 18

    init() {
        allocator.allocator_data = Unmanaged.passUnretained(self).toOpaque()
        allocator.alloc = { arena, byteCount in
            guard let arena else { return nil }
            return Unmanaged<DecodingArena>.fromOpaque(arena).takeUnretainedValue()
                .allocate(byteCount)
        }
        allocator.free = { _, _ in }
    }

    deinit {
        reset(budget: 0)
        block.deallocate()
    }

    /// Takes all memory back, and gives out as many bytes from now on.
    func reset(budget: Int) {
        for other in others { other.deallocate() }
        if !others.isEmpty { others = [] }
        taken = 0
        self.budget = budget
    }

    private func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0, byteCount <= budget else { return nil }
        let size = (byteCount + 15) & -16
        budget -= size
        if size <= Self.blockSize - taken {
            defer { taken += size }
            return block + taken
        }
        let other = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        others.append(other)
        return other
    }
}
