internal import TensorGraph

/// Makes many images with a generator that is trained, and changes nothing by it.
final class SampleMaker<R: Recipe> {
    private let program: R.Program
    private let session: Session
    private let hyperparameters: R.Hyperparameters
    private var run: PreparedRun?

    /// Images are made in batches of so many.
    static var batchSize: Int { 500 }

    init(_ program: R.Program, _ session: Session, _ hyperparameters: R.Hyperparameters) {
        (self.program, self.session, self.hyperparameters) = (program, session, hyperparameters)
    }

    /// The numbers in a vector of noise.
    var noiseSize: Int { R.noiseSize(hyperparameters) }

    /// The classes that can be asked for; 0 where there are none.
    var classCount: Int { program.inputY?.shape.dimensions?.last.flatMap(\.self) ?? 0 }

    /// Noise, [count, ``noiseSize``]; the first vectors of a seed are the same for every count.
    func noise(count: Int, seed: UInt32) -> [Float] {
        R.noise(count: count, seed: seed, hyperparameters).floats
    }

    /// What makes images of the weights as they are now: G(z) of vectors of noise, [n, noiseSize],
    /// n at most ``batchSize``; those of classes one after the other, the first of which is told.
    func maker() throws -> (_ noise: ArraySlice<Float>, _ firstClass: Int) throws -> [Float] {
        let statistics = try session.batchStatistics(
            of: program, for: R.self, hyperparameters)
        let size = noiseSize
        return { [self] noise, firstClass in
            let count = noise.count / size
            var padded = Array(noise)
            // Vectors once more, not zeros: where an image depends on those beside it, these should be
            // as they are.
            while padded.count < Self.batchSize * size {
                padded += padded.prefix(Self.batchSize * size - padded.count)
            }
            var feed = statistics
            feed[program.inputZ] = Value(padded, shape: [Self.batchSize, size])
            if let inputY = program.inputY {
                feed[inputY] = .oneHot(
                    (0..<Self.batchSize).map { (firstClass + $0) % classCount }, of: classCount)
            }
            let run = try run ?? session.prepare([program.generatorZ], feed: feed, effects: .none)
            self.run = run
            for (tensor, value) in feed { run.feed(tensor, value) }
            try run.run()
            return run.withFloats(0) { Array($0.prefix(count * 784)) }
        }
    }
}
