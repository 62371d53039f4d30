import TensorBoard
import TestSupport
import Testing

@Suite struct GraphTests {
    /// The graph of `make-fixtures.py`.
    @Test func equalsTensorFlow() throws {
        let constants: [(name: String, value: AttributeValue)] = [
            ("bool", constant(.bool([true]), [])),
            ("bools", constant(.bool([true, false]), [2])),
            ("double", constant(.double([3]), [])),
            ("doubles", constant(.double([1, 2]), [2])),
            ("filled", .tensor(TensorValue(2 as Float), shape: [3, 4])),
            ("float", constant(.float([0.25]), [])),
            ("floats", constant(.float([1.5, -2, 0]), [3])),
            ("int32", constant(.int32([-7]), [])),
            ("int32s", constant(.int32([-1, 28, 28, 1]), [2, 2])),
            ("int64", constant(.int64([1 << 40]), [])),
            ("int64s", constant(.int64([1 << 40, -1]), [2])),
            ("none", constant(.int32([]), [0])),
            (
                "text",
                constant(.string([Array("a\0b".utf8)]), [])
            ),
            (
                "texts",
                constant(.string([Array("a".utf8), []]), [2])
            ),
        ]
        let graph = GraphDefinition(nodes: [
            .init(
                name: "scope/x", op: "Placeholder", device: "/device:CPU:0",
                attributes: [
                    ("_output_shapes", .shapeList([[nil, 784], .unknown, []])),
                    ("dtype", .type(.float)), ("shape", .shape([nil, 784])),
                ]),
            .init(
                name: "const", op: "Const",
                attributes: constants),
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

    private func constant(_ elements: TensorValue.Elements, _ shape: [Int]) -> AttributeValue {
        .tensor(TensorValue(elements, shape: shape))
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
