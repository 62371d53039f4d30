internal import Platform

/// Places for all tensors of a run in one block of memory.
///
/// Two tensors share bytes when no step needs both. Larger ones are placed first, each at the
/// lowest free place.
struct ArenaLayout {
    /// A tensor's bytes, and the steps from its making to its last use.
    struct Request {
        let bytes: Int
        let steps: ClosedRange<Int>
    }

    /// The first byte of each request, a multiple of 64.
    let offsets: [Int]
    /// The size of the whole in bytes.
    let size: Int

    init(_ requests: [Request]) {
        var offsets = [Int](repeating: 0, count: requests.count)
        var placed: [(range: Range<Int>, steps: ClosedRange<Int>)] = []
        var size = 0
        let order = requests.indices.sorted {
            (requests[$1].bytes, $0) < (requests[$0].bytes, $1)
        }
        for index in order {
            let request = requests[index]
            let bytes = (request.bytes + 63) & ~63
            var offset = 0
            for other in placed where other.steps.overlaps(request.steps) {
                if other.range.lowerBound >= offset + bytes { break }
                offset = max(offset, other.range.upperBound)
            }
            offsets[index] = offset
            size = max(size, offset + bytes)
            let range = offset..<offset + bytes
            let place = placed.firstIndex { $0.range.lowerBound > offset } ?? placed.count
            placed.insert((range, request.steps), at: place)
        }
        self.offsets = offsets
        self.size = size
    }
}

/// A block of zeroed memory that is freed with its owner.
final class Arena {
    let pointer: UnsafeMutableRawPointer
    let size: Int

    /// What the system's large pages are aligned to. In small ones every page of a large tensor
    /// that a kernel crosses costs a walk of the page table.
    private static let largePage = 1 << 21

    init(size: Int) {
        self.size = max(size, 64)
        let isLarge = self.size >= Self.largePage
        pointer = .allocate(byteCount: self.size, alignment: isLarge ? Self.largePage : 64)
        #if canImport(Glibc)
            if isLarge { madvise(pointer, self.size, MADV_HUGEPAGE) }
        #endif
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: self.size)
    }

    deinit {
        pointer.deallocate()
    }
}
