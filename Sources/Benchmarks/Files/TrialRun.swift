internal import Datasets
internal import GAN

/// Trains as `gan train` does, from the embedded images into a folder that is removed afterwards,
/// and tells of it: a line after the first step, and one with the most resident memory, in bytes,
/// at the end.
///
/// - Parameters:
///   - passes: passes of the article's loop; 0 to end after the very first step.
///   - threads: threads of a step.
/// - Throws: ``BenchmarkError``, and what training throws.
public func runTrial(passes: Int, threads: Int, say: (String) -> Void) throws {
    let run = try TemporaryRun()
    var hyperparameters = Hyperparameters()
    hyperparameters.trainTimes = max(1, passes)
    let options = TrainingOptions<Article>(
        hyperparameters: hyperparameters, threads: threads, runFolder: run.path)
    var steps = 0
    _ = try train(options, data: try MNIST.sample) {
        passes == 0
    } report: { _ in
        steps += 1
        if steps == 1 { say("first step") }
    }
    say("\(Machine.peakMemory)")
}
