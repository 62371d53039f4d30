public import TensorGraph

/// What the steps of a run are fed: a value that depends on nothing but the seed, the data and the
/// number of the step, so that a run that is gone on with is fed as if it had never stopped.
public protocol TrainingFeed {
    /// What a step is fed.
    ///
    /// - Parameters:
    ///   - network: whose step it is.
    ///   - step: its number among that network's steps, from 0.
    /// - Returns: the values of all placeholders that the step needs, in the same shapes for each
    ///   step, of those rows of its batch that the feed was made for; `nil` where they are those of
    ///   the network's last step.
    mutating func next(_ network: Player, step: Int) -> [Tensor: Value]?

    /// What is fed where a step's loss is asked for apart from the step, and to judge the
    /// discriminator: training images, a whole batch.
    var training: [Tensor: Value] { get }
    /// What is fed for the log: images that are not trained on, where there are such, and the noise
    /// that it shows throughout.
    var shown: [Tensor: Value] { get }
    /// Whether the images of ``shown`` are none that are trained on.
    var showsOtherImages: Bool { get }
    /// The checksum (CRC-32C) of the data, by which a run's can be told from others.
    var imagesChecksum: UInt32 { get }
}

/// The same images and the same noise in every step.
public struct FixedFeed: TrainingFeed {
    /// What every step is fed.
    public let training: [Tensor: Value]
    /// What the log shows.
    public let shown: [Tensor: Value]
    /// The checksum of the images.
    public let imagesChecksum: UInt32
    /// It shows others.
    public var showsOtherImages: Bool { true }

    /// A feed of those values.
    public init(training: [Tensor: Value], shown: [Tensor: Value], imagesChecksum: UInt32) {
        self.training = training
        self.shown = shown
        self.imagesChecksum = imagesChecksum
    }

    /// The first step is fed, those after it are as it was.
    public mutating func next(_ network: Player, step: Int) -> [Tensor: Value]? { nil }
}
