/// What the summary ops of a graph collect in one run, as plain values: what TensorFlow's ops
/// serialize at once as a `Summary`.
///
/// TensorBoard's writer takes it as it is, and makes the message in its own thread:
///
/// ```swift
/// let summary = try session.run(merged, feed: [x: images])
/// try writer.add(summary, step: 7)
/// ```
public struct CollectedSummary: Sendable, Equatable {
    /// The values, in the order in which they were collected.
    public var values: [Value]

    /// Makes a summary of values.
    public init(_ values: [Value] = []) {
        self.values = values
    }

    /// One value under a tag.
    public struct Value: Sendable, Equatable {
        /// The name of the series that the value belongs to.
        public var tag: String
        /// What was collected.
        public var content: Content

        /// Makes a value.
        public init(tag: String, content: Content) {
            self.tag = tag
            self.content = content
        }
    }

    /// The kinds of value.
    public enum Content: Sendable, Equatable {
        /// A number (`ScalarSummary`).
        case scalar(Float)
        /// The numbers of a distribution, not counted yet (`HistogramSummary`).
        case histogram([Float])
        /// A picture in bytes (`ImageSummary`): an array of `uint8` and the shape
        /// [height, width, channels].
        case image(TensorValue)
    }

}

extension CollectedSummary.Value {
    /// A number.
    public static func scalar(_ number: Float, tag: String) -> Self {
        Self(tag: tag, content: .scalar(number))
    }

    /// The numbers of a distribution.
    public static func histogram(_ numbers: [Float], tag: String) -> Self {
        Self(tag: tag, content: .histogram(numbers))
    }

    /// A picture in bytes, an array of the shape [height, width, channels].
    public static func image(_ bytes: TensorValue, tag: String) -> Self {
        Self(tag: tag, content: .image(bytes))
    }
}

extension CollectedSummary {
    /// The tags of the images of a batch, by TensorFlow's rule: with `maxOutputs` 1 the only image is
    /// `tag/image`; with more, the images are `tag/image/0`, `tag/image/1` and so on, even when the
    /// batch holds a single one.
    package static func imageTags(_ tag: String, count: Int, maxOutputs: Int) -> [String] {
        precondition(maxOutputs > 0, "images of \(tag): maxOutputs must be at least 1")
        if maxOutputs == 1 { return Array(repeating: "\(tag)/image", count: min(count, 1)) }
        return (0..<min(count, maxOutputs)).map { "\(tag)/image/\($0)" }
    }
}
