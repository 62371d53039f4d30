import GAN
import TensorBoard
import Testing

@testable import TensorGraph

/// Results that are written where an operand lies.
@Suite struct InPlaceTests {
    /// A loop a = x · 2, b = a + y, c = b + x.
    private struct Loop {
        let tf = Graph()
        let x: Tensor
        let y: Tensor
        let (a, b, c): (Tensor, Tensor, Tensor)

        init() {
            x = tf.placeholder([4], name: "x")
            y = tf.placeholder([4], name: "y")
            a = tf.square(x)
            b = a + y
            c = b + x
        }

        /// Which operand each of the stored results takes.
        func operands(stored: [Tensor], spoiled: [Tensor], readLater: [Tensor] = []) -> [Tensor:
            Tensor]
        {
            let nodes = [a, b, c].map(\.node)
            let later = readLater.map { ElementwiseFusion.Unit.node(tf.neg($0).node) }
            return InPlace(
                [.group(nodes)] + later,
                executions: Dictionary(
                    uniqueKeysWithValues: nodes.map { node in
                        let context = OpContext(
                            node: node, inputs: node.inputs.map { _ in TensorType([4]) },
                            values: node.inputs.map { _ in nil })
                        return (node, node.op.run(context))
                    }),
                inputs: { $0.inputs }, isStored: stored.contains, isSpoiled: spoiled.contains,
                areAlike: { _, _ in true }
            ).operands
        }
    }

    @Test func operands() {
        let loop = Loop()
        // c's own step reads x still; after it nobody reads y.
        #expect(loop.operands(stored: [loop.c], spoiled: [loop.x, loop.y]) == [loop.c: loop.y])
        #expect(loop.operands(stored: [loop.c], spoiled: [loop.x]).isEmpty)
        // b's step reads y, and a's is the first.
        #expect(loop.operands(stored: [loop.a, loop.b], spoiled: [loop.x, loop.y]).isEmpty)
        // Somebody reads y afterwards.
        #expect(
            loop.operands(stored: [loop.c], spoiled: [loop.y], readLater: [loop.y]).isEmpty)
        #expect(loop.operands(stored: [loop.c], spoiled: []).isEmpty)
    }

    /// A step that finds what the loss before it has computed, and spoils it, does what a step does
    /// that computes all of it itself.
    @Test(arguments: [10, 64, 90])
    func training(batch: Int) throws {
        var hyperparameters = Hyperparameters()
        hyperparameters.batchSize = batch
        let program = Program(hyperparameters, seed: 3)
        let feed = [
            program.inputX: Doubles.random([batch, 784]).value,
            program.inputZ: Doubles.random([batch, 20]).value,
        ]
        func losses(fetchingEach: Bool) throws -> [Float] {
            let session = Session(graph: program.network.tf, threads: 2)
            try session.run(program.initializer)
            var result: [Float] = []
            for step in 1...4 {
                try session.run(program.discriminatorTrain, feed: feed)
                guard fetchingEach || step == 4 else { continue }
                for _ in 0..<2 {
                    result.append(try session.run(program.discriminatorLoss, feed: feed).scalar)
                }
            }
            return result
        }
        let each = try losses(fetchingEach: true)
        #expect(try losses(fetchingEach: false) == Array(each.suffix(2)))
        #expect(each[0] == each[1] && each[0] != each[2])
    }
}
