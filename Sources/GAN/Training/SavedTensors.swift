internal import Checkpoints
public import TensorGraph

/// What a checkpoint holds beside the variables. What is missing, or what no run has, is an error:
/// ``TrainingError/notResumable(_:)``.
public struct SavedTensors {
    /// Where they are from.
    private let source: String
    private let names: Set<String>
    private let read: (String) throws -> TensorValue?

    init(_ checkpoint: Checkpoint) {
        source = checkpoint.prefix
        names = Set(checkpoint.tensors.map(\.name))
        read = { try checkpoint.tensor(named: $0) }
    }

    /// Those of another process.
    init(_ tensors: [(name: String, tensor: TensorValue)], from source: String) {
        self.source = source
        let known = Dictionary(tensors.map { ($0.name, $0.tensor) }) { first, _ in first }
        names = Set(known.keys)
        read = { known[$0] }
    }

    /// Whether there is a tensor of that name.
    public func has(_ name: String) -> Bool { names.contains(name) }

    /// The tensor of that name.
    ///
    /// - Throws: ``TrainingError/notResumable(_:)`` if there is none; `CheckpointError` where it cannot be
    ///   read or is damaged.
    public func tensor(_ name: String) throws -> TensorValue {
        guard has(name), let tensor = try read(name) else { throw notResumable }
        return tensor
    }

    /// The one element of the tensor of that name.
    ///
    /// - Throws: as ``tensor(_:)`` does; ``TrainingError/notResumable(_:)`` for one of another type, or
    ///   with none or several elements.
    public func scalar<Element: TensorElement>(_ name: String) throws -> Element {
        guard let values = try tensor(name).values(of: Element.self), values.count == 1 else {
            throw notResumable
        }
        return values[0]
    }

    /// The one element of the tensor of that name, which lies in a range.
    ///
    /// - Throws: as ``scalar(_:)`` does; ``TrainingError/notResumable(_:)`` outside of the range.
    public func scalar<Element: TensorElement>(
        _ name: String, in range: some RangeExpression<Element>
    ) throws -> Element {
        let value: Element = try scalar(name)
        guard range.contains(value) else { throw notResumable }
        return value
    }

    /// A number of things that were done, an int64 in 0...1,000,000,000.
    ///
    /// - Throws: as ``scalar(_:in:)`` does.
    public func count(_ name: String) throws -> Int {
        Int(try scalar(name, in: 0...1_000_000_000 as ClosedRange<Int64>))
    }

    /// What is thrown where the checkpoint is none of a run.
    public var notResumable: TrainingError { .notResumable(source) }
}
