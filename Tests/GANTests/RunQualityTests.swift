import Checkpoints
import Datasets
import Foundation
import TensorBoard
import TensorGraph
import TestSupport
import Testing

@testable import GAN

/// Samples that are judged while training goes on.
@Suite struct RunQualityTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func options(
        _ run: String, passes: Int, every: Double? = 0.001, loss: AdversarialLoss = .nonSaturating,
        start: TrainingOptions<DataRecipe>.Start = .fresh
    ) throws -> TrainingOptions<DataRecipe> {
        var settings = RecipeSettings()
        settings.width = 2
        settings.hidden = 8
        settings.noiseSize = 4
        settings.batchSize = 8
        settings.loss = loss
        settings.trainTimes = passes
        settings.trainStep = 50
        var options = TrainingOptions<DataRecipe>(
            hyperparameters: settings, threads: 2, runFolder: folder.path(of: run),
            checkpointEvery: 5, start: start)
        if let every {
            var quality = QualityOptions(judge: try .builtIn, isBuiltInData: true, every: every)
            quality.sampleCount = 120
            quality.greatestShare = 1
            options.quality = quality
        }
        return options
    }

    private func trained(
        _ options: TrainingOptions<DataRecipe>
    ) throws -> (reports: [QualityReport], result: TrainingResult) {
        var reports: [QualityReport] = []
        let result = try train(options, data: .sample) { event in
            if case .judged(let report) = event { reports.append(report) }
        }
        return (reports, result)
    }

    private func train(
        _ options: TrainingOptions<DataRecipe>, data: MNIST, report: (TrainingEvent) -> Void
    ) throws -> TrainingResult {
        try GAN.train(options, data: data, shouldStop: { false }, report: report)
    }

    @Test func logsWhatSamplesAreLike() throws {
        let (reports, result) = try trained(options("r", passes: 6))
        let last = try #require(reports.last)
        #expect(reports.map(\.passes) == reports.map(\.generatorSteps))
        #expect(last.passes == 6 && result.quality?.passes == 6)
        #expect(last.judgement.sampleCount == 120 && last.floorCount == 120)
        #expect(last.judgement[.frechetDistance] > 100 && last.knowsClasses)
        #expect(try #require(last.floor[.frechetDistance]) < 100)
        #expect(last.bestDistance == reports.map { $0.judgement[.frechetDistance] }.min())
        #expect(last.description.contains("of 10 classes; Fréchet distance "))

        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "r"))
        let name = try #require(files.first { $0.contains("tfevents") })
        var log = try EventFileReader(path: folder.path(of: "r/\(name)"))
        var tags: [String: [Int64]] = [:]
        while let event = try log.next() {
            for value in event.values { tags[value.tag, default: []].append(event.step) }
        }
        let steps = reports.map { Int64($0.generatorSteps) }
        for tag in [
            "quality/frechet_distance", "quality/kernel_distance", "quality/classifier_score",
            "quality/classes", "quality/density", "quality/coverage",
            "quality/frechet_distance_of_real_images", "quality/kernel_distance_of_real_images",
            "quality/class_histogram", "js_divergence", "accuracy/real", "accuracy/generated",
            "gradient_norm/discriminator", "gradient_norm/generator", "weight_norm/discriminator",
            "weight_norm/generator", "samples/by_digit", "samples/interpolation",
        ] {
            #expect(tags[tag] == steps, "\(tag)")
        }
        #expect(tags["samples/nearest"]?.last == 6 && tags["wasserstein_distance"] == nil)
    }

    /// Judging reads and never writes: the same losses, weights and loop, to the bit.
    @Test func changesNothing() throws {
        _ = try trained(options("judged", passes: 5))
        _ = try trained(options("not", passes: 5, every: nil))
        let (judged, not) = try (
            Checkpoint(opening: folder.path(of: "judged/model.ckpt-5")),
            Checkpoint(opening: folder.path(of: "not/model.ckpt-5"))
        )
        #expect(judged.tensors.map(\.name) == not.tensors.map(\.name))
        for tensor in judged.tensors {
            #expect(
                try judged.tensor(named: tensor.name) == not.tensor(named: tensor.name),
                "\(tensor.name)")
        }
    }

    @Test func tellsACriticsDistance() throws {
        let (reports, _) = try trained(options("w", passes: 2, loss: .wassersteinGP))
        #expect(!reports.isEmpty)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "w"))
        let name = try #require(files.first { $0.contains("tfevents") })
        var log = try EventFileReader(path: folder.path(of: "w/\(name)"))
        var tags: Set<String> = []
        while let event = try log.next() { tags.formUnion(event.values.map(\.tag)) }
        #expect(tags.contains("wasserstein_distance") && !tags.contains("js_divergence"))
    }

    // MARK: The best checkpoint

    @Test func keepsTheBest() throws {
        let (reports, result) = try trained(options("b", passes: 6))
        let best = try #require(result.bestCheckpoint)
        #expect(best == folder.path(of: "b/best"))
        let distance = try Checkpoint(opening: best).tensor(named: "quality/frechet_distance")
        #expect(distance.values(of: Double.self)?.first == reports.last?.bestDistance)
        // Samples of it are those that were judged.
        let sampler = try RecipeSampler<DataRecipe>(checkpoint: best, threads: 1)
        let images = try sampler.images(sampler.noise(count: 3, seed: 0))
        #expect(images.shape == [3, 784])
        // It can be gone on with, too.
        #expect(try SavedRun<DataRecipe>(checkpoint: best).passes <= 6)

        // A run that goes on keeps it as long as there is none that is better.
        let saved = try SavedRun<DataRecipe>(folder: folder.path(of: "b"))
        let (more, resumed) = try trained(options("b", passes: 8, start: .resumed(saved)))
        let lowest = try #require(reports.last?.bestDistance)
        #expect(more.allSatisfy { $0.bestDistance <= lowest })
        #expect(resumed.bestCheckpoint == best)
    }

    @Test func keepsNoneWithoutCheckpoints() throws {
        var options = try options("n", passes: 2)
        options.checkpointEvery = nil
        let (_, result) = try trained(options)
        #expect(result.bestCheckpoint == nil && result.quality != nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "n/best.index")))
    }

    // MARK: Collapse

    /// A generator that made ten classes before makes a few.
    @Test func endsWhereTheGeneratorHasCollapsed() throws {
        var options = try options("c", passes: 1000)
        options.quality?.stopsWhenCollapsed = true
        _ = options.quality?.watch.note(
            CollapseWatch.Sight(frechetDistance: 2000, spread: 1, classes: 10))
        let (reports, result) = try trained(options)
        guard case .collapsed(let warning) = result.end else {
            Issue.record("ended otherwise: \(result.end)")
            return
        }
        #expect(warning.kind == .lostClasses && reports.contains { $0.warnings == [warning] })
        #expect(result.passes < 1000 && result.checkpoint != nil)
        #expect(warning.description.contains("are left of 10; try a smaller"))
    }
}
