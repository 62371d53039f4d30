internal import CKernels

/// A kernel at one of the network's shapes.
struct KernelCase {
    let name: String
    let work: Bounds.Work
    /// How often a D step with its loss, and a G step with its loss, cannot do without it. 0 in
    /// both for a kernel that a better one stands for.
    var uses: (discriminator: Int, generator: Int) = (0, 0)
    /// Runs it.
    let run: (OpaquePointer?) -> Void
    /// What it writes, after one run from where it started.
    let output: Floats
    /// What plain loops make of the same.
    let expected: () -> [Float]

    /// How far the kernel is from the plain loops, as a part of the largest value.
    func error(_ pool: OpaquePointer?) -> Double {
        let expected = expected()
        run(pool)
        let largest: Float = expected.reduce(0) { max($0, $1.magnitude) }
        let farthest: Float = expected.enumerated().reduce(0) { farthest, next in
            let distance = (output[next.offset] - next.element).magnitude
            return distance.isNaN ? .infinity : max(farthest, distance)
        }
        return Double(farthest / max(largest, .leastNormalMagnitude))
    }

    /// The same kernel, said how often it is used.
    func used(discriminator: Int = 0, generator: Int = 0) -> KernelCase {
        var result = self
        result.uses = (discriminator, generator)
        return result
    }
}

extension Bounds.Work {
    /// So many floats read and written, each once, beside the arithmetic.
    init(_ operations: Int, reading floats: Int) {
        self.init(operations: Double(operations), bytes: Double(4 * floats), access: .reading)
    }

    /// So many floats read and written again.
    init(_ operations: Int, updating floats: Int) {
        self.init(operations: Double(operations), bytes: Double(8 * floats), access: .updating)
    }
}
