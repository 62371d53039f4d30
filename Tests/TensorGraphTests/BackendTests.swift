import Datasets
import GAN
import Testing

@testable import TensorGraph

/// Both backends: the CPU's calls against plain loops of doubles, step by step.
///
/// After each call what it wrote is compared with what the plain steps make of what it read, so that
/// a step's error is its own: sums of a few thousand numbers and functions in single floats.
@Suite struct BackendTests {
    /// A plan, and the plain backend beside it.
    private struct Comparison {
        let plan: Plan
        /// The largest difference of each call, as a share of the largest number.
        private(set) var worst: (call: String, difference: Double) = ("", 0)
        private(set) var compared = 0

        init(_ plan: Plan) { self.plan = plan }

        private var program: TensorGraph.Program { plan.program }

        /// The elements of a value as it lies in memory.
        private func stored(_ id: TensorGraph.Program.ID) -> [Double]? {
            guard let buffer = plan.memory.find(id), buffer.slot == nil else { return nil }
            let value = program[program.memory(id)]
            switch value.storage {
            case .whole: return Value(buffer).doubles
            case .row(let row):
                let walk = Walk(row, in: value.shape)
                let elements = Value(buffer).doubles
                return (0..<value.count).map { elements[walk.place($0)] }
            case .blocks(let order):
                return (0..<value.count).map {
                    Double(buffer.floats[place($0, value.shape, order)])
                }
            }
        }

        /// Where an element of images in blocks lies.
        private func place(
            _ index: Int, _ shape: [Int], _ order: TensorGraph.Program.PixelOrder
        ) -> Int {
            let (h, w, c) = (shape[1], shape[2], shape[3])
            let (image, channel) = (index / (h * w * c), index % c)
            let (row, column) = (index / (w * c) % h, index / c % w)
            let pixel =
                order == .rows
                ? row * w + column
                : ((row / 2 * (w / 2) + column / 2) * 2 + row % 2) * 2 + column % 2
            return ((image / 16 * h * w + pixel) * c + channel) * 16 + image % 16
        }

        mutating func run(_ feeds: [Tensor: Value]) throws {
            var plain = Reference(plan.program)
            try plan.run(
                feeds,
                before: { call in
                    plain = Reference(plan.program)
                    let made = Set(call.steps.flatMap { program[$0].outputs })
                    for input in call.steps.flatMap({ program[$0].inputs }) {
                        let owner = program.memory(input)
                        guard !made.contains(owner), let elements = stored(owner) else { continue }
                        plain.give(owner, elements)
                    }
                },
                after: { call in
                    for id in call.steps { plain.run(id) }
                    for id in call.steps { compare(program[id], plain) }
                })
        }

        private mutating func compare(_ step: Step, _ plain: Reference) {
            let written = step.primitive.writes.map { step.inputs[$0] }
            for value in written + step.outputs {
                guard let expected = plain.elements(value),
                    let actual = stored(program.memory(value))
                else { continue }
                #expect(actual.count == expected.count)
                compared += 1
                let size = max(expected.map(abs).max() ?? 0, 1e-3)
                let difference = zip(actual, expected).map { abs($0 - $1) }.max() ?? 0
                if !(difference / size <= worst.difference) {
                    worst = (
                        step.stands.last.map { "\($0.node)" } ?? "%\(step.id.number)",
                        difference / size
                    )
                }
            }
        }
    }

    /// Every program of the article's training, at a batch that is packed and one that is not, in
    /// blocks and not.
    ///
    /// The terms of a bias's gradient before a batch norm cancel: what is left of them is rounding,
    /// so that it differs by as much as a thousandth.
    @Test(arguments: [3, 34])
    func article(batch: Int) throws {
        var hyperparameters = Hyperparameters()
        hyperparameters.batchSize = batch
        let article = GAN.Program(hyperparameters, seed: 1)
        let session = Session(graph: article.network.tf, threads: 2)
        try session.run(article.initializer)
        let images = try MNIST.sample.train.pixels(0..<batch)
        let feed = [
            article.inputX: Value(images, shape: [batch, 784]),
            article.inputZ: Doubles.random([batch, 20], in: -1...1).value,
        ]
        let runs: [([Tensor], [Node])] = [
            ([], [article.discriminatorTrain]), ([article.discriminatorLoss], []),
            ([], [article.generatorTrain]), ([article.generatorLoss], []),
            ([article.summary.tensor], []), ([article.accuracy], []), ([article.generatorZ], []),
        ]
        let keys = try runs.map {
            try Session.Key(fetches: $0.0, targets: $0.1, feeds: session.checked(feed))
        }
        // All plans know of each other, and what they leave to each other.
        for _ in 0..<2 { for key in keys { try session.plan(key).run(feed) } }
        for key in keys {
            var comparison = Comparison(try session.plan(key))
            try comparison.run(feed)
            #expect(
                comparison.worst.difference < 1e-3,
                "\(comparison.worst) of \(key.fetches) \(key.targets)")
            // The loss of a step is there already.
            #expect(comparison.compared >= (key.targets.isEmpty ? 0 : 50))
        }
    }

    /// The plain backend runs a program by itself, and gives what the session gives.
    @Test(arguments: ["lower", "schedule", "fuse-steps", "write-in-place"])
    func wholePrograms(after pass: String) throws {
        let article = GAN.Program(Hyperparameters(), seed: 1)
        let session = Session(graph: article.network.tf)
        try session.run(article.initializer)
        let feed = [
            article.inputX: Doubles.random([10, 784], in: 0...1).value,
            article.inputZ: Doubles.random([10, 20], in: -1...1).value,
        ]
        let tensors = [article.discriminatorLoss, article.generatorLoss, article.generatorZ]
        let program = try TensorGraph.Program(article.network.tf, tensors, feed: feed, upTo: pass)
        var plain = Reference(program)
        for id in program.order {
            switch program[id].primitive {
            case .feed(let tensor):
                plain.give(program[id].outputs[0], try #require(feed[tensor]).doubles)
            case .variable(let node):
                let variable = try #require(
                    article.network.tf.variables.first { $0.node == node })
                plain.give(program[id].outputs[0], try session.value(of: variable).doubles)
            default: continue
            }
        }
        plain.run()
        let values = try session.run(tensors, feed: feed)
        for (value, fetch) in zip(values, program.fetches) {
            let expected = try #require(plain.elements(fetch))
            let difference = zip(value.doubles, expected).map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-4 * max(expected.map(abs).max() ?? 0, 1))
        }
    }
}
