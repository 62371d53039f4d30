import Testing

@testable import TensorGraph

/// The nodes that conditionals leave, one inside another one too, read off TensorFlow as in
/// ``NamingTests``.
///
/// TensorFlow makes a node before the `Switch`es that its inputs go through, and we after them, so
/// lines are compared without regard to their order.
@Suite struct NestedConditionalTests {
    let tf = Graph()
    let x: Tensor
    let y: Tensor
    let p: Tensor

    init() {
        x = tf.placeholder(.scalar, name: "x")
        y = tf.placeholder(.scalar, name: "y")
        p = tf.placeholder(.scalar, type: .bool, name: "p")
    }

    /// A node without inputs waits for the branch's pivot, unless it waits for another node of the
    /// branch.
    @Test func nodes() {
        let update = tf.identity(x, name: "update").node
        let results = tf.cond(
            p,
            {
                let k = tf.controlDependencies([update]) {
                    tf.group([], name: "n")
                    return tf.constant(Value(1.0), name: "k")
                }
                _ = tf.controlDependencies([k.node]) { tf.constant(Value(2.0), name: "m") }
                return [x + k, y]
            }, { [x * y, x] })
        _ = tf.cond(p, { [x] }, { [y] })
        #expect(results.map(\.name) == ["cond/Merge:0", "cond/Merge_1:0"])
        #expect(
            Set(tf.lines.dropFirst(4)) == [
                "cond/Switch Switch p p", "cond/switch_t Identity cond/Switch:1",
                "cond/switch_f Identity cond/Switch", "cond/pred_id Identity p",
                "cond/k Const ^cond/switch_t ^update", "cond/n NoOp ^cond/switch_t ^update",
                "cond/m Const ^cond/k",
                "cond/add AddV2 cond/add/Switch:1 cond/k",
                "cond/add/Switch Switch x cond/pred_id @x",
                "cond/Switch_1 Switch y cond/pred_id @y",
                "cond/mul Mul cond/mul/Switch cond/mul/Switch_1",
                "cond/mul/Switch Switch x cond/pred_id @x",
                "cond/mul/Switch_1 Switch y cond/pred_id @y",
                "cond/Merge Merge cond/mul cond/add",
                "cond/Merge_1 Merge cond/mul/Switch cond/Switch_1:1",
                "cond_1/Switch Switch p p", "cond_1/switch_t Identity cond_1/Switch:1",
                "cond_1/switch_f Identity cond_1/Switch", "cond_1/pred_id Identity p",
                "cond_1/Switch_1 Switch x cond_1/pred_id @x",
                "cond_1/Switch_2 Switch y cond_1/pred_id @y",
                "cond_1/Merge Merge cond_1/Switch_2 cond_1/Switch_1:1",
            ])
    }

    /// if p { (if q { x²y } else { 3 }) + 1 } else { y }
    private func nested(_ q: Tensor) -> Tensor {
        tf.cond(
            p,
            {
                let z = x * y
                let inner = tf.cond(q, { [z * x] }, { [tf.constant(Value(3.0), name: "three")] })
                return [inner[0] + 1]
            }, { [y] })[0]
    }

    @Test func nestedNodes() {
        _ = nested(tf.placeholder(.scalar, type: .bool, name: "q"))
        #expect(
            Set(tf.lines.dropFirst(4)) == [
                "cond/Switch Switch p p", "cond/switch_t Identity cond/Switch:1",
                "cond/switch_f Identity cond/Switch", "cond/pred_id Identity p",
                "cond/mul Mul cond/mul/Switch:1 cond/mul/Switch_1:1",
                "cond/mul/Switch Switch x cond/pred_id @x",
                "cond/mul/Switch_1 Switch y cond/pred_id @y",
                "cond/cond/Switch Switch cond/cond/Switch/Switch:1 cond/cond/Switch/Switch:1",
                "cond/cond/Switch/Switch Switch q cond/pred_id @q",
                "cond/cond/switch_t Identity cond/cond/Switch:1",
                "cond/cond/switch_f Identity cond/cond/Switch",
                "cond/cond/pred_id Identity cond/cond/Switch/Switch:1",
                "cond/cond/mul Mul cond/cond/mul/Switch:1 cond/cond/mul/Switch_1:1",
                "cond/cond/mul/Switch Switch cond/mul cond/cond/pred_id @cond/mul",
                "cond/cond/mul/Switch_1 Switch cond/mul/Switch:1 cond/cond/pred_id @x",
                "cond/cond/three Const ^cond/cond/switch_f",
                "cond/cond/Merge Merge cond/cond/three cond/cond/mul",
                "cond/add/y Const ^cond/switch_t", "cond/add AddV2 cond/cond/Merge cond/add/y",
                "cond/Switch_1 Switch y cond/pred_id @y",
                "cond/Merge Merge cond/Switch_1 cond/add",
            ])
    }

    @Test(arguments: [
        Case(p: true, q: true, value: 46, slopes: [30, 9]),
        Case(p: true, q: false, value: 4, slopes: [0, 0]),
        Case(p: false, q: true, value: 5, slopes: [0, 1]),
        Case(p: false, q: false, value: 5, slopes: [0, 1]),
    ])
    func values(_ wanted: Case) throws {
        let q = tf.placeholder(.scalar, type: .bool, name: "q")
        let result = nested(q)
        let gradients = tf.gradients(of: result, withRespectTo: [x, y]).compactMap(\.self)
        let values = try Session(graph: tf).run(
            [result] + gradients,
            feed: [x: Value(3.0), y: Value(5.0), p: Value(wanted.p), q: Value(wanted.q)])
        #expect(values.map(\.scalar) == [wanted.value] + wanted.slopes)
    }

    struct Case: Sendable {
        let p: Bool
        let q: Bool
        let value: Float
        let slopes: [Float]
    }
}
