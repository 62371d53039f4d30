import Testing

@testable import TensorGraph

/// Values on the host, shapes, and constants made of them.
@Suite struct ValueTests {
    @Test func elements() {
        let floats = Value([1, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(floats.type == .float && floats.count == 6 && floats.floats.count == 6)
        #expect(floats.reshaped([3, 2]).shape == [3, 2])
        #expect(floats.scalar.isNaN && floats.int == nil && floats.bool == nil && floats.ints == [])
        #expect(Value(2.5).scalar == 2.5 && Value(2.5).shape == [])
        #expect(Value(Int32(7)).int == 7 && Value([7, 8]).ints == [7, 8])
        #expect(Value(true).bool == true && Value(true).type == .bool)
        #expect(Value("text").type == .string && Value("text").count == 1)
    }

    /// What a constant is given is what a run gives back, though equal elements are written once in
    /// a GraphDef.
    @Test(
        arguments: [
            [1, 2, 3], [5, 5, 5], [0, -0.0], [-0.0, -0.0], [.infinity, -.infinity],
            [.leastNonzeroMagnitude, 3e38], [],
        ] as [[Float]])
    func constants(_ floats: [Float]) throws {
        let tf = Graph()
        let constant = tf.constant(Value(floats, shape: [floats.count]))
        let value = try Session(graph: tf).run(constant).floats
        #expect(value.map(\.bitPattern) == floats.map(\.bitPattern))
    }

    @Test func constantsOfOtherTypes() throws {
        let tf = Graph()
        let session = Session(graph: tf)
        #expect(try session.run(tf.constant(Value([3, -4]))).ints == [3, -4])
        #expect(try session.run(tf.constant(Value(false))).bool == false)
        let wide = Value(.int64([1 << 40, -1]), shape: [2])
        #expect(try session.run(tf.constant(wide)) == wide)
    }

    @Test func shapes() {
        let images: Shape = [nil, 28, 28, 1]
        #expect(images.rank == 4 && !images.isFullyDefined && images.known == nil)
        #expect(images.replacingOpen(with: 10) == [10, 28, 28, 1])
        #expect(images.elementCount == nil && Shape([2, 3]).elementCount == 6)
        #expect(images.description == "[?, 28, 28, 1]")
        #expect(Shape.unknown.description == "[unknown rank]" && Shape.unknown.rank == nil)
        #expect(Shape.scalar.elementCount == 1)
        #expect(images.isCompatible(with: [5, 28, 28, 1]) && images.isCompatible(with: .unknown))
        #expect(
            !images.isCompatible(with: [5, 28, 28]) && !images.isCompatible(with: [5, 28, 28, 3]))
        #expect(images.merged(with: [5, 28, nil, 1]) == [5, 28, 28, 1])
        #expect(images.merged(with: [5, 28, 28, 3]) == nil)
    }

    @Test(
        arguments: [
            ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([2, 3], [4], nil),
            ([nil, 3], [3], [nil, 3]), ([nil, 3], [5, 1], [5, 3]), ([nil], [nil], [nil]),
            ([nil, 1], [1, nil], [nil, nil]), ([0, 3], [1, 3], [0, 3]),
        ] as [(Shape, Shape, Shape?)])
    func broadcasting(_ a: Shape, _ b: Shape, _ expected: Shape?) {
        #expect(a.broadcast(with: b) == expected)
        #expect(b.broadcast(with: a) == expected)
    }
}
