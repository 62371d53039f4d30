internal import TensorGraph

/// How many images the statistics are of by which others are normalized.
let referenceCount = 1000

extension Session {
    /// The mean and variance of each batch normalization on the way to ``AdversarialProgram/generatorZ``,
    /// over ``referenceCount`` images of noise that is always the same, as many of each class: what
    /// those of a batch are near to. Fed in their place, an image depends on its noise alone
    /// ("standing statistics": Brock, Donahue and Simonyan, "Large scale GAN training", ICLR 2019,
    /// section 4.1).
    ///
    /// The noise has the moments of what it is drawn from, within each class its mean and over all its
    /// covariance (Barraquand, "Numerical valuation of high dimensional multivariate European
    /// securities", Management Science 41(12), 1995): statistics are then as near to those of all noise
    /// as those of sixteen times as many vectors.
    ///
    /// - Returns: nothing where the program has no such normalization.
    func batchStatistics<R: Recipe>(
        of program: R.Program, for recipe: R.Type, _ hyperparameters: R.Hyperparameters
    ) throws -> [Tensor: Value] {
        let tensors = program.batchStatistics
        guard !tensors.isEmpty else { return [:] }
        let drawn = R.noise(count: referenceCount, seed: .max, hyperparameters)
        let classCount = program.inputY?.shape.dimensions?.last.flatMap(\.self) ?? 1
        var feed = [program.inputZ: drawn.standardized(classCount: classCount)]
        if let inputY = program.inputY {
            feed[inputY] = .oneHot((0..<referenceCount).map { $0 % classCount }, of: classCount)
        }
        let values = try run(tensors, feed: feed, effects: .none)
        return Dictionary(zip(tensors, values)) { first, _ in first }
    }
}

extension TensorValue {
    /// Vectors, [n, size], moved so that those of each class, one class after the other, have the mean
    /// 0, and all of them the covariance 1. Fewer than twice as many as numbers in a vector are
    /// returned as they are.
    func standardized(classCount: Int) -> TensorValue {
        let (count, size) = (shape[0], shape[1])
        guard count >= 2 * (size + classCount) else { return self }
        var rows = floats.map(Double.init)
        for first in 0..<classCount {
            let ofClass = stride(from: first, to: count, by: classCount)
            let share = 1 / Double((count - first + classCount - 1) / classCount)
            for column in 0..<size {
                let mean = share * ofClass.reduce(0) { $0 + rows[$1 * size + column] }
                for row in ofClass { rows[row * size + column] -= mean }
            }
        }
        let centered = Rows(rows, count: count, size: size)
        let scale = Moments(centered).covariance.inverseSquareRoot
        let scaled = centered.products(Rows(scale.values, count: size, size: size))
        return TensorValue(scaled.map { Float($0) }, shape: shape)
    }

    /// [classes.count, count]: in each row 1 at its class, and otherwise 0.
    static func oneHot(_ classes: [Int], of count: Int) -> TensorValue {
        var numbers = [Float](repeating: 0, count: classes.count * count)
        for (row, number) in classes.enumerated() { numbers[row * count + number] = 1 }
        return TensorValue(numbers, shape: [classes.count, count])
    }
}
