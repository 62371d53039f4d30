/// What a program wants TensorBoard to show at one step: a list of tagged values.
///
/// A summary holds what was measured as it was measured. Buckets, pixel scaling, PNG and protobuf
/// are the writer thread's work, so that making a summary costs a training loop little more than a
/// copy.
///
/// ```swift
/// var summary = Summary([.scalar(0.25, tag: "loss")])
/// summary.values.append(.histogram([0.1, -0.3], tag: "conv1/weights"))
/// try writer.add(summary, step: 7)
/// ```
public struct Summary: Sendable, Equatable {
    /// The values, in the order in which they are written.
    public var values: [Value]

    /// Makes a summary of the given values.
    public init(_ values: [Value] = []) {
        self.values = values
    }

    /// One value under a tag.
    public struct Value: Sendable, Equatable {
        /// The name of the series that the value belongs to. TensorBoard groups tags by the text
        /// before the first `/`.
        public var tag: String
        /// What was measured.
        public var content: Content
        /// How TensorBoard titles and explains the series; taken from the first value of a tag in a
        /// file.
        public var metadata: Metadata?

        /// Makes a value.
        public init(tag: String, content: Content, metadata: Metadata? = nil) {
            self.tag = tag
            self.content = content
            self.metadata = metadata
        }
    }

    /// The kinds of value.
    public enum Content: Sendable, Equatable {
        /// A point of a curve; may be infinite or not a number.
        case scalar(Float)
        /// A distribution.
        case histogram(HistogramSource)
        /// A picture of bytes, shown as it is.
        case image(Image)
        /// A picture of floating-point numbers, scaled to bytes as TensorFlow 1 does.
        case floatImage(FloatImage)
        /// A picture of bytes with boxes drawn into it.
        case boxedImage(Image, [BoundingBox])
        /// Pictures that follow each other, shown among the images.
        case video(Video)
        /// A sound.
        case audio(Audio)
        /// How well a classifier does at each threshold.
        case precisionRecall(PrecisionRecallCurve)
        /// A tensor, for the plugin that knows what it means.
        case tensor(TensorValue, Plugin)
    }

    /// A distribution, as numbers still to be counted or as ready buckets.
    public enum HistogramSource: Sendable, Equatable {
        /// Numbers that the writer thread sorts into buckets; those that are not finite are left
        /// out.
        case floats([Float])
        /// Numbers that the writer thread sorts into buckets; those that are not finite are left
        /// out.
        case doubles([Double])
        /// Numbers that were counted before.
        case counted(Histogram)
    }

    /// How TensorBoard titles and explains a series.
    public struct Metadata: Sendable, Equatable {
        /// The card's title; empty for the tag itself.
        public var displayName: String
        /// An explanation in Markdown, shown by the card.
        public var description: String

        /// Makes metadata.
        public init(displayName: String = "", description: String = "") {
            self.displayName = displayName
            self.description = description
        }
    }
}

extension Summary.Value {
    /// A point of the curve `tag`.
    public static func scalar(_ value: Float, tag: String) -> Self {
        Self(tag: tag, content: .scalar(value))
    }

    /// The distribution of `values`; those that are not finite are left out.
    public static func histogram(_ values: [Float], tag: String) -> Self {
        Self(tag: tag, content: .histogram(.floats(values)))
    }

    /// A picture.
    public static func image(_ image: Image, tag: String) -> Self {
        Self(tag: tag, content: .image(image))
    }

    /// Pictures that follow each other.
    public static func video(_ video: Video, tag: String) -> Self {
        Self(tag: tag, content: .video(video))
    }

    /// A sound.
    public static func audio(_ audio: Audio, tag: String) -> Self {
        Self(tag: tag, content: .audio(audio))
    }

    /// A curve of precision over recall.
    public static func precisionRecall(_ curve: PrecisionRecallCurve, tag: String) -> Self {
        Self(tag: tag, content: .precisionRecall(curve))
    }

    /// A text in Markdown.
    public static func text(_ markdown: String, tag: String) -> Self {
        Self(tag: tag, content: .tensor(TensorValue(strings: [markdown], shape: []), .text))
    }

    /// Several texts in Markdown, which are shown as rows of a table.
    static func texts(_ texts: [String], tag: String) -> Self {
        Self(
            tag: tag, content: .tensor(TensorValue(strings: texts, shape: [texts.count]), .text))
    }
}
