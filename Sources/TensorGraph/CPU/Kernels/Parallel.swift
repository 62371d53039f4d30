internal import CKernels

/// Loops over many elements, on the session's threads.
enum Parallel {
    /// Elements a thread takes at a time: enough to be worth handing over, few enough to stay in
    /// its first cache.
    static let grain = 8192

    /// A kernel that runs `body` over 0..<count in ranges of `grain` elements at the most. The
    /// ranges depend on the count alone, not on the number of threads.
    static func tiles(
        _ count: Int, grain: Int = grain, pool: OpaquePointer?,
        _ body: @escaping (Range<Int>) -> Void
    ) -> Kernel {
        let chunks = (count + grain - 1) / grain
        guard chunks > 1 else { return { body(0..<count) } }
        let tiles = Tiles(count: count, grain: grain, body: body)
        return {
            kernel_pool_run(
                pool, chunks,
                { context, index in
                    guard let context else { return }
                    Unmanaged<Tiles>.fromOpaque(context).takeUnretainedValue().run(index)
                }, Unmanaged.passUnretained(tiles).toOpaque())
        }
    }

    private final class Tiles {
        private let count: Int
        private let grain: Int
        private let body: (Range<Int>) -> Void

        init(count: Int, grain: Int, body: @escaping (Range<Int>) -> Void) {
            self.count = count
            self.grain = grain
            self.body = body
        }

        func run(_ index: Int) {
            body(index * grain..<min((index + 1) * grain, count))
        }
    }
}
