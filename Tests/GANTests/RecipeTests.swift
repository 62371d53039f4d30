import Foundation
import TensorBoard
import TensorGraph
import TestSupport
import Testing

@testable import Datasets
@testable import GAN

/// Recipes that train on all images: what they are fed, and runs that are gone on with.
@Suite struct RecipeTests {
    let folder: TemporaryFolder
    /// Unpacked once.
    private static let sample = Result { try MNIST.sample }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A recipe with small networks.
    static func settings(_ recipe: NamedRecipe, conditional: Bool = false) -> RecipeSettings {
        var settings = recipe.settings
        (settings.width, settings.hidden, settings.batchSize) = (4, 16, 6)
        if settings.network == .dcgan { settings.noiseSize = 5 }
        if conditional { settings.classNames = (0..<10).map { "\($0)" } }
        (settings.trainTimes, settings.trainStep) = (11, 4)
        settings.decayAfter = 3
        return settings
    }

    private func options(
        _ run: String, _ settings: RecipeSettings, threads: Int = 2,
        start: TrainingOptions<DataRecipe>.Start = .fresh
    ) -> TrainingOptions<DataRecipe> {
        TrainingOptions(
            hyperparameters: settings, threads: threads, runFolder: folder.path(of: run),
            checkpointEvery: 100, start: start)
    }

    /// The losses after each pass, and how training ended.
    private func trained(
        _ options: TrainingOptions<DataRecipe>, stoppingAfter steps: Int = .max
    ) throws -> (losses: [[Float]], result: TrainingResult) {
        var losses: [[Float]] = []
        var asked = 0
        let result = try train(options, data: Self.sample.get()) {
            asked += 1
            return asked > steps
        } report: { event in
            guard case .pass(let report) = event else { return }
            losses.append([report.discriminatorLoss, report.generatorLoss])
        }
        return (losses, result)
    }

    private func bytes(_ result: TrainingResult) throws -> [UInt8] {
        [UInt8](try checkpointData(of: #require(result.checkpoint)))
    }

    /// Stopped after any step, within a pass, too, and gone on with by another number of threads, a
    /// run ends with the same bytes as one that was never stopped.
    @Test(arguments: NamedRecipe.allCases, [false, true])
    func resumes(recipe: NamedRecipe, conditional: Bool) throws {
        let settings = Self.settings(recipe, conditional: conditional)
        guard !conditional || settings.network == .dcgan else { return }
        let whole = try trained(options("whole", settings, threads: 1))
        #expect(whole.result.end == .done && whole.losses.count == 11)
        #expect(whole.losses.allSatisfy { $0.allSatisfy(\.isFinite) })
        for steps in [1, 5, 14] {
            let run = "stopped-\(steps)"
            let first = try trained(options(run, settings, threads: 2), stoppingAfter: steps)
            #expect(first.result.end == .stopped)
            let saved = try SavedRun<DataRecipe>(folder: folder.path(of: run))
            #expect(saved.hyperparameters == settings)
            let second = try trained(
                options(run, settings, threads: steps, start: .resumed(saved)))
            #expect(first.losses + second.losses == whole.losses)
            #expect(try bytes(second.result) == bytes(whole.result), "after \(steps) steps")
        }
    }

    @Test func otherImagesAreRefused() throws {
        let settings = Self.settings(.dcgan)
        _ = try trained(options("r", settings), stoppingAfter: 3)
        let saved = try SavedRun<DataRecipe>(folder: folder.path(of: "r"))
        let sample = try MNIST.sample
        let fewer = MNIST(
            training: sample.all.part(0..<5999), test: nil, classNames: sample.classNames)
        #expect(throws: TrainingError.otherImages(saved.checkpoint)) {
            try train(options("r", settings, start: .resumed(saved)), data: fewer)
        }
    }

    /// Every image has its turn once an epoch, in another order in each, and noise is new in each
    /// pass.
    @Test func shuffles() throws {
        var settings = Self.settings(.dcgan, conditional: true)
        settings.batchSize = 1500
        let program = DataRecipe.program(settings, seed: 0)
        let data = try MNIST.sample
        let noise = DataRecipe.noise(count: 10, seed: 0, settings)
        var feed = DataRecipe.feed(
            settings, data, program, noise: noise, rows: 0..<settings.batchSize)
        var epochs: [[[Float]]] = []
        for epoch in 0..<2 {
            var rows: [[Float]] = []
            for batch in 0..<4 {
                let fed = feed.next(.discriminator, step: 4 * epoch + batch)
                let values = try #require(fed)
                let pixels = try #require(values[program.inputX]).floats
                rows += (0..<1500).map { Array(pixels[$0 * 784..<($0 + 1) * 784]) }
            }
            epochs.append(rows)
        }
        #expect(epochs[0] != epochs[1])
        #expect(Set(epochs[0]) == Set(epochs[1]))
        #expect(Set(epochs[0]).count == 6000)

        let again = DataRecipe.feed(
            settings, data, program, noise: noise, rows: 0..<settings.batchSize)
        var other = again
        let fed = other.next(.discriminator, step: 7)
        let values = try #require(fed)
        #expect(try #require(values[program.inputX]).floats == epochs[1][4500...].flatMap(\.self))
        let (third, fourth) = (feed.next(.generator, step: 3), feed.next(.generator, step: 4))
        let first = try #require(third?[program.inputZ])
        #expect(first != fourth?[program.inputZ])
        let repeated = other.next(.generator, step: 3)
        #expect(repeated?[program.inputZ] == first)
        let mean = first.floats.reduce(0, +) / Float(first.count)
        let square = first.floats.reduce(0) { $0 + $1 * $1 } / Float(first.count)
        #expect(abs(mean) < 0.05 && abs(square - 1) < 0.07)
    }

    /// The average is what its formula says: after the first update, all of the weights.
    @Test func averages() throws {
        var settings = Self.settings(.dcgan)
        settings.trainTimes = 16
        let result = try trained(options("r", settings)).result
        let sampler = try RecipeSampler<DataRecipe>(
            checkpoint: #require(result.checkpoint), threads: 1)
        func value(_ name: String) throws -> [Float] {
            let variable = try #require(
                sampler.session.graph.variables.first { $0.name == name })
            return try sampler.session.value(of: variable).floats
        }
        let plain = try value("generator/conv2/weights")
        let average = try value("average/generator/conv2/weights")
        #expect(plain != average)
        // Of the last two of sixteen steps' updates, the last has all the share: 4 · 8 / 16 > 1.
        settings.trainTimes = 8
        let early = try trained(options("early", settings)).result
        let first = try RecipeSampler<DataRecipe>(
            checkpoint: #require(early.checkpoint), threads: 1)
        let variables = first.session.graph.variables
        for variable in variables where variable.name.hasPrefix("average/") {
            let name = String(variable.name.dropFirst("average/".count))
            let weights = try #require(variables.first { $0.name == name })
            let one = try first.session.value(of: weights).floats
            let other = try first.session.value(of: variable).floats
            for (a, b) in zip(one, other) { #expect(abs(a - b) <= 1e-6) }
        }
    }

    /// An image is made of its noise and its class alone, whatever is made beside it.
    @Test func imagesDoNotDependOnTheirBatch() throws {
        let result = try trained(options("r", Self.settings(.dcgan, conditional: true))).result
        let sampler = try imageSampler(
            ofCheckpoint: #require(result.checkpoint), threads: 1)
        #expect(sampler.noiseSize == 5 && sampler.classNames.count == 10)
        let many = sampler.noise(count: 30, seed: 3)
        let one = sampler.noise(count: 1, seed: 3)
        let all = try sampler.images(many, classes: nil).floats
        let alone = try sampler.images(one, classes: [0]).floats
        for (a, b) in zip(all, alone) { #expect(abs(a - b) < 1e-5) }
        let other = try sampler.images(one, classes: [7]).floats
        #expect(alone != other)
    }

    @Test func endsInTime() throws {
        var settings = Self.settings(.dcgan)
        settings.trainTimes = 1_000_000_000
        var options = options("r", settings)
        options.timeLimit = 0.5
        let result = try trained(options).result
        #expect(result.end == .timeIsUp && result.passes > 0)
    }

    /// What TensorBoard is given: losses, a grid with a column for each class, a film.
    @Test(arguments: [false, true])
    func logs(conditional: Bool) throws {
        _ = try trained(options("r", Self.settings(.dcgan, conditional: conditional)))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "r"))
        let name = try #require(files.first { $0.contains("tfevents") })
        var log = try EventFileReader(path: folder.path(of: "r/\(name)"))
        var steps: [String: [Int64]] = [:]
        var grids: [[Int]] = []
        while let event = try log.next() {
            for value in event.values {
                steps[value.tag, default: []].append(event.step)
                if value.tag == "G_z_grid", case .image(let height, let width, _, _) = value.content
                {
                    grids.append([height, width])
                }
            }
        }
        for tag in ["D_loss/training", "G_loss", "generator_loss", "G_z_grid", "G_z_film"] {
            #expect(steps[tag] == [1, 5, 9], "\(tag)")
        }
        // The embedded images are all trained on.
        #expect(steps["D_loss/validation"] == nil && steps["discriminator_loss"] == nil)
        #expect(steps.keys.allSatisfy { !$0.contains("/image") })
        #expect(grids == [[Int]](repeating: [298, 298], count: 3))
    }

    /// Where the gradient is always 1, Adam's step is the learning rate.
    @Test func ratesThatFall() throws {
        let tf = Graph(seed: 0)
        let weight = tf.variable(Value([Float(0)], shape: [1]), name: "weight")
        let steps = tf.variable(Value(Int32(0)), name: "steps")
        let count = tf.maximum(tf.cast(steps.tensor, .float), tf.constant(Value(Float(2))))
        let train = AdamOptimizer(learningRate: 9, epsilon: 1e-12).minimize(
            tf.reduceSum(weight.tensor), globalStep: steps, rate: 0.1 * tf.sqrt(2 / count),
            variables: [weight])
        let session = Session(graph: tf, threads: 1)
        try session.run(tf.globalVariablesInitializer())
        for _ in 0..<6 { try session.run(train) }
        let value = try session.value(of: weight).floats[0]
        let expected = (0..<6).reduce(0) { $0 - 0.1 * (2 / max(2, Double($1))).squareRoot() }
        // Adam computes in float32.
        #expect(abs(Double(value) - expected) < 1e-5)
    }
}
