import Testing

@testable import TensorGraph

/// Names of variables and of what is made beside them, read off TensorFlow as those of
/// ``NamingTests`` are.
@Suite struct VariableNamingTests {
    let tf = Graph()

    private func weights(_ name: String = "w") -> Variable {
        tf.getVariable(name, [2], initializer: .zeros)
    }

    /// Calling a network a second time makes new nodes, in scopes of their own, over the same
    /// variables.
    @Test func networkCalledTwice() {
        func network() -> Tensor {
            tf.variableScope("d", reuse: .auto) {
                tf.variableScope("c") { tf.relu(weights().tensor) }
            }
        }
        _ = [network(), network(), tf.nameScope("s") { _ in network() }]
        #expect(
            tf.lines == [
                "d/c/w/Initializer/zeros Const @d/c/w", "d/c/w VariableV2 @d/c/w",
                "d/c/w/Assign Assign d/c/w d/c/w/Initializer/zeros @d/c/w",
                "d/c/w/read Identity d/c/w @d/c/w", "d/c/Relu Relu d/c/w/read",
                "d_1/c/Relu Relu d/c/w/read", "s/d/c/Relu Relu d/c/w/read",
            ])
        #expect(tf.variables.map(\.name) == ["d/c/w"])
    }

    /// A variable asked for by name ignores name scopes; one that is just made does not.
    @Test func scopesOfVariables() {
        tf.nameScope("s") { _ in
            #expect(weights().name == "w")
            #expect(tf.variable(Value(1.0), name: "v").name == "s/v")
            #expect(tf.variable(Value(1.0), name: "v").name == "s/v_1")
        }
    }

    @Test func reuse() {
        let made = tf.variableScope("a") { weights() }
        #expect(tf.variableScope("a", reuse: .always) { weights() } == made)
        #expect(tf.variableScope("a", reuse: .auto) { weights() } == made)
        let other = tf.variableScope("a", reuse: .auto) { weights("b") }
        #expect(other.name == "a/b")
        #expect(tf.variableScope("b") { weights() }.name == "b/w")
    }

    /// A scope takes over what the scope around it says.
    @Test func reuseIsInherited() {
        let made = tf.variableScope("a") { tf.variableScope("b") { weights() } }
        let found = tf.variableScope("a", reuse: .auto) { tf.variableScope("b") { weights() } }
        #expect(found == made)
        #expect(
            tf.variableScope("a", reuse: .always) { tf.variableScope("b") { weights() } } == made)
    }

    @Test func secondVariableOfAName() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            _ = tf.getVariable("w", [2], initializer: .zeros)
            _ = tf.getVariable("w", [2], initializer: .zeros)
        }
    }

    @Test func variableThatDoesNotExist() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            _ = tf.variableScope("a", reuse: .always) {
                tf.getVariable("w", [2], initializer: .zeros)
            }
        }
    }

    @Test func variableOfAnotherShape() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            tf.variableScope("a", reuse: .auto) {
                _ = tf.getVariable("w", [2], initializer: .zeros)
                _ = tf.getVariable("w", [3], initializer: .zeros)
            }
        }
    }

    /// Optimizers keep their moments beside the variables, and the powers of their betas where the
    /// first of the variables by name is. A variable that is listed twice has one pair of moments
    /// and two updates.
    @Test func optimizerSlots() {
        let (w, b) = (weights(), weights("b"))
        let loss = tf.reduceSum(tf.square(w * b))
        let step = tf.variable(Value(Int32(0)), name: "i")
        _ = AdamOptimizer().minimize(loss, globalStep: step, variables: [w, b, w])
        _ = AdamOptimizer().minimize(loss, globalStep: step, variables: [b])
        #expect(
            tf.variables.dropFirst(3).map(\.name) == [
                "beta1_power", "beta2_power", "w/Adam", "w/Adam_1", "b/Adam", "b/Adam_1",
                "beta1_power_1", "beta2_power_1", "b/Adam_2", "b/Adam_3",
            ])
        let gradient = "gradients/mul_grad/tuple/control_dependency"
        let settings = "Adam/learning_rate Adam/beta1 Adam/beta2 Adam/epsilon"
        let powers = "beta1_power/read beta2_power/read"
        let updates = "^Adam/update_b/ApplyAdam ^Adam/update_w/ApplyAdam ^Adam/update_w_1/ApplyAdam"
        let expected = [
            "Adam/update_w/ApplyAdam ApplyAdam w w/Adam w/Adam_1 \(powers) \(settings) \(gradient) @w",
            "Adam/update_b/ApplyAdam ApplyAdam b b/Adam b/Adam_1 \(powers) \(settings) \(gradient)_1 @b",
            "Adam/update_w_1/ApplyAdam ApplyAdam w w/Adam w/Adam_1 \(powers) \(settings) \(gradient) @w",
            "Adam/mul Mul beta1_power/read Adam/beta1 \(updates) @b",
            "Adam/Assign Assign beta1_power Adam/mul @b",
            "Adam/mul_1 Mul beta2_power/read Adam/beta2 \(updates) @b",
            "Adam/Assign_1 Assign beta2_power Adam/mul_1 @b",
            "Adam/update NoOp ^Adam/Assign ^Adam/Assign_1 \(updates)",
            "Adam/value Const ^Adam/update @i",
            "Adam AssignAdd i Adam/value @i",
        ]
        let lines = Set(tf.lines)
        for line in expected { #expect(lines.contains(line), "\(line)") }
        #expect(tf.node(named: "Adam_1/update_b/ApplyAdam") != nil)
        #expect(tf.node(named: "Adam_1/update_w/ApplyAdam") == nil)
    }

    /// The average of a node has its whole name below the variable scope; a second one is counted.
    @Test func movingAverages() {
        tf.variableScope("s") {
            let mean = tf.reduceMean(tf.placeholder([3], name: "x"), name: "m")
            for _ in 0..<2 { _ = ExponentialMovingAverage(decay: 0.9).apply([mean]) }
        }
        let scope = "s/ExponentialMovingAverage"
        let average = "s/s/m/ExponentialMovingAverage"
        #expect(tf.variables.map(\.name) == [average, "\(average)_1"])
        #expect(
            tf.lines[7..<14] == [
                "\(scope)/decay Const",
                "\(scope)/AssignMovingAvg/sub/x Const",
                "\(scope)/AssignMovingAvg/sub Sub \(scope)/AssignMovingAvg/sub/x \(scope)/decay",
                "\(scope)/AssignMovingAvg/sub_1 Sub \(average)/read s/m",
                "\(scope)/AssignMovingAvg/mul Mul \(scope)/AssignMovingAvg/sub_1 "
                    + "\(scope)/AssignMovingAvg/sub",
                "\(scope)/AssignMovingAvg AssignSub \(average) \(scope)/AssignMovingAvg/mul @\(average)",
                "\(scope) NoOp ^\(scope)/AssignMovingAvg",
            ])
    }
}
