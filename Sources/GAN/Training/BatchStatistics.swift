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
    /// - Returns: nothing where the program has no such normalization.
    func batchStatistics<R: Recipe>(
        of program: R.Program, for recipe: R.Type, _ hyperparameters: R.Hyperparameters
    ) throws -> [Tensor: Value] {
        let tensors = program.batchStatistics
        guard !tensors.isEmpty else { return [:] }
        var feed = [
            program.inputZ: R.noise(
                count: referenceCount, seed: .max, hyperparameters)
        ]
        if let inputY = program.inputY, let classes = inputY.shape.dimensions?.last ?? nil {
            feed[inputY] = .oneHot((0..<referenceCount).map { $0 % classes }, of: classes)
        }
        let values = try run(tensors, feed: feed, effects: .none)
        return Dictionary(zip(tensors, values)) { first, _ in first }
    }
}

extension TensorValue {
    /// [classes.count, count]: in each row 1 at its class, and otherwise 0.
    static func oneHot(_ classes: [Int], of count: Int) -> TensorValue {
        var numbers = [Float](repeating: 0, count: classes.count * count)
        for (row, number) in classes.enumerated() { numbers[row * count + number] = 1 }
        return TensorValue(numbers, shape: [classes.count, count])
    }
}
