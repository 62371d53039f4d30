import CKernels
import Testing

/// Numbers that are the same in every run (SplitMix64).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// `count` values between -1 and 1.
    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
    }
}

/// A value that a kernel must overwrite.
let untouched = Float(bitPattern: 0x7FC0_1234)

/// The floats that `body` writes. Behind them lie a few that it must leave alone.
func written(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    let total = count + 32
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: total)
    defer { buffer.deallocate() }
    buffer.initialize(repeating: untouched, count: total)
    body(buffer)
    let intact = (count..<total).allSatisfy { buffer[$0].bitPattern == untouched.bitPattern }
    #expect(intact, "wrote past the end")
    return Array(UnsafeBufferPointer(start: buffer, count: count))
}

/// Runs `body` with a pool of each of these sizes and expects the same bits; returns them.
func onAllPools(_ body: (OpaquePointer?) -> [Float]) -> [Float] {
    let alone = body(nil)
    for threads: Int32 in [1, 2, 3, 7] {
        let pool = kernel_pool_create(threads)
        defer { kernel_pool_destroy(pool) }
        let same = zip(body(pool), alone).allSatisfy { $0.bitPattern == $1.bitPattern }
        #expect(same, "other bits on \(threads) threads")
    }
    return alone
}

/// Expects each value within `tolerance` times `scale` of what is expected, and NaN and infinities where they are expected.
func expectClose(
    _ values: [Float], _ expected: [Double], tolerance: Double = 1e-6, scale: Double = 1,
    _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == expected.count, sourceLocation: sourceLocation)
    for (i, (value, wanted)) in zip(values, expected).enumerated() {
        let value = Double(value)
        let close =
            value == wanted || (value.isNaN && wanted.isNaN)
            || abs(value - wanted) <= tolerance * max(scale, abs(wanted))
        guard close else {
            Issue.record(
                "\(what()) [\(i)]: \(value), expected \(wanted)", sourceLocation: sourceLocation)
            return
        }
    }
}

/// An array that is broadcast, as the kernels take it.
func broadcast(
    _ memory: UnsafePointer<Float>?, sizes: [Int], strides: [Int]
) -> kernel_broadcast {
    var result = kernel_broadcast()
    result.memory = memory
    result.rank = sizes.count
    withUnsafeMutableBytes(of: &result.sizes) { $0.copyBytes(from: sizes.flatMap(bytes)) }
    withUnsafeMutableBytes(of: &result.strides) { $0.copyBytes(from: strides.flatMap(bytes)) }
    return result
}

private func bytes(_ size: Int) -> [UInt8] { withUnsafeBytes(of: size) { Array($0) } }

/// The place of a result's element in an array that is broadcast.
func place(_ index: Int, _ sizes: [Int], _ strides: [Int]) -> Int {
    var (rest, place) = (index, 0)
    for axis in sizes.indices.reversed() {
        place += rest % sizes[axis] * strides[axis]
        rest /= sizes[axis]
    }
    return place
}
