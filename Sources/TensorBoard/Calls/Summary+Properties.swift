/// A type that says itself what is logged of it where values are logged by their types.
///
/// ```swift
/// struct Confusion: SummaryConvertible {
///     var hits = 0, misses = 0
///     func summaryValues(tag: String) -> [Summary.Value] {
///         [.scalar(Float(hits) / Float(hits + misses), tag: "\(tag)/recall")]
///     }
/// }
/// ```
public protocol SummaryConvertible {
    /// What is logged under a tag, or under tags that begin with it and a slash.
    func summaryValues(tag: String) -> [Summary.Value]
}

extension Summary {
    /// Finds what is to be logged in a program's own structure, by the types of its properties.
    ///
    /// ```swift
    /// struct Losses { var real: Float, fake: Float }
    /// struct Epoch { var losses: Losses, weights: [Float], samples: Image, note: String? }
    /// let summary = Summary(propertiesOf: epoch, tag: "train")
    /// // train/losses/real, train/losses/fake, train/weights, train/samples, and train/note if there is one
    /// ```
    ///
    /// | a property | becomes |
    /// |---|---|
    /// | a number or truth value: ``ScalarValue`` | a point of a curve |
    /// | an array, set or SIMD vector of them, nested or not | a distribution; `nil` is left out |
    /// | ``Histogram``, ``Image``, ``FloatImage``, ``Video``, ``Audio``, ``Mesh``, ``PrecisionRecallCurve`` | what it is |
    /// | a text, an array of texts | a text, several in one |
    /// | a type that conforms to ``SummaryConvertible`` | what it says |
    /// | a dictionary | its values, by the names of their keys |
    /// | another array | its elements, by their numbers from 0 |
    /// | another structure, class, tuple or case with values | its properties, by their names |
    /// | what describes itself, such as a date, and a plain case | a text |
    /// | `nil`, a function | nothing |
    ///
    /// An object that is among its own properties is logged once, and nothing below the 100th level.
    ///
    /// Source: `preprocess` of TensorBoardLogger.jl, `src/logger_dispatch.jl`.
    ///
    /// - Parameters:
    ///   - structure: The structure, tuple or dictionary; or another value, which gets the tag itself.
    ///   - tag: What all tags begin with, and a slash; nothing if it is empty.
    public init(propertiesOf structure: Any, tag: String = "") {
        var search = PropertySearch()
        search.addWhole(structure, tag)
        self.init(search.values)
    }
}

extension SummaryWriter {
    /// Logs what is in a program's own structure, each property by its type, as
    /// ``Summary/init(propertiesOf:tag:)`` has it.
    ///
    /// ```swift
    /// try writer.addProperties(of: (loss: 0.25, accuracy: 0.9), tag: "train", step: 7)
    /// ```
    ///
    /// - Parameters:
    ///   - structure: The structure, tuple or dictionary.
    ///   - tag: What all tags begin with, and a slash; nothing if it is empty.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last of
    ///     these tags.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` as `add(_:step:wallTime:)` has it.
    public func addProperties(
        of structure: Any, tag: String = "", step: (some BinaryInteger)? = nil as Int?,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        if isDisabled { return }
        let summary = Summary(propertiesOf: structure, tag: tag)
        if !summary.values.isEmpty { try add(summary, step: step, wallTime: wallTime) }
    }
}
