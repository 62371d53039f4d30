internal import CKernels

/// What a plan does in a run, laid out so that running it allocates, retains, locks and looks up
/// nothing.
final class CallList {
    private let kernels: [KernelBox]
    private let parts: [PartBox]
    private let sources: [SharedValues.Counter]
    private let calls: UnsafeMutableBufferPointer<Entry>
    private let segments: UnsafeMutableBufferPointer<Segment>
    private let counters: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt64>>
    private let written: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt64>>
    /// The calls that can be done aside, and the calls that make what they read.
    private let asides: UnsafeMutableBufferPointer<Aside>
    private let makers: UnsafeMutableBufferPointer<Int>
    /// The call that runs.
    private let current: UnsafeMutablePointer<Int>
    private let resources: Resources

    private struct Entry {
        let kernel: Unmanaged<KernelBox>
        /// The part of the plan that it is left out with; -1 for none.
        let segment: Int
        /// Its place among the asides; -1 for none.
        var aside = -1
    }

    private struct Aside {
        let part: Unmanaged<PartBox>
        /// Where among the makers its own are.
        let makers: Range<Int>
        /// The first call during which it can be done.
        var earliest = 0
        var isDone = false
    }

    /// A part of the plan that is left out while what it is computed from has not changed.
    private struct Segment {
        /// Where among the counters its origins' versions and its exports' signatures are.
        let origins: Range<Int>
        let exports: Range<Int>
        var isSkipped = false
    }

    /// - Parameter written: the variables that the plan changes.
    init(
        _ calls: [Plan.Call], segments: [Sharing.Segment], written: [Node], resources: Resources
    ) {
        let shared = resources.shared
        self.resources = resources
        func copied<T>(_ elements: [T]) -> UnsafeMutableBufferPointer<T> {
            let copy = UnsafeMutableBufferPointer<T>.allocate(capacity: elements.count)
            _ = copy.initialize(from: elements)
            return copy
        }
        var sources: [SharedValues.Counter] = []
        func place(_ counters: [SharedValues.Counter]) -> Range<Int> {
            sources += counters
            return sources.count - counters.count..<sources.count
        }
        self.segments = copied(
            segments.map { segment in
                Segment(
                    origins: place(segment.origins.map(shared.version)),
                    exports: place(segment.exports.map(\.signature)))
            })
        counters = copied(sources.map(\.pointer))
        let writes = written.map { shared.version(.variable($0)) }
        self.written = copied(writes.map(\.pointer))
        self.sources = sources + writes
        kernels = calls.map { KernelBox($0.run) }
        var entries = zip(kernels, calls).map { kernel, call in
            Entry(kernel: .passUnretained(kernel), segment: call.segment ?? -1)
        }
        var asides: [Aside] = []
        var makers: [Int] = []
        var parts: [PartBox] = []
        for (index, call) in calls.enumerated() {
            guard let aside = call.aside else { continue }
            let part = PartBox(aside)
            parts.append(part)
            makers += aside.makers
            entries[index].aside = asides.count
            asides.append(
                Aside(
                    part: .passUnretained(part),
                    makers: makers.count - aside.makers.count..<makers.count))
        }
        self.calls = copied(entries)
        self.asides = copied(asides)
        self.makers = copied(makers)
        self.parts = parts
        current = .allocate(capacity: 1)
        current.initialize(to: 0)
    }

    deinit {
        calls.deallocate()
        segments.deallocate()
        counters.deallocate()
        written.deallocate()
        asides.deallocate()
        makers.deallocate()
        current.deallocate()
    }

    /// Decides which segments are run, and signs the values that they are about to leave.
    func skipWhatIsKnown() {
        for index in segments.indices {
            let segment = segments[index]
            var signature: UInt64 = 1
            for place in segment.origins { signature += counters[place].pointee }
            var isKnown = true
            for place in segment.exports where counters[place].pointee != signature {
                isKnown = false
                counters[place].pointee = signature
            }
            segments[index].isSkipped = isKnown
        }
    }

    /// Whether a call is left out.
    func isSkipped(_ call: Int) -> Bool {
        let segment = calls[call].segment
        return segment >= 0 && segments[segment].isSkipped
    }

    /// Calls the kernels of all that is not left out.
    func run() {
        run { _ in
        } after: { _ in
        }
    }

    /// Calls the kernels of all that is not left out.
    ///
    /// - Parameters:
    ///   - before: called before each call, whether it is left out or not.
    ///   - after: called after it.
    @inline(__always)
    func run(before: (Int) throws -> Void, after: (Int) throws -> Void) rethrows {
        let denormals = kernel_denormals_flush()
        if !asides.isEmpty { offerAsides() }
        defer {
            if !asides.isEmpty { kernel_pool_set_aside(resources.pool, nil, nil) }
            kernel_denormals_restore(denormals)
        }
        for index in calls.indices {
            try before(index)
            run(index)
            try after(index)
        }
    }

    private func run(_ index: Int) {
        guard !isSkipped(index) else { return }
        current.pointee = index
        let aside = calls[index].aside
        if aside >= 0 {
            if asides[aside].isDone { return }
            asides[aside].isDone = true
        }
        calls[index].kernel._withUnsafeGuaranteedRef { $0.run() }
    }

    /// Has asides done while calls wait for threads.
    private func offerAsides() {
        for index in asides.indices {
            var earliest = 0
            for place in asides[index].makers where !isSkipped(makers[place]) {
                earliest = max(earliest, makers[place] + 1)
            }
            asides[index].earliest = earliest
            asides[index].isDone = false
        }
        kernel_pool_set_aside(
            resources.pool,
            { list in
                guard let list else { return false }
                return Unmanaged<CallList>.fromOpaque(list)._withUnsafeGuaranteedRef {
                    $0.doAside()
                }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Does a part of an aside that is not done yet, if what it reads is there; returns whether.
    private func doAside() -> Bool {
        for index in asides.indices
        where !asides[index].isDone && asides[index].earliest <= current.pointee {
            asides[index].isDone = asides[index].part._withUnsafeGuaranteedRef { $0.run() }
            return true
        }
        return false
    }

    /// Notes that the variables have other values.
    func noteWrites() {
        for version in written { version.pointee += 1 }
    }
}

/// A kernel that is called through a reference, which is not retained for it.
private final class KernelBox {
    private let kernel: Kernel

    init(_ kernel: @escaping Kernel) { self.kernel = kernel }

    func run() { kernel() }
}

/// A part of a call, and whether it was the last.
private final class PartBox {
    private let part: Kernel
    private let slot: SummarySlot

    init(_ aside: Plan.Aside) {
        part = aside.part
        slot = aside.slot
    }

    func run() -> Bool {
        part()
        return slot.isComplete
    }
}
