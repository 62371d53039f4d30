import TensorGraph
import Testing

/// What is fed comes from outside: what does not fit is an error, and no end of the program.
@Suite struct FeedTests {
    let tf = Graph()

    private func floats(_ shape: [Int]) -> Value {
        Value([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape)
    }

    /// The error of a run, which leaves the session as it was.
    private func error(
        _ fetch: Tensor, _ feed: [Tensor: Value], prepared: Bool
    ) throws -> SessionError? {
        let session = Session(graph: tf)
        do {
            if prepared {
                try session.prepare([fetch], feed: feed).run()
            } else {
                _ = try session.run(fetch, feed: feed)
            }
            return nil
        } catch let error as SessionError {
            return error
        }
    }

    @Test(arguments: [false, true]) func wrongShapesAndTypes(prepared: Bool) throws {
        let x = tf.placeholder([nil, 3], name: "x")
        let y = tf.square(x)
        #expect(try error(y, [x: floats([2, 3])], prepared: prepared) == nil)
        for shape in [[2, 4], [3], [2, 3, 1], []] {
            let error = try error(y, [x: floats(shape)], prepared: prepared)
            #expect(
                "\(error.map(String.init(describing:)) ?? "")"
                    == "x:0 is fed float of shape \(shape), where float of shape [?, 3] belongs")
        }
        let ints = Value(.int32([1, 2, 3]), shape: [1, 3])
        guard case .wrongFeed = try error(y, [x: ints], prepared: prepared) else {
            Issue.record("integers were taken for floats")
            return
        }
        #expect(try error(y, [x: floats([0, 3])], prepared: prepared) == nil)
    }

    /// Shapes that each placeholder takes, and that do not fit together.
    @Test(arguments: [false, true]) func shapesThatDoNotFit(prepared: Bool) throws {
        let a = tf.placeholder([nil, nil], name: "a")
        let b = tf.placeholder([nil, nil], name: "b")
        let any = tf.placeholder(.unknown, name: "any")
        let cases: [(fetch: Tensor, feed: [Tensor: Value])] = [
            (a + b, [a: floats([2, 3]), b: floats([4, 3])]),
            (a * b, [a: floats([2, 3]), b: floats([2, 4])]),
            (tf.matMul(a, b), [a: floats([2, 3]), b: floats([4, 5])]),
            (tf.matMul(any, b), [any: floats([3]), b: floats([4, 5])]),
            (tf.reshape(a, [-1, 4]), [a: floats([3, 3])]),
            (tf.reshape(a, [5, 2]), [a: floats([3, 3])]),
            (tf.reduceSum(any, axes: [2]), [any: floats([3, 3])]),
        ]
        for (fetch, feed) in cases {
            let error = try error(fetch, feed, prepared: prepared)
            guard case .misfit(let place) = error else {
                Issue.record("\(fetch): \(String(describing: error))")
                continue
            }
            #expect(place.contains(fetch.node.name) || place.contains("its inputs are"), "\(place)")
            #expect(place.contains("["))
        }
        // What broadcasts still does.
        #expect(
            try error(a + b, [a: floats([2, 3]), b: floats([1, 3])], prepared: prepared) == nil)
    }
}
