/// An event as it stands in an event file.
public struct Event: Sendable, Equatable {
    /// Where its record starts: bytes from the file's start.
    public let offset: Int
    /// Seconds since 1970.
    public let wallTime: Double
    /// The step that it belongs to.
    public let step: Int64
    /// What it is.
    public let content: Content

    /// The values of a summary; none in other events.
    public var values: [Value] {
        if case .summary(let values) = content { values } else { [] }
    }

    /// The graph of the run, a serialized `GraphDef`: of an event that is one, or that has one in
    /// its `MetaGraphDef`. A run's graph is the last one that stands by itself; only a run without
    /// one has that of a `MetaGraphDef`.
    public var graphDefinition: [UInt8]? {
        switch content {
        case .graph(let graph): graph
        case .metaGraph(let metaGraph): Self.graphDefinition(ofMetaGraph: metaGraph)
        default: nil
        }
    }

    /// The version that a file begins with, as TensorBoard's `event_util.py` understands it: 2 for
    /// `brain.Event:2` and `brain.Event:2.0`, -1 for what is no number to Python; `nil` for other
    /// events.
    public var fileVersion: Double? {
        guard case .fileVersion(let text, _) = content else { return nil }
        let prefix = "brain.Event:".utf8
        var number = text.utf8[...]
        while let start = number.firstRange(of: prefix)?.upperBound { number = number[start...] }
        return Double(asPython: String(Substring(number))) ?? -1
    }

    /// The kinds of event.
    public enum Content: Sendable, Equatable {
        /// What a file begins with: `brain.Event:2`, and the name of the program that wrote it.
        case fileVersion(String, writer: String)
        /// Values of a step.
        case summary([Value])
        /// The graph of the run, a serialized `GraphDef`.
        case graph([UInt8])
        /// The graph of the run and more, a serialized `MetaGraphDef`.
        case metaGraph([UInt8])
        /// How long a step's nodes took, a serialized `RunMetadata`.
        case runMetadata(tag: String, [UInt8])
        /// A change in the program's life; starting, it voids earlier events from its step on.
        case session(SessionStatus)
        /// Something that this package does not know.
        case unknown
    }

    /// The changes in a program's life.
    public enum SessionStatus: Sendable {
        /// Training starts at the event's step.
        case start
        /// Training stops.
        case stop
        /// A checkpoint was written.
        case checkpoint
        /// Something that this package does not know.
        case unknown
    }

    /// One value under a tag.
    public struct Value: Sendable, Equatable {
        /// The name of the series.
        public let tag: String
        /// What the tag's first value in a file says about the series.
        public let metadata: Metadata?
        /// The value.
        public let content: ValueContent
    }

    /// What shows a series, and how.
    public struct Metadata: Sendable, Equatable {
        /// TensorBoard's plugin, such as `scalars`; may be empty.
        public let pluginName: String
        /// A message of the plugin's, serialized.
        public let pluginContent: [UInt8]
        /// The title; empty for the tag itself.
        public let displayName: String
        /// An explanation in Markdown.
        public let description: String
        /// How the values are stored, if the file says so; it need not for plugins of TensorBoard.
        public let dataClass: DataClass
    }

    /// How TensorBoard stores the values of a series, whatever plugin shows them.
    public enum DataClass: Sendable {
        /// It is not said.
        case unknown
        /// Numbers.
        case scalar
        /// Tensors.
        case tensor
        /// Lists of bytes, such as pictures.
        case blobSequence
    }

    /// The kinds of value.
    public enum ValueContent: Sendable, Equatable {
        /// A point of a curve.
        case scalar(Float)
        /// A distribution.
        case histogram(Histogram)
        /// A picture, compressed.
        case image(height: Int, width: Int, channels: Int, png: [UInt8])
        /// A sound, compressed.
        case audio(hertz: Float, channels: Int, frames: Int, [UInt8])
        /// A tensor, whose plugin knows what it means.
        case tensor(Tensor)
        /// A message of this kind that contradicts itself, such as a histogram with more limits than
        /// counts: TensorBoard does not show it.
        case invalid(Series.Kind)
        /// Something that this package does not know.
        case unknown
    }
}
