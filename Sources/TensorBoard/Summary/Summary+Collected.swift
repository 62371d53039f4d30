extension Summary {
    /// What the summary ops of a graph collected in a run.
    public init(_ collected: CollectedSummary) {
        self.init(collected.values.map { Value(tag: $0.tag, content: Content($0.content)) })
    }
}

extension Summary.Content {
    /// - Precondition: An image is an array of `uint8` of the shape [height, width, channels].
    fileprivate init(_ content: CollectedSummary.Content) {
        switch content {
        case .scalar(let number): self = .scalar(number)
        case .histogram(let numbers): self = .histogram(.floats(numbers))
        case .image(let image): self = .image(Image(image))
        }
    }
}

extension Image {
    /// The picture that an array of bytes is.
    ///
    /// - Parameter array: Of type `uint8` and the shape [height, width, channels], with 1 to 4
    ///   channels.
    public init(_ array: TensorValue) {
        guard let pixels = array.values(of: UInt8.self), array.shape.count == 3 else {
            preconditionFailure(
                "an array of \(array.type) and the shape \(array.shape) is no picture")
        }
        self.init(
            height: array.shape[0], width: array.shape[1], channels: array.shape[2], pixels: pixels)
    }
}
