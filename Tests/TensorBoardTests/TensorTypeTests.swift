import TensorBoard
import TestSupport
import Testing

/// Tensors of all types, as TensorBoard's and NumPy's means write them.
@Suite struct TensorTypeTests {
    /// The tensors of the fixture, by tag.
    private func tensors() throws -> [String: Event.Tensor] {
        var tensors: [String: Event.Tensor] = [:]
        for value in try events(of: Fixtures.path("tensor-types.tfevents")).flatMap(\.values) {
            guard case .tensor(let tensor) = value.content else { continue }
            tensors[value.tag] = tensor
        }
        return tensors
    }

    static let expected: [String: Event.Tensor.Elements] = [
        "float": .floats([1.5, -0.0, .infinity]),
        "double": .doubles([0.1, 1e300, -2]),
        "half": .floats([0.099975586, -65504, 5.9604645e-08]),
        "bfloat16": .floats([0.100097656, -2, 3.0040553e38]),
        "uint8": .uint8s([0, 1, 255]), "quint8": .uint8s([0, 1, 255]),
        "int8": .int32s([-128, 0, 127]), "qint8": .int32s([-128, 0, 127]),
        "int16": .int32s([-32768, 0, 32767]), "qint16": .int32s([-32768, 0, 32767]),
        "uint16": .int32s([0, 1, 65535]), "quint16": .int32s([0, 1, 65535]),
        "int32": .int32s([.min, 0, .max]), "qint32": .int32s([.min, 0, .max]),
        "uint32": .int64s([0, 1, 4_294_967_295]),
        "int64": .int64s([.min, 0, 9_007_199_254_740_993]),
        "uint64": .uint64s([0, 1, .max]),
        "complex64": .complexes([
            .init(real: 1, imaginary: 2), .init(real: 0, imaginary: -0.5),
            .init(real: 3, imaginary: 0),
        ]),
        "complex128": .complexes([
            .init(real: 1, imaginary: 0.1), .init(real: 0, imaginary: -0.5),
            .init(real: 3, imaginary: 0),
        ]),
        "bool": .bools([true, false, true]),
        "string": .strings([[], [0xff, 0, 0x61], Array(repeating: 0x78, count: 300)]),
    ]

    @Test(arguments: expected.keys.sorted(), ["content", "list"])
    func elements(type: String, way: String) throws {
        let tensor = try #require(try tensors()["\(type)/\(way)"])
        #expect(tensor.elements == Self.expected[type])
        #expect(tensor.shape == [3])
        let names = ["float": "float32", "double": "float64", "half": "float16"]
        #expect(tensor.typeName == names[type] ?? type)
    }

    @Test func whatIsNotRead() throws {
        let tensors = try tensors()
        #expect(tensors.count == 2 * Self.expected.count + 2)
        #expect(try #require(tensors["resource/content"]).elements == nil)
        #expect(tensors["resource/content"]?.typeName == "resource")
        #expect(try #require(tensors["float/cut"]).elements == nil)
    }

    /// A number of one element keeps its type, and all its digits.
    @Test func scalars() throws {
        let values = try events(of: Fixtures.path("scalar-types.tfevents")).flatMap(\.values)
        let numbers = Dictionary(uniqueKeysWithValues: values.map { ($0.tag, $0.number) })
        #expect(
            numbers == [
                "float": .float(1.5), "double": .double(1.5), "half": .float(1.5),
                "half-content": .float(1.5), "bfloat16": .float(1.5),
                "bfloat16-content": .float(1.5), "int64": .integer(7), "int32": .integer(7),
                "int16": .integer(7), "int8": .integer(7), "uint16": .integer(7),
                "uint32": .integer(7), "uint64": .unsigned(7), "uint8": .integer(7),
                "bool": .bool(true), "double-int": .double(1_795_878_272),
                "int64-big": .integer(666_894_336),
                "int64-bigger": .integer(9_007_199_254_740_993),
            ])
        #expect(Event.Number.bool(true).double == 1)
        #expect(Event.Number.unsigned(.max).double == 0x1p64)
        #expect(Event.Number.complex(.init(real: 1, imaginary: 0)).double == nil)
    }
}
