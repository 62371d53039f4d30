/// A run's hyperparameters, which the HParams tab compares with those of other runs.
///
/// ```swift
/// let hparams: HParams = ["batch_size": 10, "optimizer": "adam", "shuffled": false]
/// ```
public struct HParams: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The hyperparameters, in the order in which they are written.
    public var values: [(name: String, value: Value)]

    /// A hyperparameter's value. All runs that are compared should agree in its type.
    public enum Value: Sendable, Equatable {
        /// A text.
        case string(String)
        /// A truth value.
        case bool(Bool)
        /// A number. TensorBoard has no place for one that is not finite: such a number is written as
        /// a text.
        case number(Double)
    }

    /// Makes a list of hyperparameters.
    public init(_ values: [(name: String, value: Value)] = []) {
        self.values = values
    }

    /// Makes a list of hyperparameters.
    public init(dictionaryLiteral elements: (String, Value)...) {
        values = elements.map { ($0, $1) }
    }

    /// Whether two lists agree, their order included.
    public static func == (one: Self, other: Self) -> Bool {
        one.values.elementsEqual(other.values) { $0 == $1 }
    }

    /// How a run ended.
    public enum Status: Sendable {
        /// It is not known.
        case unknown
        /// It came to its end.
        case success
        /// It did not.
        case failure
        /// It has not ended.
        case running
    }
}

extension HParams.Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral
{
    /// A text.
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    /// A truth value.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// A number.
    public init(integerLiteral value: Int) {
        self = .number(Double(value))
    }

    /// A number.
    public init(floatLiteral value: Double) {
        self = .number(value)
    }
}

/// What the runs of a log folder have in common: which hyperparameters and metrics the HParams tab
/// shows, and what it offers to filter by.
///
/// Without one, TensorBoard takes all hyperparameters and all curves of all runs together, which is
/// mostly what is wanted: with one, it takes the first that it finds in the whole log folder, and
/// shows nothing that this one lacks.
public struct HParamsExperiment: Sendable, Equatable {
    /// A name.
    public var name: String
    /// An explanation.
    public var description: String
    /// The hyperparameters that are shown.
    public var hparams: [Hyperparameter]
    /// The metrics that are shown.
    public var metrics: [Metric]

    /// Makes an experiment.
    public init(
        name: String = "", description: String = "", hparams: [Hyperparameter], metrics: [Metric]
    ) {
        self.name = name
        self.description = description
        self.hparams = hparams
        self.metrics = metrics
    }

    /// A hyperparameter that runs have.
    public struct Hyperparameter: Sendable, Equatable {
        /// The name by which runs give its value.
        public var name: String
        /// What it may be.
        public var domain: Domain
        /// The column's heading; empty for the name.
        public var displayName: String
        /// An explanation.
        public var description: String

        /// Makes a hyperparameter.
        public init(
            _ name: String, _ domain: Domain, displayName: String = "", description: String = ""
        ) {
            self.name = name
            self.domain = domain
            self.displayName = displayName
            self.description = description
        }
    }

    /// What a hyperparameter may be.
    public enum Domain: Sendable, Equatable {
        /// Any text.
        case anyString
        /// One of some texts.
        case strings([String])
        /// True or false.
        case bool
        /// Any number.
        case anyNumber
        /// One of some numbers.
        case numbers([Double])
        /// A number from a range.
        case interval(ClosedRange<Double>)
    }

    /// A curve whose last value is a run's result.
    public struct Metric: Sendable, Equatable {
        /// The curve's tag.
        public var tag: String
        /// The folder below the run's that the curve is in; empty for the run's own.
        public var group: String
        /// The column's heading; empty for the tag.
        public var displayName: String
        /// An explanation.
        public var description: String

        /// Makes a metric.
        public init(
            _ tag: String, group: String = "", displayName: String = "", description: String = ""
        ) {
            self.tag = tag
            self.group = group
            self.displayName = displayName
            self.description = description
        }
    }
}
