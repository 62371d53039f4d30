import TensorFlowTypes
import Testing

@Suite struct TensorValueTests {
    /// A literal of numbers is an array of `float`; other types are those of their elements.
    @Test func types() {
        #expect(TensorValue([0.5, 1], shape: [2]).type == .float)
        #expect(TensorValue([1, 2, 3], shape: [1, 3]).type == .float)
        #expect(TensorValue([0.5] as [Double], shape: []).elements == .double([0.5]))
        #expect(TensorValue([7] as [Int64], shape: [1]).elements == .int64([7]))
        #expect(TensorValue([7] as [UInt16], shape: [1]).elements == .bytes(.uint16, [7, 0]))
        #expect(TensorValue([true, false], shape: [2]).elements == .bool([true, false]))
        #expect(TensorValue([7, 8]).elements == .int32([7, 8]))
        #expect(TensorValue(2.5).elements == .float([2.5]))
        #expect(TensorValue(strings: ["ä"], shape: []).strings == [[0xc3, 0xa4]])
    }

    /// An array is the same whether it is made of its elements or of their bytes.
    @Test(
        arguments: [
            TensorValue([1.5, -0.0, .infinity], shape: [3]),
            TensorValue([1e300, -2] as [Double], shape: [2, 1]),
            TensorValue([-1, 1 << 30] as [Int32], shape: [2]),
            TensorValue([1 << 40, -1] as [Int64], shape: [1, 2]),
            TensorValue([0, 255] as [UInt8], shape: [2]), TensorValue([true, false], shape: [2]),
            TensorValue([-3] as [Int8], shape: []), TensorValue([40_000] as [UInt16], shape: [1]),
            TensorValue([.max] as [UInt64], shape: [1]),
            TensorValue([Complex<Float>(real: 1, imaginary: -2)], shape: []),
            TensorValue([] as [Float], shape: [0, 20]),
        ])
    func bytes(_ array: TensorValue) {
        #expect(array.bytes.count == array.count * array.type.byteCount)
        #expect(array.withBytes { $0.byteCount } == array.bytes.count)
        #expect(TensorValue(type: array.type, bytes: array.bytes, shape: array.shape) == array)
        #expect(
            TensorValue(.bytes(array.type, array.bytes), shape: array.shape).elements
                == array.elements)
    }

    @Test func elementsOfOneType() {
        let floats = TensorValue([1, 2], shape: [2])
        #expect(floats.values(of: Float.self) == [1, 2])
        #expect(floats.values(of: Int32.self) == nil && floats.values(of: Double.self) == nil)
        let halves = TensorValue(half: [1, -2], shape: [2])
        #expect(halves.values(of: UInt16.self) == nil && halves.bytes == [0, 0x3c, 0, 0xc0])
        let rounded = TensorValue(bfloat16: [1.003_906_3], shape: [])
        #expect(rounded.values(of: BFloat16.self)?.map(\.float) == [1])
        let quantized = TensorValue(type: .qint8, bytes: [0xff, 3], shape: [2])
        #expect(quantized.values(of: Int8.self) == [-1, 3])
        let small = TensorValue(type: .uint4, bytes: [15], shape: [1])
        #expect(small.values(of: UInt8.self) == [15])
        #expect(TensorValue("text").values(of: UInt8.self) == nil)
    }

    /// Another byte in a `Bool` would be undefined behaviour.
    @Test func truthValues() {
        let array = TensorValue(type: .bool, bytes: [0, 1, 2, 255], shape: [4])
        #expect(array.values(of: Bool.self) == [false, true, true, true])
        #expect(array.bytes == [0, 1, 1, 1])
    }

    /// Elements are not copied on the way through an array.
    @Test func memoryIsShared() {
        let floats = [Float](repeating: 1, count: 1000)
        func address(_ floats: [Float]?) -> UnsafePointer<Float>? {
            floats?.withUnsafeBufferPointer { $0.baseAddress }
        }
        let array = TensorValue(floats, shape: [10, 100])
        #expect(address(array.floats) == address(floats))
        #expect(address(array.values(of: Float.self)) == address(floats))
        #expect(address(array.reshaped([1000]).floats) == address(floats))
    }
}
