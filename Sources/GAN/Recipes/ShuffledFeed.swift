internal import Datasets
public import TensorGraph

/// All images in random order, epoch after epoch, each epoch in another one, and fresh noise.
///
/// Batches are whole: what is left over at the end of an epoch has its turn in others. Noise is
/// drawn anew for each pass: its discriminator's last step and its generator's see the same, whose
/// images are computed once.
public struct ShuffledFeed: TrainingFeed {
    /// A first batch.
    public let training: [Tensor: Value]
    /// Images that are not trained on, where there are such, and the noise that the run keeps.
    public let shown: [Tensor: Value]
    /// Whether there are test images.
    public let showsOtherImages: Bool
    /// The checksum of all images and labels.
    public let imagesChecksum: UInt32

    private let settings: RecipeSettings
    private let images: Examples
    private let program: RecipeProgram
    /// The rows of each batch that it gives.
    private let rows: Range<Int>
    /// The order of the epoch that was fed last.
    private var order: (epoch: Int, images: [Int32]) = (-1, [])

    init(
        _ settings: RecipeSettings, _ data: MNIST, _ program: RecipeProgram, noise: Value,
        rows: Range<Int>
    ) {
        self.rows = rows
        self.settings = settings
        self.program = program
        images = data.all
        imagesChecksum = images.checksum
        let count = noise.shape[0]
        let held = data.test ?? images
        showsOtherImages = data.test != nil
        let shownIndices = (0..<Int32(count)).map { $0 % Int32(held.count) }
        var shown = Self.images(held, shownIndices, program)
        shown[program.inputZ] = noise
        if let inputY = program.inputY {
            shown[inputY] = .oneHot(
                (0..<count).map { $0 % settings.classCount }, of: settings.classCount)
        }
        if let inputMix = program.inputMix {
            shown[inputMix] = Value([Float](repeating: 0.5, count: count), shape: [count, 1])
        }
        self.shown = shown
        var first = Self.images(images, (0..<Int32(settings.batchSize)).map { $0 }, program)
        let all = 0..<settings.batchSize
        first.merge(Self.noise(settings, program, pass: 0, step: 0, rows: all)) { $1 }
        training = first
    }

    /// What a step is fed.
    public mutating func next(_ network: Player, step: Int) -> [Tensor: Value]? {
        switch network {
        case .generator:
            // Noise and labels are those of the pass's last step of the discriminator.
            return Self.noise(
                settings, program, pass: step, step: settings.discriminatorSteps - 1, rows: rows)
        case .discriminator:
            let perEpoch = images.count / settings.batchSize
            let (epoch, batch) = step.quotientAndRemainder(dividingBy: perEpoch)
            if order.epoch != epoch {
                var stream = RandomStream(seed: settings.seed, .order, epoch)
                order = (epoch, stream.permutation(images.count))
            }
            let start = batch * settings.batchSize
            var feed = Self.images(
                images, Array(order.images[rows.lowerBound + start..<rows.upperBound + start]),
                program)
            let (pass, inPass) = step.quotientAndRemainder(
                dividingBy: settings.discriminatorSteps)
            feed.merge(Self.noise(settings, program, pass: pass, step: inPass, rows: rows)) { $1 }
            return feed
        }
    }

    /// The images of those numbers, with their labels.
    private static func images(
        _ examples: Examples, _ numbers: [Int32], _ program: RecipeProgram
    ) -> [Tensor: Value] {
        let numbers = numbers.map(Int.init)
        var feed = [
            program.inputX: Value(
                examples.pixels(at: numbers), shape: [numbers.count, MNIST.pixelCount])
        ]
        if let input = program.realLabels, let labels = examples.labels,
            let classes = input.shape.dimensions?.last ?? nil
        {
            feed[input] = .oneHot(
                numbers.map { Int(labels[labels.startIndex + $0]) }, of: classes)
        }
        return feed
    }

    /// Some rows of the noise of a step of the discriminator, with the labels that it is to become
    /// images of. They are the same whatever other rows are drawn.
    private static func noise(
        _ settings: RecipeSettings, _ program: RecipeProgram, pass: Int, step: Int,
        rows: Range<Int>
    ) -> [Tensor: Value] {
        let index = pass * settings.discriminatorSteps + step
        func stream(_ purpose: RandomStream.Purpose) -> RandomStream {
            RandomStream(seed: settings.seed, purpose, index)
        }
        let (noise, size) = (stream(.noise), settings.noiseSize)
        var feed = [
            program.inputZ: Value(
                noise.normal(rows.lowerBound * size..<rows.upperBound * size),
                shape: [rows.count, size])
        ]
        if let inputY = program.inputY {
            var labels = stream(.labels)
            labels.skip(rows.lowerBound)
            feed[inputY] = .oneHot(
                rows.map { _ in labels.below(settings.classCount) },
                of: settings.classCount)
        }
        if let inputMix = program.inputMix {
            var mix = stream(.mix)
            mix.skip(rows.lowerBound)
            feed[inputMix] = Value(mix.uniform(rows.count), shape: [rows.count, 1])
        }
        return feed
    }
}
