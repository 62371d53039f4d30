import Testing

@testable import TensorGraph

/// What a session says when it cannot run.
@Suite struct SessionErrorTests {
    let tf = Graph()

    @Test func notFed() throws {
        let x = tf.placeholder([nil, 2], name: "input_x")
        let session = Session(graph: tf)
        let error = #expect(throws: SessionError.self) { try session.run(tf.relu(x)) }
        #expect(error == .notFed("input_x"))
        #expect(error?.description == "the placeholder input_x needs a value: feed it")
        // The session goes on.
        #expect(
            try session.run(tf.relu(x), feed: [x: Value([-1, 1], shape: [1, 2])]).floats == [0, 1])
    }

    @Test func uninitialized() throws {
        let (b, a) = (tf.variable(Value(1.0), name: "b"), tf.variable(Value(2.0), name: "a"))
        let sum = b + a
        let session = Session(graph: tf)
        let error = #expect(throws: SessionError.self) { try session.run(sum) }
        #expect(error == .uninitialized(["a", "b"]))
        #expect(
            error?.description
                == "no value yet for a, b: run the initializer first, or restore a checkpoint")
        #expect(throws: SessionError.uninitialized(["a"])) { try session.value(of: a) }
        try session.run(b.initializer)
        #expect(throws: SessionError.uninitialized(["a"])) { try session.run(sum) }
        session.set(a, to: Value(5.0))
        #expect(try session.run(sum).scalar == 6)
    }

    /// A run that writes a variable reads it before, unless it says otherwise; and adding to it is
    /// reading it.
    @Test func uninitializedInARunThatWrites() throws {
        let v = tf.variable(Value(3.0), name: "v")
        let one = tf.constant(Value(1.0))
        let add = tf.assignAdd(v, one)
        let assignFirst = tf.controlDependencies([v.initializer]) { v * 2 }
        let addFirst = tf.controlDependencies([v.initializer]) { tf.assignAdd(v, one) }
        #expect(throws: SessionError.uninitialized(["v"])) { try Session(graph: tf).run(add) }
        #expect(throws: SessionError.uninitialized(["v"])) {
            try Session(graph: tf).run([v], targets: [v.initializer])
        }
        #expect(try Session(graph: tf).run(assignFirst).scalar == 6)
        #expect(try Session(graph: tf).run(v.initializer.output()).scalar == 3)
        let session = Session(graph: tf)
        try session.run(addFirst)
        #expect(try session.value(of: v).scalar == 4)
    }

    /// A shape that only numbers of the run would tell.
    @Test func openShape() throws {
        let x = tf.placeholder([nil], name: "x")
        let sizes = tf.placeholder([2], type: .int32, name: "sizes")
        let result = tf.reshape(x, toShape: sizes)
        let feed = [x: Value([1, 2], shape: [2]), sizes: Value([1, 2])]
        let error = #expect(throws: SessionError.self) {
            try Session(graph: tf).run(result, feed: feed)
        }
        #expect(error == .openShape("Reshape:0", "[?, ?]"))
        let text =
            "the shape [?, ?] of Reshape:0 is still open with all feeds: feed its placeholder"
        #expect(error?.description == text)
    }

    @Test func feedsThatDoNotFit() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            let x = tf.placeholder([nil, 2], name: "x")
            _ = try Session(graph: tf).run(x * 2, feed: [x: Value([1, 2, 3], shape: [1, 3])])
        }
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            let x = tf.placeholder([2], name: "x")
            _ = try Session(graph: tf).run(x * 2, feed: [x: Value([1, 2])])
        }
    }

    /// Shapes that do not fit stop the program while the graph is built.
    @Test func graphsBuiltWrongly() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            _ = tf.placeholder([2, 3], name: "x") + tf.placeholder([4], name: "y")
        }
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            _ = tf.matMul(tf.placeholder([2, 3], name: "x"), tf.placeholder([4, 3], name: "y"))
        }
        await #expect(processExitsWith: .failure) {
            _ = Graph().placeholder([2], name: "x") + Graph().placeholder([2], name: "y")
        }
    }
}
