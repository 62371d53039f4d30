import Checkpoints
import Datasets
import TensorGraph
import TestSupport
import Testing

@testable import GAN

/// Batches that are cut into shards, and shards that are divided among processes.
@Suite struct ShardTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func article(
        _ run: String, batchSize: Int, shards: Int, passes: Int = 3
    ) -> TrainingOptions<Article> {
        var hyperparameters = Hyperparameters()
        (hyperparameters.batchSize, hyperparameters.trainTimes) = (batchSize, passes)
        hyperparameters.learningRate = 0.003
        var options = TrainingOptions<Article>(
            hyperparameters: hyperparameters, threads: 1, runFolder: folder.path(of: run),
            checkpointEvery: 1)
        options.shards = shards
        return options
    }

    private func recipe(
        _ name: NamedRecipe, _ run: String, shards: Int, passes: Int = 4, conditional: Bool = false,
        start: TrainingOptions<DataRecipe>.Start = .fresh
    ) -> TrainingOptions<DataRecipe> {
        var settings = name.settings
        (settings.batchSize, settings.trainTimes, settings.trainStep) = (32, passes, 2)
        (settings.width, settings.hidden) = (4, settings.hidden == 0 ? 0 : 24)
        if conditional { settings.classNames = (0..<10).map { "\($0)" } }
        var options = TrainingOptions<DataRecipe>(
            hyperparameters: settings, threads: 1, runFolder: folder.path(of: run),
            checkpointEvery: 1, start: start)
        options.shards = shards
        return options
    }

    /// Losses, weights, moments and moving averages are the same to the last bit.
    @Test(arguments: [2, 8])
    func articleIsTheSame(processes: Int) throws {
        let alone = try Trace.of(article("1", batchSize: 16, shards: 8), processes: 1)
        let together = try Trace.of(
            article("\(processes)", batchSize: 16, shards: 8), processes: processes)
        #expect(alone.losses.count == 3)
        #expect(alone.checkpoint.keys.contains("discriminator/conv1/weights/Adam"))
        #expect(
            alone.checkpoint.keys.contains { $0.hasSuffix("ExponentialMovingAverage") })
        #expect(together == alone)
    }

    @Test(
        arguments: [
            (NamedRecipe.dcgan, false), (.dcgan, true), (.wassersteinGP, true), (.hinge, false),
            (.articleFull, false),
        ])
    func recipesAreTheSame(_ name: NamedRecipe, conditional: Bool) throws {
        func trace(_ processes: Int) throws -> Trace {
            try Trace.of(
                recipe(name, "\(processes)", shards: 8, conditional: conditional),
                processes: processes)
        }
        let alone = try trace(1)
        #expect(alone.losses.count == 4)
        for processes in conditional ? [8] : [2] {
            #expect(try trace(processes) == alone, "\(processes)")
        }
    }

    /// Ten images in eight shards: two in some, and one in others.
    @Test func unequalShardsAreTheSame() throws {
        let alone = try Trace.of(article("1", batchSize: 10, shards: 8, passes: 2), processes: 1)
        let run = article("4", batchSize: 10, shards: 8, passes: 2)
        #expect(try Trace.of(run, processes: 4) == alone)
    }

    /// Processes whose first shards have other numbers of rows make other plans, and sum the same.
    @Test(arguments: [(3, 2, 2), (7, 4, 2), (10, 8, 8)])
    func unequalShardsOfRecipesAreTheSame(batchSize: Int, shards: Int, processes: Int) throws {
        func trace(_ count: Int) throws -> Trace {
            var options = recipe(.dcgan, "\(count)", shards: shards, passes: 2)
            options.hyperparameters.batchSize = batchSize
            return try Trace.of(options, processes: count)
        }
        #expect(try trace(processes) == trace(1))
    }

    /// One shard is no shard, and writes what it always has.
    @Test func oneShardIsTheWholeBatch() throws {
        let trace = try Trace.of(recipe(.dcgan, "r", shards: 1), processes: 1)
        var losses: [[UInt32]] = []
        _ = try train(
            recipe(.dcgan, "plain", shards: 1), data: .sample,
            report: { event in
                guard case .pass(let report) = event else { return }
                losses.append([report.discriminatorLoss, report.generatorLoss].map(\.bitPattern))
            })
        #expect(trace.losses == losses)
        #expect(!trace.checkpoint.keys.contains("loop/shards"))
    }

    /// Large layers, whose updates the processes divide: by the rows of their batches, or by sums of
    /// gradients where those are fewer numbers.
    @Test(arguments: [(32, 4), (128, 2)])
    func dividedUpdatesAreTheSame(batchSize: Int, processes: Int) throws {
        func trace(_ count: Int) throws -> Trace {
            var options = recipe(.dcgan, "\(count)", shards: 4, passes: 3)
            (options.hyperparameters.batchSize, options.hyperparameters.hidden) = (batchSize, 512)
            return try Trace.of(options, processes: count)
        }
        let alone = try trace(1)
        #expect(alone.checkpoint.keys.contains("discriminator/hidden/weights/Adam_1"))
        #expect(try trace(processes) == alone)
    }

    /// The best checkpoint of several processes has the moments of all of them, as the one of the same
    /// pass has.
    @Test func theBestHasAllMoments() throws {
        var options = recipe(.dcgan, "r", shards: 4, passes: 4)
        options.hyperparameters.hidden = 512
        options.checkpointsToKeep = 10
        var quality = QualityOptions(judge: try .builtIn, isBuiltInData: true, every: 1e-6)
        (quality.sampleCount, quality.greatestShare) = (100, 1e6)
        options.quality = quality
        _ = try Trace.of(options, processes: 2)
        let best = try Checkpoint(opening: folder.path(of: "r/best"))
        let step = try #require(
            best.tensor(named: "generator_train_time").values(of: Int32.self)?.first)
        let saved = try Checkpoint(opening: folder.path(of: "r/model.ckpt-\(step)"))
        let names = saved.tensors.map(\.name).filter { $0.contains("weights") }
        #expect(names.contains("generator/project/weights/Adam"))
        for name in names {
            #expect(
                try best.tensor(named: name).bytes == saved.tensor(named: name).bytes, "\(name)")
        }
    }

    /// Stopped by any process, all end after the same step; resumed by another number of them, the run
    /// is as if it had never been stopped.
    @Test(arguments: [(4, 1, 3), (1, 8, 0), (2, 4, 1)])
    func resumesWithOthers(first: Int, second: Int, stopping: Int) throws {
        let whole = try Trace.of(recipe(.dcgan, "whole", shards: 8), processes: 2)
        let begun = try Trace.of(recipe(.dcgan, "parts", shards: 8), processes: first) {
            $0 == stopping ? 5 : nil
        }
        // One process ends before the sixth step, and several after it, of which all know.
        #expect(begun.end == .stopped && begun.losses.count == (first == 1 ? 2 : 3))
        let saved = try SavedRun<DataRecipe>(folder: folder.path(of: "parts"))
        #expect(saved.shards == 8)
        let rest = try Trace.of(
            recipe(.dcgan, "parts", shards: 8, start: .resumed(saved)), processes: second)
        #expect(begun.losses + rest.losses == whole.losses)
        #expect(rest.checkpoint == whole.checkpoint)
    }

    /// Only the first process leaves anything.
    @Test func othersWriteNothing() throws {
        _ = try Trace.of(recipe(.dcgan, "r", shards: 4, passes: 2), processes: 4)
        #expect(try folder.names() == ["r"])
    }

    @Test(
        arguments: [
            (shards: 6, batchSize: 12, processes: 1), (8, 12, 3), (2, 12, 4), (16, 12, 1),
            (0, 12, 1), (1, 12, 2),
        ])
    func refusesWhatCannotBeDivided(shards: Int, batchSize: Int, processes: Int) throws {
        let reason = Team.misfit(shards: shards, batchSize: batchSize, processes: processes)
        #expect(reason?.contains("\(shards)") == true)
    }

    @Test func tellsWhichProcessesFit() {
        #expect(
            Team.misfit(shards: 8, batchSize: 64, processes: 3)
                == "8 shards cannot be divided equally among 3 processes: start 1, 2, 4 or 8, or give other --shards"
        )
        #expect(Team.misfit(shards: 8, batchSize: 64, processes: 8) == nil)
    }

    /// A run goes on with the shards that it has.
    @Test func refusesOtherShards() throws {
        _ = try Trace.of(recipe(.dcgan, "r", shards: 4, passes: 2), processes: 1)
        let saved = try SavedRun<DataRecipe>(folder: folder.path(of: "r"))
        let options = recipe(.dcgan, "r", shards: 8, start: .resumed(saved))
        #expect(throws: TrainingError.otherShards(saved: 4, asked: 8)) {
            try train(options, data: .sample)
        }
    }
}
