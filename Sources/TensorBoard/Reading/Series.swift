/// The values of a run under one tag.
public enum Series {
    /// What values are: the name of the TensorBoard plugin that shows them.
    public struct Kind: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        /// The plugin's name; empty if it is not known.
        public let rawValue: String

        /// The kind of a plugin's values.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Curves.
        public static let scalars = Kind(rawValue: "scalars")
        /// Distributions.
        public static let histograms = Kind(rawValue: "histograms")
        /// Pictures.
        public static let images = Kind(rawValue: "images")
        /// Sounds.
        public static let audio = Kind(rawValue: "audio")
        /// The graph.
        public static let graphs = Kind(rawValue: "graphs")
        /// How long nodes of the graph took.
        public static let runMetadata = Kind(rawValue: "run metadata")
        /// Hyperparameters, and how runs ended.
        public static let hparams = Kind(rawValue: "hparams")
        /// Something that only its writer knows.
        public static let unknown = Kind(rawValue: "")

        /// The plugin's name.
        public var description: String { rawValue.isEmpty ? "unknown" : rawValue }
    }
}

extension Event.Value {
    /// What the value is; `nil` if an earlier value of its tag says it.
    public var kind: Series.Kind? {
        switch content {
        case .scalar: .scalars
        case .histogram: .histograms
        case .image: .images
        case .audio: .audio
        case .invalid(let kind): kind
        case .tensor, .unknown:
            metadata.flatMap { $0.pluginName.isEmpty ? nil : .init(rawValue: $0.pluginName) }
        }
    }
}
