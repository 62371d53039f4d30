internal import Platform
internal import TensorGraph

/// A judge at work.
public final class JudgeSession {
    /// The judge.
    public let judge: Judge
    private let run: PreparedRun
    private let network: JudgeNetwork

    /// Images are looked at in batches of so many.
    private static let batchSize = 500

    /// - Parameter threads: How many threads are used, at least 1; `nil` for as many of the processors
    ///   as are fastest.
    /// - Throws: `SessionError` where the processor is not as the environment has it.
    public init(_ judge: Judge, threads: Int?) throws {
        self.judge = judge
        network = JudgeNetwork(classCount: judge.classCount, seed: nil)
        let session = Session(graph: network.graph, threads: threads)
        for (variable, weights) in zip(network.variables, judge.weights) {
            session.set(variable, to: weights)
        }
        run = try session.prepare(
            [network.features, network.logits],
            feed: [network.images: .zeros([Self.batchSize, 784])])
    }

    /// What the judge sees in images.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - pixels: the images of a range of them, [range.count, 784] in 0...1.
    /// - Throws: what `pixels` does; `SessionError`.
    public func features(
        count: Int, _ pixels: (Range<Int>) throws -> [Float]
    ) throws -> Features {
        var values: [Float] = []
        var probabilities: [Double] = []
        values.reserveCapacity(count * JudgeNetwork.featureCount)
        probabilities.reserveCapacity(count * judge.classCount)
        for start in stride(from: 0, to: count, by: Self.batchSize) {
            let part = start..<min(start + Self.batchSize, count)
            var batch = try pixels(part)
            precondition(batch.count == part.count * 784, "images of another size than 28 × 28")
            // The last batch is as long as the others, so that it needs no plan of its own.
            batch += [Float](repeating: 0, count: Self.batchSize * 784 - batch.count)
            run.feed(network.images, TensorValue(batch, shape: [Self.batchSize, 784]))
            try run.run()
            run.withFloats(0) { values += $0.prefix(part.count * JudgeNetwork.featureCount) }
            run.withFloats(1) { logits in
                for image in part.indices {
                    let row = (image - part.lowerBound) * judge.classCount
                    probabilities += softmax(logits[row..<row + judge.classCount])
                }
            }
        }
        return Features(
            count: count, size: JudgeNetwork.featureCount, classCount: judge.classCount,
            values: values, probabilities: probabilities)
    }
}

/// eˣ divided by the sum of all of them, in double precision.
private func softmax(_ logits: Slice<UnsafeBufferPointer<Float>>) -> [Double] {
    let greatest = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - greatest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
}

extension TensorValue {
    fileprivate static func zeros(_ shape: [Int]) -> TensorValue {
        TensorValue([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape)
    }
}
