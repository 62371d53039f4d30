/// What the Custom Scalars tab shows: charts of several curves, in categories.
///
/// ```swift
/// let layout = CustomScalars([
///     .init(title: "losses", charts: [
///         .lines("both", tags: ["generator_loss", "discriminator_loss"]),
///         .margins("accuracy", [.init(value: "mean", lower: "low", upper: "high")]),
///     ])
/// ])
/// ```
public struct CustomScalars: Sendable, Equatable {
    /// The categories, in the order in which they are shown.
    public var categories: [Category]

    /// Makes a layout.
    public init(_ categories: [Category] = []) {
        self.categories = categories
    }

    /// Charts that are shown together.
    public struct Category: Sendable, Equatable {
        /// The heading. Charts of several runs' categories of one title come together.
        public var title: String
        /// The charts.
        public var charts: [Chart]
        /// Whether the category is shown folded at first.
        public var isClosed: Bool

        /// Makes a category.
        public init(title: String, charts: [Chart], isClosed: Bool = false) {
            self.title = title
            self.charts = charts
            self.isClosed = isClosed
        }
    }

    /// Several curves in one chart.
    public struct Chart: Sendable, Equatable {
        /// The title.
        public var title: String
        /// The curves.
        public var content: Content

        /// The kinds of chart.
        public enum Content: Sendable, Equatable {
            /// A line for each tag that one of the regular expressions, in Python's words, matches
            /// from its start.
            case patterns([String])
            /// Lines with a band around each.
            case margins([Margin])
        }

        /// Makes a chart.
        public init(title: String, content: Content) {
            self.title = title
            self.content = content
        }

        /// A chart with a line for each of these tags.
        public static func lines(_ title: String, tags: [String]) -> Self {
            Self(title: title, content: .patterns(tags.map(CustomScalars.pattern)))
        }

        /// A chart with a line for each tag that matches one of these regular expressions.
        public static func lines(_ title: String, patterns: [String]) -> Self {
            Self(title: title, content: .patterns(patterns))
        }

        /// A chart of lines with a band around each.
        public static func margins(_ title: String, _ margins: [Margin]) -> Self {
            Self(title: title, content: .margins(margins))
        }
    }

    /// A line with a band around it: the tags of three curves.
    public struct Margin: Sendable, Equatable {
        /// The line's tag.
        public var value: String
        /// The tag of the band's lower edge.
        public var lower: String
        /// The tag of the band's upper edge.
        public var upper: String

        /// Names the curves.
        public init(value: String, lower: String, upper: String) {
            self.value = value
            self.lower = lower
            self.upper = upper
        }
    }

    /// A regular expression that matches a tag and nothing else.
    static func pattern(for tag: String) -> String {
        var pattern = "^"
        for character in tag.unicodeScalars {
            let isSpecial = #"\^$.|?*+()[]{}"#.unicodeScalars.contains(character)
            pattern += (isSpecial ? #"\"# : "") + String(character)
        }
        return pattern + "$"
    }
}

extension CustomScalars {
    /// The tag of all layouts.
    static let tag = "custom_scalars__config__"

    /// The layout as a value of a summary. TensorBoard takes a run's last one.
    ///
    /// - Throws: `Refusal` if a text has a NUL.
    func value() throws(Refusal) -> Summary.Value {
        Summary.Value(
            tag: Self.tag,
            content: .tensor(
                TensorValue(byteStrings: [try serialized()], shape: []),
                Summary.Plugin(name: "custom_scalars")))
    }
}
