import TensorBoard
import TestSupport
import Testing

@Suite struct GraphTests {
    /// The graph of `make-fixtures.py`.
    @Test func equalsTensorFlow() throws {
        let graph = GraphDefinition(nodes: [
            .init(
                name: "scope/x", op: "Placeholder", device: "/device:CPU:0",
                attributes: [
                    ("_output_shapes", .shapeList([[nil, 784], .unknown, []])),
                    ("dtype", .type(.float)), ("shape", .shape([nil, 784])),
                ]),
            .init(
                name: "const", op: "Const",
                attributes: [
                    ("bool", .tensor(.init(shape: [], elements: .bools([true])))),
                    ("bools", .tensor(.init(shape: [2], elements: .bools([true, false])))),
                    ("double", .tensor(.init(shape: [], elements: .doubles([3])))),
                    ("doubles", .tensor(.init(shape: [2], elements: .doubles([1, 2])))),
                    ("filled", .tensor(.init(shape: [3, 4], elements: .floats([2])))),
                    ("float", .tensor(.init(shape: [], elements: .floats([0.25])))),
                    ("floats", .tensor(.init(shape: [3], elements: .floats([1.5, -2, 0])))),
                    ("int32", .tensor(.init(shape: [], elements: .int32s([-7])))),
                    ("int32s", .tensor(.init(shape: [2, 2], elements: .int32s([-1, 28, 28, 1])))),
                    ("int64", .tensor(.init(shape: [], elements: .int64s([1 << 40])))),
                    ("int64s", .tensor(.init(shape: [2], elements: .int64s([1 << 40, -1])))),
                    ("none", .tensor(.init(shape: [0], elements: .int32s([])))),
                    (
                        "text",
                        .tensor(.init(shape: [], elements: .strings([Array("a\0b".utf8)])))
                    ),
                    (
                        "texts",
                        .tensor(.init(shape: [2], elements: .strings([Array("a".utf8), []])))
                    ),
                ]),
            .init(
                name: "op", op: "Conv2D", inputs: ["scope/x", "const:1", "^scope/x"],
                attributes: [
                    ("bytes", .string("NHWC")), ("empty", .string("")), ("false", .bool(false)),
                    ("float", .float(0.5)), ("int", .int(-5)),
                    ("list_b", .boolList([true, false])),
                    ("list_f", .floatList([0.5, 0])), ("list_i", .intList([1, 2, 2, -1])),
                    ("list_none", .shapeList([])),
                    ("list_s", .bytesList([Array("loc:@x".utf8), []])),
                    ("list_type", .typeList([.float, .int32])), ("true", .bool(true)),
                    ("zero", .int(0)),
                ]),
        ])
        let ours = try WireMessage(graph.serialized())
        let theirs = try WireMessage(Fixtures.bytes("graph.pb"))
        #expect(ours.fields.count == theirs.fields.count)
        #expect(try ours.messages(4) == theirs.messages(4))
        for (our, their) in zip(try ours.messages(1), try theirs.messages(1)) {
            #expect(our.fields.filter { $0.number != 5 } == their.fields.filter { $0.number != 5 })
            #expect(try attributes(our) == attributes(their))
        }
    }

    /// A node's attributes, by name: in the file they stand in no particular order.
    private func attributes(_ node: WireMessage) throws -> [WireMessage] {
        try node.messages(5).sorted { $0.string(1) < $1.string(1) }
    }

    @Test func typesHaveTensorFlowsNumbers() {
        #expect(DataType(rawValue: 14) == .bfloat16)
        #expect(DataType.floatReference.rawValue == DataType.float.rawValue + 100)
        #expect(DataType(rawValue: 0) == nil)
    }
}
