internal import CKernels
internal import Platform

/// Threads for kernels, as a session has them.
final class Threads {
    let count: Int
    /// Nil for one thread.
    let pool: OpaquePointer?

    init(_ count: Int) {
        self.count = count
        pool = count > 1 ? kernel_pool_create(Int32(count)) : nil
    }

    deinit {
        if let pool { kernel_pool_destroy(pool) }
    }

    /// Calls `body` with 0..<tasks, on all threads.
    func run(_ tasks: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let box = Box(body: body)
            kernel_pool_run(
                pool, tasks,
                { context, index in
                    guard let context else { return }
                    Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().body(index)
                }, Unmanaged.passUnretained(box).toOpaque())
        }
    }

    private final class Box {
        let body: (Int) -> Void
        init(body: @escaping (Int) -> Void) { self.body = body }
    }
}

/// Memory that grows with what is asked for.
final class Scratch {
    private var memory = Floats(0)

    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        if count > memory.count { memory = Floats(count) }
        return memory.pointer
    }
}

/// Floats at a fixed place.
final class Floats {
    let count: Int
    let pointer: UnsafeMutablePointer<Float>

    /// On large pages, as a session's variables are and what its runs compute.
    private static let largePage = 1 << 21

    /// Zeros.
    init(_ count: Int) {
        self.count = count
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let isLarge = bytes >= Self.largePage
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: isLarge ? Self.largePage : 64)
        #if canImport(Glibc)
            if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
        #endif
        pointer = memory.bindMemory(to: Float.self, capacity: count)
        pointer.initialize(repeating: 0, count: count)
    }

    /// Random numbers in -1...1.
    convenience init(random count: Int) {
        self.init(count)
        var numbers = Numbers()
        for (index, number) in numbers.floats(count).enumerated() { pointer[index] = number }
    }

    deinit { pointer.deallocate() }

    subscript(_ index: Int) -> Float { pointer[index] }
}
