import Checkpoints
import TensorBoard
import TensorGraph
import TestSupport
import Testing

@testable import GAN

/// Where the loop stands, in a checkpoint and out of it again.
@Suite struct RunStateTests {
    /// Of a run of batches of two, whose film has had `frames` frames.
    private func state(frames: Int) -> RunState<Article> {
        var hyperparameters = Hyperparameters()
        (hyperparameters.batchSize, hyperparameters.seed) = (2, 7)
        hyperparameters.learningRate = 0.003
        var state = RunState<Article>(hyperparameters, imagesChecksum: 0xfeed_beef)
        (state.loop.passes, state.loop.isWarmedUp) = (frames, true)
        for number in 0..<frames {
            let pixels = [UInt8](repeating: UInt8(number % 256), count: 784)
            let image = Image(height: 28, width: 28, channels: 1, pixels: pixels)
            _ = state.film.add([image, image])
        }
        return state
    }

    private func saved(_ tensors: [(name: String, tensor: TensorValue)]) throws -> RunState<Article>
    {
        let folder = try TemporaryFolder()
        try Checkpoint.write(tensors, to: folder.path(of: "model"))
        return try RunState(Checkpoint(opening: folder.path(of: "model")))
    }

    @Test(arguments: [0, 1, 2, 96, 97, 98, 250])
    func comesBack(frames: Int) throws {
        let state = state(frames: frames)
        #expect(try saved(state.tensors) == state)
    }

    /// A run that was left within a pass.
    @Test func comesBackWithinAPass() throws {
        var state = state(frames: 3)
        state.loop.pass = .init(
            generatorSteps: 31, generatorLoss: 27.631021, lastLoss: 99, overTime: 4)
        #expect(try saved(state.tensors) == state)
        for name in ["generator_loss", "last_loss", "over_time"] {
            let fewer = state.tensors.filter { $0.name != "loop/pass_\(name)" }
            #expect(fewer.count == state.tensors.count - 1)
            #expect(throws: TrainingError.self) { try saved(fewer) }
        }
    }

    /// What no run has is an error, and not a number to compute with.
    @Test(arguments: [
        ("loop/passes", TensorValue([Int64(-1)], shape: [])),
        ("loop/passes", TensorValue([Int64.max], shape: [])),
        ("loop/passes", TensorValue([Int32(3)], shape: [])),
        ("loop/train_times", TensorValue([Int64.max], shape: [])),
        ("loop/train_step", TensorValue([Int64(0)], shape: [])),
        ("loop/learning_rate", TensorValue([Float.nan], shape: [])),
        ("loop/learning_rate", TensorValue([Float.infinity], shape: [])),
        ("loop/noise", TensorValue([] as [Float], shape: [0, 20])),
        ("loop/noise", TensorValue([1, 2] as [Float], shape: [1, 2])),
        ("loop/film_count", TensorValue([Int64.max], shape: [])),
        ("loop/film_count", TensorValue([Int64(4)], shape: [])),
        ("loop/film_stride", TensorValue([Int64(2)], shape: [])),
        ("loop/film_frames", TensorValue([] as [UInt8], shape: [4, 0, 784])),
        ("loop/film_frames", TensorValue([UInt8](repeating: 0, count: 784), shape: [1, 1, 784])),
        ("loop/film_frames", TensorValue([UInt8](repeating: 0, count: 40), shape: [4, 1, 10])),
    ])
    func refusesWhatNoRunHas(name: String, tensor: TensorValue) throws {
        let tensors = state(frames: 3).tensors.map { $0.name == name ? (name, tensor) : $0 }
        #expect(throws: TrainingError.self) { try saved(tensors) }
    }

    @Test func needsAllOfIt() throws {
        let tensors = state(frames: 3).tensors
        for index in tensors.indices {
            var fewer = tensors
            fewer.remove(at: index)
            #expect(throws: TrainingError.self) { try saved(fewer) }
        }
    }
}
