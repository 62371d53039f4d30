public import Datasets
internal import TensorGraph

/// Trains a judge on labelled images, and measures it on the test images.
///
/// By Adam on the cross-entropy of shuffled batches; the weights are the mean of those after each of
/// the last epochs (Izmailov et al., "Averaging weights leads to wider optima and better
/// generalization", UAI 2018), rounded to half precision. The same data, seed and number of epochs give
/// the same judge.
public struct JudgeTraining {
    /// How often all training images are seen, at least 1.
    public var epochs = 16
    /// Of the initial weights and the order of images.
    public var seed: UInt32 = 0
    /// Images in a step.
    public var batchSize = 100
    /// How many threads are used, at least 1; `nil` for as many of the processors as are fastest.
    public var threads: Int?

    /// The training that made the judge that is built in.
    public init() {}

    /// Trains.
    ///
    /// - Parameters:
    ///   - data: images with labels; training and validation images are trained on.
    ///   - name: what the judge calls the data.
    ///   - report: called after each epoch with its number, from 1, and the mean loss in it.
    /// - Throws: ``JudgeError/unlabeled``; `SessionError`.
    public func judge(
        of data: MNIST, name: String, report: (Int, Float) -> Void = { _, _ in }
    ) throws -> Judge {
        guard let test = data.test, let testLabels = test.labels, let labels = data.all.labels
        else {
            throw JudgeError.unlabeled
        }
        let images = data.all
        let classCount = Int(max(labels.max() ?? 0, testLabels.max() ?? 0)) + 1
        let weights = try train(images, Array(labels), classCount, report)

        func judge(
            _ accuracy: Double, _ reference: QualityReference, _ floor: [QualityMeasure: Double]
        ) -> Judge {
            Judge(
                version: "\(name) \(seed).\(epochs)", data: name, classCount: classCount,
                accuracy: accuracy, reference: reference, referenceChecksum: test.checksum,
                floor: floor, weights: weights)
        }
        let blank = Features(
            count: 6, size: JudgeNetwork.featureCount, classCount: classCount,
            values: [Float](repeating: 0, count: 6 * JudgeNetwork.featureCount),
            probabilities: [Double](repeating: 0, count: 6 * classCount))
        let session = try JudgeSession(
            judge(0, QualityReference(blank), [:]), threads: threads)
        let seen = try session.features(count: test.count) { test.pixels($0) }
        let right = zip(seen.classes, testLabels).count { $0 == Int($1) }
        let reference = QualityReference(seen)
        let count = min(Judge.floorCount, images.count)
        let real = try session.features(count: count) { images.pixels($0) }
        return judge(
            Double(right) / Double(test.count), reference,
            Judgement(real, reference: reference, tellsDeviations: false).values)
    }

    private func train(
        _ images: Examples, _ labels: [UInt8], _ classCount: Int,
        _ report: (Int, Float) -> Void
    ) throws -> [TensorValue] {
        let network = JudgeNetwork(classCount: classCount, seed: UInt64(seed))
        let tf = network.graph
        let classes = tf.placeholder([nil, classCount], name: "labels")
        let normalizer = tf.log(
            tf.reduceSum(tf.exp(network.logits), axes: [1], keepDimensions: true))
        let loss = -tf.reduceMean(
            tf.reduceSum(classes * (network.logits - normalizer), axes: [1]))
        let index = tf.variable(Value(Int32(0)), name: "step")
        let train = AdamOptimizer().minimize(
            loss, globalStep: index, variables: network.variables)
        let session = Session(graph: tf, threads: threads)
        try session.run(tf.globalVariablesInitializer())

        func batch(_ numbers: [Int]) -> (Value, Value) {
            var rows = [Float](repeating: 0, count: numbers.count * classCount)
            for (row, number) in numbers.enumerated() {
                rows[row * classCount + Int(labels[number])] = 1
            }
            return (
                Value(images.pixels(at: numbers), shape: [numbers.count, MNIST.pixelCount]),
                Value(rows, shape: [numbers.count, classCount])
            )
        }
        let size = min(batchSize, images.count)
        let first = batch(Array(0..<size))
        let step = try session.prepare(
            [loss], targets: [train], feed: [network.images: first.0, classes: first.1])

        var noise = Noise(seed: seed)
        var sums = network.variables.map { [Double](repeating: 0, count: $0.shape.reduce(1, *)) }
        let averaged = max(1, epochs / 2)
        for epoch in 1...max(1, epochs) {
            let order = noise.permutation(images.count)
            var total: Float = 0
            for start in stride(from: 0, through: images.count - size, by: size) {
                let (pixels, rows) = batch(Array(order[start..<start + size]))
                step.feed(network.images, pixels)
                step.feed(classes, rows)
                try step.run()
                total += step.scalar
            }
            report(epoch, total / Float(images.count / size))
            guard epoch > epochs - averaged else { continue }
            for (place, variable) in network.variables.enumerated() {
                for (number, value) in try session.value(of: variable).floats.enumerated() {
                    sums[place][number] += Double(value) / Double(averaged)
                }
            }
        }
        return zip(network.variables, sums).map { variable, sums in
            TensorValue(sums.map { Float($0).roundedToHalf }, shape: variable.shape)
        }
    }
}

extension Noise {
    /// 0..<count in random order.
    fileprivate mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for (last, number) in zip(stride(from: count - 1, to: 0, by: -1), uniform(count - 1)) {
            order.swapAt(last, min(Int((Double(number) + 1) / 2 * Double(last + 1)), last))
        }
        return order
    }
}

extension Float {
    /// The nearest number of half precision.
    fileprivate var roundedToHalf: Float {
        let bytes = TensorValue(half: [self], shape: []).bytes
        return Float(halfBits: UInt16(bytes[0]) | UInt16(bytes[1]) << 8)
    }
}
