internal import CKernels

/// What a plan does in a run, laid out so that running it allocates, retains, locks and looks up
/// nothing.
final class CallList {
    private let kernels: [KernelBox]
    private let sources: [SharedValues.Counter]
    private let calls: UnsafeMutableBufferPointer<Entry>
    private let segments: UnsafeMutableBufferPointer<Segment>
    private let counters: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt64>>
    private let written: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt64>>

    private struct Entry {
        let kernel: Unmanaged<KernelBox>
        /// The part of the plan that it is left out with; -1 for none.
        let segment: Int
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
        _ calls: [Plan.Call], segments: [Sharing.Segment], written: [Node], shared: SharedValues
    ) {
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
        self.calls = copied(
            zip(kernels, calls).map { kernel, call in
                Entry(kernel: .passUnretained(kernel), segment: call.segment ?? -1)
            })
    }

    deinit {
        calls.deallocate()
        segments.deallocate()
        counters.deallocate()
        written.deallocate()
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
        let denormals = kernel_denormals_flush()
        for index in calls.indices where !isSkipped(index) {
            calls[index].kernel._withUnsafeGuaranteedRef { $0.run() }
        }
        kernel_denormals_restore(denormals)
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
