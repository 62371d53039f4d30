import Testing

@testable import TensorGraph

/// Slices, stacks and unstacks of integers, and what they refuse.
@Suite struct SliceTests {
    /// A slice of the numbers from 0 on in some shape.
    struct Row: Sendable {
        let input: [Int]
        let begin: [Int]
        let end: [Int]
        let strides: [Int]
        /// Of begin, end, ellipsis, new and shrunk axes.
        let masks: [Int]
        let output: [Int]
        let numbers: [Int]

        init(
            _ input: [Int], _ begin: [Int], _ end: [Int], _ strides: [Int], _ masks: [Int],
            _ output: [Int], _ numbers: [Int]
        ) {
            (self.input, self.begin, self.end, self.strides) = (input, begin, end, strides)
            (self.masks, self.output, self.numbers) = (masks, output, numbers)
        }
    }

    /// What `tf.strided_slice` of TensorFlow 2.21 makes of random entries and masks.
    private static let rows = [
        Row([3, 1, 3], [-2, 1, 5], [-1, -4, 1], [-1, 3, 1], [0, 7, 1, 0, 1], [3, 0, 0], []),
        Row([4, 5], [1], [-6], [3], [0, 1, 0, 0, 0], [1, 5], [5, 6, 7, 8, 9]),
        Row(
            [3, 4, 1], [-2, -6, 0], [-5, -3, -1], [-2, -2, 2], [1, 2, 4, 0, 0], [2, 0, 1], []),
        Row([2, 1], [-4, 5, 5], [-2, 1, -4], [3, 1, 1], [4, 4, 0, 1, 0], [1, 0, 1], []),
        Row([3, 4], [-4, -5], [0, 2], [1, 3], [1, 1, 0, 0, 0], [3, 1], [0, 4, 8]),
        Row([5, 1], [-1, 2], [5, 4], [2, -1], [1, 2, 0, 1, 1], [1, 3, 1], [2, 1, 0]),
        Row(
            [3, 3, 3], [-2, 2, 4, 4], [6, -1, -1, -2], [3, 2, 3, -1], [4, 0, 0, 4, 0],
            [1, 0, 1, 1], []),
        Row([3], [-2, 5], [-5, 5], [3, 3], [0, 2, 0, 2, 0], [0, 1], []),
        Row([2, 4], [2], [-6], [-1], [0, 0, 1, 0, 0], [2, 4], [0, 1, 2, 3, 4, 5, 6, 7]),
        Row(
            [5, 4, 2], [-6, 6, -4], [0, -6, 1], [-2, -2, 2], [1, 2, 0, 0, 0], [2, 2, 1],
            [38, 34, 22, 18]),
        Row([4, 5], [2, 4], [3, 5], [1, 1], [0, 1, 2, 2, 1], [5], [10, 11, 12, 13, 14]),
        Row([4, 1], [-5], [-3], [-2], [1, 0, 0, 0, 0], [1, 1], [3]),
        Row([3], [1, -1], [4, -1], [1, 1], [0, 0, 2, 0, 0], [2], [1, 2]),
        Row([1, 1], [-6], [-4], [1], [0, 0, 1, 0, 1], [1, 1], [0]),
        Row([5, 4], [1, 1], [-5, -3], [1, 3], [0, 1, 0, 1, 0], [1, 1, 4], [4, 5, 6, 7]),
        Row([2, 3], [-3, -6, 1], [-6, -1, 6], [2, 2, 1], [0, 1, 0, 1, 0], [1, 1, 2], [1, 2]),
        Row([2, 2], [-3], [5], [1], [0, 0, 1, 1, 0], [2, 2], [0, 1, 2, 3]),
        Row([3, 3], [5], [5], [-1], [0, 0, 0, 1, 0], [1, 3, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        Row([2, 1, 3], [-5], [2], [1], [0, 1, 1, 0, 1], [2, 1, 3], [0, 1, 2, 3, 4, 5]),
        Row([5], [1], [-3], [3], [0, 0, 0, 0, 0], [1], [1]),
        Row([2], [0, -6], [-5, -4], [-1, 1], [2, 1, 0, 2, 0], [1, 1], [0]),
        Row([4], [-5], [2], [-2], [1, 0, 0, 1, 0], [1, 4], [0, 1, 2, 3]),
        Row([5, 1], [-3], [-1], [-2], [0, 0, 0, 1, 0], [1, 5, 1], [0, 1, 2, 3, 4]),
        Row([5], [-1], [-5], [1], [0, 0, 0, 0, 1], [], [4]),
        Row([3], [-4], [-2], [1], [0, 0, 1, 0, 1], [3], [0, 1, 2]),
        Row(
            [1, 4], [-5, -2, 3], [4, 1, 2], [1, 1, 1], [2, 4, 2, 4, 0], [1, 4, 1], [0, 1, 2, 3]),
        Row([4], [0], [-4], [1], [0, 1, 0, 0, 0], [4], [0, 1, 2, 3]),
        Row([4], [-6], [-6], [1], [0, 1, 0, 1, 0], [1, 4], [0, 1, 2, 3]),
        Row([2, 3], [-2, -2], [1, 6], [1, 3], [0, 1, 1, 0, 0], [2, 1], [1, 4]),
        Row([3], [-1, 2], [-2, 1], [3, 3], [0, 3, 1, 0, 0], [1], [2]),
        Row([5, 1], [-2], [-6], [3], [0, 0, 0, 1, 1], [1, 5, 1], [0, 1, 2, 3, 4]),
        Row([3, 4], [4, 1, -1], [5, 2, 2], [2, 3, 3], [4, 0, 1, 2, 1], [3, 1, 1], [0, 4, 8]),
    ]

    @Test func tensorFlowsSlices() throws {
        for row in Self.rows {
            let tf = Graph()
            let count = row.input.reduce(1, *)
            let numbers = Value(.int32((0..<count).map(Int32.init)), shape: row.input)
            let fed = tf.placeholder(Shape(row.input), type: .int32, name: "x")
            // A constant's is known while the graph is built, what is fed is sliced in the run.
            let slices = [tf.constant(numbers), fed].map {
                tf.stridedSlice(
                    $0, row.begin, row.end, row.strides, beginMask: row.masks[0],
                    endMask: row.masks[1], ellipsisMask: row.masks[2], newAxisMask: row.masks[3],
                    shrinkAxisMask: row.masks[4])
            }
            #expect(slices[0].constantValue?.ints == row.numbers, "\(row)")
            #expect(slices[1].shape == Shape(row.output), "\(row)")
            let values = try Session(graph: tf).run(slices, feed: [fed: numbers])
            for value in values {
                #expect(value.shape == row.output && value.ints == row.numbers, "\(row)")
            }
        }
    }

    /// Integers keep all of their bits, and so do the numbers that are no numbers.
    @Test func bits() throws {
        let tf = Graph()
        let x = tf.placeholder([nil, 3], type: .int32, name: "x")
        let y = tf.placeholder([2, 2], name: "y")
        let parts = tf.unstack(x, axis: 1)
        let again = tf.stack([parts[2], parts[0], parts[1]], axis: 1)
        let ints: [Int32] = [.min, -1, 0, .max, 1 << 30, 0x7FC0_1234]
        let floats: [Float] = [.nan, -.infinity, -0.0, .leastNonzeroMagnitude]
        let values = try Session(graph: tf).run(
            [again, tf.stack([y, y], axis: -1)],
            feed: [x: Value(.int32(ints), shape: [2, 3]), y: Value(floats, shape: [2, 2])])
        #expect(values[0].ints == [2, 0, 1, 5, 3, 4].map { Int(ints[$0]) })
        #expect(
            values[1].floats.map(\.bitPattern) == floats.flatMap { [$0, $0] }.map(\.bitPattern))
    }

    /// What comes with a feed may not be there.
    @Test func misfits() throws {
        let tf = Graph()
        let (x, y) = (tf.placeholder([nil, 3], name: "x"), tf.placeholder([nil, 3], name: "y"))
        let third = tf.stridedSlice(x, [2], [3], shrinkAxisMask: 1, name: "third")
        let both = tf.stack([x, y], name: "both")
        let session = Session(graph: tf)
        func feed(_ a: Int, _ b: Int) -> [Tensor: Value] {
            [x: Doubles.random([a, 3]).value, y: Doubles.random([b, 3]).value]
        }
        #expect(try session.run(third, feed: feed(3, 3)).shape == [3])
        #expect(try session.run(both, feed: feed(2, 2)).shape == [2, 2, 3])
        let noElement = try #require(throws: SessionError.self) {
            try session.run(third, feed: feed(2, 2))
        }
        #expect("\(noElement)".contains("third") && "\(noElement)".contains("no element 2"))
        let differing = try #require(throws: SessionError.self) {
            try session.run(both, feed: feed(2, 3))
        }
        #expect("\(differing)".contains("both") && "\(differing)".contains("different shapes"))
        #expect(try session.run(both, feed: feed(4, 4)).shape == [2, 4, 3])
    }

    /// Plans that need other parts of the same tensor leave them to each other until it changes.
    @Test func plansShareParts() throws {
        let tf = Graph()
        let v = tf.variable(Doubles.random([3, 200]).value, name: "v")
        let parts = tf.unstack(tf.square(v.tensor))
        let (first, others) = (tf.neg(parts[0]), parts[1] * parts[2])
        let backwards = tf.stridedSlice(parts[1], [-1], [0], [-1], endMask: 1)
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        for seed in 1...3 as ClosedRange<UInt64> {
            let numbers = Doubles.random([3, 200], seed: seed)
            session.set(v, to: numbers.value)
            let squares = numbers.value.floats.map { $0 * $0 }
            for _ in 0..<2 {
                #expect(try session.run(first).floats == squares[..<200].map { -$0 })
                let values = try session.run([others, backwards, first])
                #expect(values[0].floats == (200..<400).map { squares[$0] * squares[$0 + 200] })
                #expect(values[1].floats == squares[200..<400].reversed())
                #expect(values[2].floats == squares[..<200].map { -$0 })
            }
        }
    }
}
