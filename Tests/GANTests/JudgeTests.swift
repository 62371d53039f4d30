import Checkpoints
import Datasets
import Foundation
import TensorGraph
import TestSupport
import Testing

@testable import GAN

@Suite struct JudgeTests {
    private struct Seen: Decodable {
        let features: [Float]
        let probabilities: [Double]
    }

    /// NumPy computes the network in double precision from the embedded weights.
    @Test func seesWhatNumPySees() throws {
        let seen = try JSONDecoder().decode(
            Seen.self, from: Data(contentsOf: fixture("judge.json")))
        let images = try MNIST.sample.validation
        let session = try JudgeSession(.builtIn, threads: 2)
        let features = try session.features(count: 2) { images.pixels($0) }
        #expect(features.values.count == 2 * 84 && features.classes == [5, 0])
        for (found, wanted) in zip(features.values, seen.features) {
            #expect(abs(found - wanted) < 1e-4)
        }
        for (found, wanted) in zip(features.probabilities, seen.probabilities) {
            #expect(abs(found - wanted) < 1e-5)
        }
    }

    @Test func tellsImagesFromNoise() throws {
        let judge = try Judge.builtIn
        #expect(judge.accuracy >= 0.988 && judge.classCount == 10)
        let session = try JudgeSession(judge, threads: 2)
        let images = try MNIST.sample.validation
        // A number that is no multiple of the batches'.
        let real = try Judgement(
            session.features(count: 1201) { images.pixels($0) }, reference: judge.reference)
        #expect(real.sampleCount == 1201)
        #expect(real[.frechetDistance] > 1 && real[.frechetDistance] < 8)
        #expect(real[.classes] == 10 && real[.classifierScore] > 9)
        #expect(real[.coverage] > 0.8 && abs(real[.density] - 1) < 0.1)
        #expect(abs(real.classShares.reduce(0, +) - 1) < 1e-9)

        var random = SeededGenerator(seed: 1)
        let noise = try Judgement(
            session.features(count: 500) { part in
                (0..<part.count * 784).map { _ in .random(in: 0...1, using: &random) }
            }, reference: judge.reference)
        #expect(noise[.frechetDistance] > 50 * real[.frechetDistance])
        #expect(noise[.kernelDistance] > 10 * abs(real[.kernelDistance]))
        #expect(noise[.coverage] < 0.05)
        // Thirty times the same image: a class, and no score.
        let same = try Judgement(
            session.features(count: 30) { part in
                part.flatMap { _ in images.pixels(0..<1) }
            }, reference: judge.reference)
        #expect(same[.classes] == 1 && abs(same[.classifierScore] - 1) < 1e-9)
        #expect(same.classShares[5] == 1)
    }

    @Test func threadsChangeNothing() throws {
        let images = try MNIST.sample.train
        let seen = try [1, 2, 3].map { threads in
            try JudgeSession(.builtIn, threads: threads)
                .features(count: 30) { images.pixels($0) }.values
        }
        #expect(seen[0] == seen[1] && seen[0] == seen[2])
    }

    @Test func isWrittenAndRead() throws {
        let folder = try TemporaryFolder()
        let path = folder.path(of: "judge")
        let judge = try Judge.builtIn
        try judge.write(to: path)
        let read = try Judge(reading: path)
        #expect(read.version == judge.version && read.floor == judge.floor)
        #expect(read.weights == judge.weights)
        #expect(read.reference.rows.values == judge.reference.rows.values)
        #expect(read.reference.moments.covariance == judge.reference.moments.covariance)
        // The same file as the one that is embedded.
        try read.write(to: folder.path(of: "again"))
        #expect(try folder.read("judge") == folder.read("again"))

        var other = SafeTensors()
        other.metadata = ["format": "GANBoard judge 1"]
        try other.write(to: folder.path(of: "other"))
        #expect(throws: JudgeError.notAJudge(folder.path(of: "other"))) {
            try Judge(reading: folder.path(of: "other"))
        }
    }

    @Test func findsTheNearestImages() throws {
        let images = try MNIST.sample.validation
        var random = SeededGenerator(seed: 5)
        let samples = images.pixels(at: [0, 4321, 17]).map {
            min(1, max(0, $0 + .random(in: -0.2...0.2, using: &random)))
        }
        #expect(
            NearestImages.numbers(of: samples + [Float](repeating: .nan, count: 784), in: images)
                .prefix(3) == [0, 4321, 17])
    }

    @Test func needsLabels() {
        #expect(throws: JudgeError.unlabeled) {
            try JudgeTraining().judge(of: .sample, name: "sample")
        }
    }
}
