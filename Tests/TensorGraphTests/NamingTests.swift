import Testing

@testable import TensorGraph

/// Names of nodes, as the same Python calls give them under TensorFlow 1; the expected ones were
/// read off it.
@Suite struct NamingTests {
    let tf = Graph()

    private func scalar(_ name: String) -> Tensor { tf.placeholder(.scalar, name: name) }

    private var names: [String] { tf.nodes.map(\.name) }

    // MARK: Nodes and name scopes

    @Test func uniqueWithoutRegardToCase() {
        for name in ["x", "X", "x", "x_1"] { _ = scalar(name) }
        #expect(names == ["x", "X_1", "x_2", "x_1_1"])
    }

    @Test func nameScopes() {
        tf.nameScope("a") { scope in
            #expect(scope == "a/")
            _ = scalar("x")
            tf.nameScope("a") { _ = scalar($0 == "a/a/" ? "x" : "wrong") }
        }
        tf.nameScope("a") { _ in _ = scalar("x") }
        tf.nameScope("A") { _ in _ = scalar("x") }
        _ = scalar("a")
        #expect(names == ["a/x", "a/a/x", "a_1/x", "A_2/x", "a_3"])
    }

    /// A node that is given its scope's name, slash and all, is named as the scope is.
    @Test func nodeNamedAsItsScope() {
        let x = scalar("x")
        let sums = (0..<2).map { _ in
            tf.nameScope("sum") { scope in tf.identity(tf.identity(x, name: "part"), name: scope) }
        }
        #expect(sums.map(\.name) == ["sum:0", "sum_1:0"])
        #expect(names == ["x", "sum/part", "sum", "sum_1/part", "sum_1"])
    }

    @Test func nodesAreFoundByName() {
        let x = scalar("x")
        #expect(tf.node(named: "x") == x.node)
        #expect(tf.node(named: "X") == nil)
        #expect(tf.node(named: "y") == nil)
    }

    /// A number on either side of an operator becomes a constant named for its side.
    @Test func operators() {
        let (x, y) = (scalar("x"), scalar("y"))
        _ = [x + y, x + 1, 1 + x, x - 1, 1 - x, x * 2, x / 2, 2 / x, -x, x + 2]
        #expect(
            tf.lines.dropFirst(2) == [
                "add AddV2 x y",
                "add_1/y Const", "add_1 AddV2 x add_1/y",
                "add_2/x Const", "add_2 AddV2 add_2/x x",
                "sub/y Const", "sub Sub x sub/y",
                "sub_1/x Const", "sub_1 Sub sub_1/x x",
                "mul/y Const", "mul Mul x mul/y",
                "truediv/y Const", "truediv RealDiv x truediv/y",
                "truediv_1/x Const", "truediv_1 RealDiv truediv_1/x x",
                "Neg Neg x",
                "add_3/y Const", "add_3 AddV2 x add_3/y",
            ])
    }

    /// Constants of reductions and reshapes are named for their arguments.
    @Test func arguments() {
        let x = tf.placeholder([2, 3], name: "x")
        _ = [tf.reduceSum(x), tf.reduceMean(x, axes: [0]), tf.reshape(x, [6]), tf.greater(x, 0)]
        #expect(
            tf.lines.dropFirst() == [
                "Const Const", "Sum Sum x Const",
                "Mean/reduction_indices Const", "Mean Mean x Mean/reduction_indices",
                "Reshape/shape Const", "Reshape Reshape x Reshape/shape",
                "Greater/y Const", "Greater Greater x Greater/y",
            ])
    }

    // MARK: Control dependencies and colocation

    /// A node waits for the nodes of a block, unless one of its inputs is one of them or was made
    /// in the block.
    @Test func controlDependencies() {
        let x = scalar("x")
        let (a, b) = (tf.identity(x, name: "a"), tf.identity(x, name: "b"))
        tf.controlDependencies([a.node, b.node]) {
            let c = tf.identity(x, name: "c")
            let d = tf.identity(c, name: "d")
            _ = tf.identity(a, name: "e")
            _ = tf.constant(Value(1.0), name: "k")
            tf.controlDependencies([c.node]) {
                _ = [
                    tf.identity(x, name: "f"), tf.identity(d, name: "h"), tf.identity(b, name: "l"),
                ]
            }
        }
        tf.group([a.node, b.node, a.node], name: "g")
        #expect(
            tf.lines.dropFirst() == [
                "a Identity x", "b Identity x", "c Identity x ^a ^b", "d Identity c",
                "e Identity a ^b", "k Const ^a ^b", "f Identity x ^a ^b ^c", "h Identity d ^c",
                "l Identity b ^a ^c", "g NoOp ^a ^b",
            ])
    }

    /// Sums and assignments belong where their first input does; what is made of those belongs
    /// there too.
    @Test func colocation() {
        let (x, y) = (scalar("x"), scalar("y"))
        let sum = tf.addN([x, y])
        _ = tf.addN([sum, x])
        let v = tf.variable(Value(0.0), name: "v")
        _ = tf.assign(v, x)
        #expect(
            tf.lines.dropFirst(2) == [
                "AddN AddN x y @x", "AddN_1 AddN AddN x @x",
                "v/initial_value Const", "v VariableV2", "v/Assign Assign v v/initial_value @v",
                "v/read Identity v @v", "Assign Assign v x @v",
            ])
    }
}

extension Graph {
    /// A line for each node: name, op, inputs, `^` and what it waits for, `@` and where it belongs.
    var lines: [String] {
        definition.nodes.map { node in
            var words = [node.name, node.op] + node.inputs
            for case ("_class", .bytesList(let places)) in node.attributes {
                for place in places {
                    words.append("@" + String(decoding: place, as: UTF8.self).dropFirst(5))
                }
            }
            return words.joined(separator: " ")
        }
    }
}
