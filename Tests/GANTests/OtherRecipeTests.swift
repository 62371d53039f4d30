import Datasets
import Foundation
import TensorBoard
import TensorGraph
import TestSupport
import Testing

@testable import GAN

/// The trainer with other networks, another loop and other hyperparameters than the article's.
@Suite struct OtherRecipeTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func options(
        _ run: String, passes: Int = 6, start: TrainingOptions<Tiny>.Start = .fresh
    ) -> TrainingOptions<Tiny> {
        var hyperparameters = Tiny.Hyperparameters()
        hyperparameters.trainTimes = passes
        return TrainingOptions(
            hyperparameters: hyperparameters, threads: 2, runFolder: folder.path(of: run),
            checkpointEvery: 1, start: start)
    }

    /// The losses after each pass, and how training ended.
    private func trained(
        _ options: TrainingOptions<Tiny>, stoppingAfter steps: Int = .max
    ) throws -> (losses: [[Float]], result: TrainingResult) {
        var losses: [[Float]] = []
        var asked = 0
        let result = try train(options, data: .sample) {
            asked += 1
            return asked > steps
        } report: { event in
            guard case .pass(let report) = event else { return }
            losses.append([report.discriminatorLoss, report.generatorLoss])
        }
        return (losses, result)
    }

    @Test func trainsAndLogs() throws {
        let (losses, result) = try trained(options("r"))
        #expect(result.end == .done && result.passes == 6)
        #expect(result.discriminatorSteps == 6 && result.generatorSteps == 6)
        #expect(losses.count == 6 && losses.allSatisfy { $0.allSatisfy(\.isFinite) })
        #expect(losses[5][0] < losses[0][0])

        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "r"))
        let name = try #require(files.first { $0.contains("tfevents") })
        var log = try EventFileReader(path: folder.path(of: "r/\(name)"))
        var tags: [String: [Int64]] = [:]
        while let event = try log.next() {
            for value in event.values { tags[value.tag, default: []].append(event.step) }
        }
        for tag in ["d_loss", "g_loss", "made/image/3", "D_loss/training", "G_loss", "G_z_grid"] {
            #expect(tags[tag] == [1, 3, 5], "\(tag)")
        }
        #expect(tags["_hparams_/session_start_info"]?.count == 1)
    }

    /// A run that was left anywhere goes on as if it had not been.
    @Test(arguments: [1, 2, 5, 8])
    func resumes(afterSteps steps: Int) throws {
        let (whole, _) = try trained(options("whole"))
        let (first, result) = try trained(options("parts"), stoppingAfter: steps)
        #expect(result.end == .stopped && first == Array(whole.prefix(steps / 2)))
        let saved = try SavedRun<Tiny>(folder: folder.path(of: "parts"))
        #expect(saved.hyperparameters == options("parts").hyperparameters)
        #expect(
            saved.place
                == (steps.isMultiple(of: 2)
                    ? .betweenPasses(done: steps / 2)
                    : .pass(number: steps / 2 + 1, generatorSteps: 0)))
        let (rest, _) = try trained(options("parts", start: .resumed(saved)))
        #expect(first + rest == whole)
    }

    /// A checkpoint of another loop is none to go on from, but one to sample from.
    @Test func takesItsOwnCheckpointsAlone() throws {
        _ = try trained(options("r", passes: 2))
        #expect(throws: TrainingError.self) { try SavedRun<Article>(checkpoint: checkpoint("r")) }
        let sampler = try RecipeSampler<Tiny>(checkpoint: checkpoint("r"), threads: 1)
        let images = try sampler.images(sampler.noise(count: 2, seed: 5))
        #expect(images.shape == [2, 784] && images.floats.allSatisfy { 0 < $0 && $0 < 1 })
    }

    private func checkpoint(_ run: String) throws -> String {
        try NamedCheckpoint(at: folder.path(of: run)).prefix
    }
}

/// What is told of hyperparameters in one place holds in all.
@Suite struct HyperparameterTests {
    @Test func namesAndDefaults() {
        #expect(
            Hyperparameters.all.map(\.name) == [
                "learning_rate", "batch_size", "train_times", "train_step", "seed",
            ])
        #expect(
            Hyperparameters.all.map { $0.text(Hyperparameters()) } == [
                "0.0001", "10", "1000", "1", "0",
            ])
        #expect(Hyperparameters.all.map(\.tensorName)[0] == "loop/learning_rate")
    }

    @Test(
        arguments: [
            ("learning_rate", "3e-05", "3e-05"), ("batch_size", "12", "12"),
            ("train_times", "1000000000", "1000000000"), ("seed", "4294967295", "4294967295"),
        ])
    func takesTexts(name: String, text: String, expected: String) throws {
        let hyperparameter = try #require(Hyperparameters.all.first { $0.name == name })
        var values = Hyperparameters()
        try hyperparameter.parse(text)(&values)
        #expect(hyperparameter.text(values) == expected)
        let standard = Hyperparameters()
        let changed = Hyperparameters.all.filter { $0.text(values) != $0.text(standard) }
        #expect(changed.map(\.name) == [name])
    }

    @Test(
        arguments: [
            ("learning_rate", "0"), ("learning_rate", "nan"), ("learning_rate", "inf"),
            ("batch_size", "0"), ("batch_size", "-1"), ("batch_size", "1.5"),
            ("train_times", "1000000001"), ("seed", "4294967296"), ("seed", "-1"),
        ])
    func refusesTexts(name: String, text: String) throws {
        let hyperparameter = try #require(Hyperparameters.all.first { $0.name == name })
        #expect(throws: HyperparameterError.self) { try hyperparameter.parse(text) }
    }
}
