import Checkpoints
import Datasets
import Foundation
import GAN
import TensorBoard
import TensorGraph
import TestSupport
import Testing

/// The examples of the README and the guides that are not pieces of the code, compiled and run.
@Suite struct ExampleTests {
    let folder: String
    private let temporary: TemporaryFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = temporary.path
    }

    @Test func aGraphIsTrained() throws {
        let tf = Graph(seed: 0)
        let x = tf.placeholder([nil, 2], name: "x")
        let y = tf.placeholder([nil, 1], name: "y")
        let weights = tf.getVariable("weights", [2, 1], initializer: .zeros)
        let loss = tf.reduceMean(tf.square(tf.matMul(x, weights) - y))
        let step = tf.variable(Value(Int32(0)), name: "step")
        let train = AdamOptimizer(learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            .minimize(loss, globalStep: step, variables: [weights])

        let session = Session(graph: tf, threads: 2)
        try session.run(tf.globalVariablesInitializer())
        let feed = [x: Value([1, 2, 3, 4], shape: [2, 2]), y: Value([0, 2], shape: [2, 1])]
        for _ in 0..<400 { try session.run(train, feed: feed) }
        print(try session.run(loss, feed: feed).scalar, try session.value(of: weights).floats)

        #expect(try session.run(loss, feed: feed).scalar < 1e-3)
        let trained = try session.value(of: weights).floats
        #expect(abs(trained[0] - 2) < 0.1 && abs(trained[1] + 1) < 0.1)
    }

    @Test func aGraphIsRun() throws {
        let tf = Graph(seed: 0)
        let x = tf.placeholder([nil, 3], name: "x")
        let loss = tf.reduceMean(tf.square(x))
        let session = Session(graph: tf)
        let feed = [x: Value([1, 2, 3], shape: [1, 3])]
        let mean = try session.run(loss, feed: feed).scalar  // 4.6666665
        #expect(mean == 4.6666665)
    }

    @Test func imagesAreJudged() throws {
        let images = try MNIST.sample.validation
        let judge = try Judge.builtIn
        let session = try JudgeSession(judge, threads: 2)
        let features = try session.features(count: 1000) { images.pixels($0) }
        let judgement = Judgement(features, reference: judge.reference)
        let distance = judgement[.frechetDistance]  // about 6; of 10,000 images 1.4
        #expect(distance > 4 && distance < 8)
    }

    /// Only compiled: it would log beside the tests.
    private func log() throws {
        let writer = try SummaryWriter(logdir: "log/mine")
        for step in 0..<100 {
            try writer.addScalar(1 / Float(step + 1), tag: "loss", step: Int64(step))
        }
        try writer.addHistogram([0.1, 0.2, 0.4], tag: "weights", step: 99)
        try writer.close()
    }

    @Test func aCheckpointIsWrittenAndRead() throws {
        let prefix = "\(folder)/model"
        try Checkpoint.write([("bias", .init([0.5, 1] as [Float], shape: [2]))], to: prefix)
        let checkpoint = try Checkpoint(opening: prefix)
        let names = checkpoint.tensors.map(\.name)  // ["bias"]
        let bias = try checkpoint.tensor(named: "bias").values(of: Float.self)  // [0.5, 1]

        #expect(names == ["bias"])
        #expect(bias == [0.5, 1])
    }

    @Test func damageIsToldOf() throws {
        let prefix = "\(folder)/model"
        try Checkpoint.write([("bias", .init([0.5, 1] as [Float], shape: [2]))], to: prefix)
        let data = "model.data-00000-of-00001"
        var bytes = try temporary.read(data)
        bytes[5] ^= 1
        try temporary.write(bytes, to: data)
        let error = try #require(throws: CheckpointError.self) {
            try Checkpoint(opening: prefix).tensor(named: "bias")
        }
        let told = "\(error)".replacing(folder, with: "log")
        #expect(
            try Repository.text("Sources/Checkpoints/Checkpoints.docc/RestoreAndSave.md")
                .contains("\n\(told)\n"))
    }

    @Test func aPartIsRestored() throws {
        let prefix = "\(folder)/model"
        let all: [(String, [Float])] = [
            ("discriminator/weights", [1, 2]), ("generator/weights", [3, 4]),
            ("generator/biases", [5]),
        ]
        try Checkpoint.write(
            all.map { ($0.0, .init($0.1, shape: [$0.1.count])) }, to: prefix)

        let checkpoint = try Checkpoint(opening: prefix)
        let wanted = checkpoint.tensors.filter { $0.name.hasPrefix("generator/") }
        let tensors = try checkpoint.restore(wanted)

        #expect(tensors.map { $0.values(of: Float.self) } == [[5], [3, 4]])
        let older = "\(folder)/older"
        try Checkpoint.write(
            [("generator/weights", .init([6, 7] as [Float], shape: [2]))], to: older)
        try restoreInPart(Checkpoint(opening: older), wanted)
    }

    private func restoreInPart(_ checkpoint: Checkpoint, _ wanted: [TensorDescription]) throws {
        let (found, mismatches) = try checkpoint.restorePartially(wanted, minimumShare: 0.5)
        let missing = mismatches.map(\.description)  // ["generator/biases is missing"]

        #expect(found.map { $0?.values(of: Float.self) } == [nil, [6, 7]])
        #expect(missing == ["generator/biases is missing"])
    }

    @Test func theLatestAreKept() throws {
        let saver = try CheckpointSaver(folder: folder, maxToKeep: 2)
        for step in [10, 20, 30] {
            try saver.save([("weights", .init([Float(step)], shape: [1]))], globalStep: step)
        }
        let latest = try latestCheckpoint(in: folder)  // <folder>/model.ckpt-30

        #expect(latest == "\(folder)/model.ckpt-30")
        #expect(saver.checkpoints == [20, 30].map { "\(folder)/model.ckpt-\($0)" })
        let state = try Repository.text("Sources/Checkpoints/Checkpoints.docc/TheFormats.md")
        #expect(state.contains(String(decoding: try temporary.read("checkpoint"), as: UTF8.self)))
    }
}
