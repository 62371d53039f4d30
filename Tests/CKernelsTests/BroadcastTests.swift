import CKernels
import TestSupport
import Testing

/// Operands of a run that are broadcast, against the plain definition.
@Suite struct BroadcastTests {
    /// Any number of dimensions, sizes, and strides of which some are 0: whatever tiles cut them.
    @Test(arguments: 0..<60)
    func writtenOut(_ seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let rank = Int.random(in: 1...5, using: &numbers)
        let sizes = (0..<rank).map { _ in Int.random(in: 1...13, using: &numbers) }
        var strides = [Int](repeating: 0, count: rank)
        var count = 1
        for axis in (0..<rank).reversed() where Bool.random(using: &numbers) {
            strides[axis] = count
            count *= sizes[axis]
        }
        let n = sizes.reduce(1, *)
        let array = (0..<count + 1).map { _ in Float.random(in: -1...1, using: &numbers) }
        let x = (0..<n).map { _ in Float.random(in: -1...1, using: &numbers) }
        let tile = Int.random(in: 1...1024, using: &numbers)
        var out = [Float](repeating: .nan, count: n)
        var operand = x
        array.withUnsafeBufferPointer { array in
            let broadcast = broadcast(array.baseAddress, sizes: sizes, strides: strides)
            withUnsafePointer(to: broadcast) { broadcast in
                out.withUnsafeMutableBufferPointer { out in
                    operand.withUnsafeMutableBufferPointer { x in
                        var step = kernel_step()
                        step.kind = KERNEL_BINARY
                        step.function.binary = kernel_sub
                        step.out.memory = out.baseAddress
                        step.out.stride = 1
                        step.x.memory = x.baseAddress
                        step.x.stride = 1
                        step.y.broadcast = broadcast
                        kernel_fused(nil, &step, 1, nil, 0, tile, n)
                    }
                }
            }
        }
        for index in 0..<n {
            #expect(
                out[index] == x[index] - array[place(index, sizes, strides)],
                "\(sizes) \(strides) at \(index)")
        }
    }
}
