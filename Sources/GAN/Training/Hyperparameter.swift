internal import TensorBoard
internal import TensorGraph

/// The numbers that a run is started with. Their initial values are the defaults.
public protocol HyperparameterSet: Sendable, Equatable {
    /// The defaults.
    init()

    /// All of them, in the order in which a log lists them.
    static var all: [Hyperparameter<Self>] { get }

    /// How many images and how many vectors of noise a step sees.
    var batchSize: Int { get set }
    /// Passes of the loop.
    var trainTimes: Int { get set }
    /// Passes between two summaries.
    var trainStep: Int { get set }
    /// Of the initial weights and of the noise.
    var seed: UInt32 { get set }
}

extension HyperparameterSet {
    /// Those that say something of this run: without the number of passes where something else is to
    /// end it.
    public var told: [Hyperparameter<Self>] {
        Self.all.filter { $0.name != "train_times" || trainTimes < TrainingLimit.passes }
    }
}

/// A number that a run is started with, declared once: its flag with its help, its place in the
/// HParams tab and its tensor in a checkpoint follow from this.
public struct Hyperparameter<Values: HyperparameterSet>: Sendable {
    /// Its name in logs and checkpoints, such as `learning_rate`.
    public let name: String
    /// What it does, in a sentence.
    public let explanation: String
    /// What stands for its value in a help text: `n` for whole numbers, `x` for others.
    public let valueName: String
    /// The value, as few digits as tell it from all others.
    public let text: @Sendable (Values) -> String
    /// What sets the value that a text says.
    ///
    /// - Throws: ``HyperparameterError`` for one that it cannot have.
    public let parse: @Sendable (String) throws -> Setting
    /// The value as the HParams tab shows it.
    let logged: @Sendable (Values) -> HParams.Value
    /// How a checkpoint holds it; `nil` for one that follows from what else is there.
    let storage: Storage?

    /// Sets one value of all.
    public typealias Setting = @Sendable (inout Values) -> Void

    /// How a checkpoint holds a value.
    struct Storage: Sendable {
        let tensor: @Sendable (Values) -> TensorValue
        /// What sets the value of a tensor; `nil` for one that no run has.
        let setting: @Sendable (TensorValue) -> Setting?
    }

    /// The name of its tensor in a checkpoint.
    var tensorName: String { "loop/\(name)" }
}

extension HyperparameterSet {
    /// Takes all values that a checkpoint holds.
    ///
    /// - Throws: ``TrainingError/notResumable(_:)`` where one is missing, or is none that a run has.
    mutating func take(from saved: SavedTensors) throws {
        for hyperparameter in Self.all {
            guard let storage = hyperparameter.storage else { continue }
            guard let set = storage.setting(try saved.tensor(hyperparameter.tensorName)) else {
                throw saved.notResumable
            }
            set(&self)
        }
    }
}

/// Why a text is no value of a hyperparameter: what it must be.
public struct HyperparameterError: Error, CustomStringConvertible {
    /// What the text must be, such as `it must be a whole number, 1 or more`.
    public let description: String

    /// An error of that description.
    public init(description: String) { self.description = description }
}

extension Hyperparameter {
    /// The most that can be counted to.
    private static var countLimit: Int { 1_000_000_000 }

    /// A whole number, 1 or more.
    ///
    /// - Parameter isStored: Whether a checkpoint has it under its own name.
    static func count(
        _ value: any WritableKeyPath<Values, Int> & Sendable, _ name: String,
        isLimited: Bool = false,
        isStored: Bool = true, _ explanation: String
    ) -> Self {
        Self(
            name: name, explanation: explanation, valueName: "n",
            text: { "\($0[keyPath: value])" },
            parse: { text in
                guard let count = Int(text), count >= 1 else {
                    throw HyperparameterError(description: "it must be a whole number, 1 or more")
                }
                guard !isLimited || count <= countLimit else {
                    throw HyperparameterError(description: "it must be at most \(countLimit)")
                }
                return { $0[keyPath: value] = count }
            },
            logged: { .number(Double($0[keyPath: value])) },
            storage: isStored ? .count(value, in: 1...countLimit) : nil)
    }

    /// A whole number of a range.
    static func count(
        _ value: any WritableKeyPath<Values, Int> & Sendable, _ name: String,
        in range: ClosedRange<Int>, _ explanation: String
    ) -> Self {
        Self(
            name: name, explanation: explanation, valueName: "n",
            text: { "\($0[keyPath: value])" },
            parse: { text in
                guard let count = Int(text), range.contains(count) else {
                    throw HyperparameterError(
                        description:
                            "it must be a whole number, \(range.lowerBound)...\(range.upperBound)")
                }
                return { $0[keyPath: value] = count }
            },
            logged: { .number(Double($0[keyPath: value])) }, storage: .count(value, in: range))
    }

    /// A number of 0..<1.
    static func fraction(
        _ value: any WritableKeyPath<Values, Float> & Sendable, _ name: String,
        _ explanation: String
    ) -> Self {
        number(value, name, explanation, "a number from 0 to below 1, like 0.999") {
            (0..<1).contains($0)
        }
    }

    /// A number above 0.
    static func rate(
        _ value: any WritableKeyPath<Values, Float> & Sendable, _ name: String,
        _ explanation: String
    ) -> Self {
        number(value, name, explanation, "a number above 0, like 0.0001") {
            $0 > 0 && $0.isFinite
        }
    }

    /// A number of those that are meant.
    private static func number(
        _ value: any WritableKeyPath<Values, Float> & Sendable, _ name: String,
        _ explanation: String, _ description: String,
        where isMeant: @escaping @Sendable (Float) -> Bool
    ) -> Self {
        Self(
            name: name, explanation: explanation, valueName: "x",
            text: { "\($0[keyPath: value])" },
            parse: { text in
                guard let number = Float(text), isMeant(number) else {
                    throw HyperparameterError(description: "it must be \(description)")
                }
                return { $0[keyPath: value] = number }
            },
            // 0.0001 as it was written, not as the nearest Float is in Double.
            logged: { .number(Double("\($0[keyPath: value])") ?? 0) },
            storage: Storage(
                tensor: { TensorValue([$0[keyPath: value]], shape: []) },
                setting: { tensor in
                    guard tensor.count == 1, isMeant(tensor.scalar) else { return nil }
                    let number = tensor.scalar
                    return { $0[keyPath: value] = number }
                }))
    }

    /// Names, of which there may be none. A checkpoint holds their bytes, a line each.
    static func names(
        _ value: any WritableKeyPath<Values, [String]> & Sendable, _ name: String,
        _ explanation: String
    ) -> Self {
        Self(
            name: name, explanation: explanation, valueName: "names",
            text: { $0[keyPath: value].joined(separator: ", ") },
            parse: { text in
                let names = text.split(separator: ",").map { String($0) }
                return { $0[keyPath: value] = names }
            },
            logged: { .string($0[keyPath: value].joined(separator: ", ")) },
            storage: .text {
                $0[keyPath: value].map { "\($0)\n" }.joined()
            } setting: { text in
                let names = text.unicodeScalars.split(separator: "\n").map { String($0) }
                guard names.count <= 256 else { return nil }
                return { $0[keyPath: value] = names }
            })
    }

    /// One of several names. A checkpoint holds the name's bytes.
    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ value: any WritableKeyPath<Values, Choice> & Sendable, _ name: String,
        _ explanation: String
    ) -> Self {
        Self(
            name: name, explanation: explanation, valueName: "name",
            text: { $0[keyPath: value].rawValue },
            parse: { text in
                guard let choice = Choice(rawValue: text) else {
                    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                    throw HyperparameterError(description: "it must be one of \(names)")
                }
                return { $0[keyPath: value] = choice }
            },
            logged: { .string($0[keyPath: value].rawValue) },
            storage: .text {
                $0[keyPath: value].rawValue
            } setting: { text in
                guard let choice = Choice(rawValue: text) else { return nil }
                return { $0[keyPath: value] = choice }
            })
    }

    /// Where random numbers start.
    static func seed(
        _ value: any WritableKeyPath<Values, UInt32> & Sendable, _ name: String,
        _ explanation: String
    ) -> Self {
        Self(
            name: name, explanation: explanation, valueName: "n",
            text: { "\($0[keyPath: value])" },
            parse: { text in
                guard let seed = UInt32(text) else {
                    throw HyperparameterError(
                        description: "it must be a whole number, 0...\(UInt32.max)")
                }
                return { $0[keyPath: value] = seed }
            },
            logged: { .number(Double($0[keyPath: value])) },
            storage: Storage(
                tensor: { TensorValue([$0[keyPath: value]], shape: []) },
                setting: { tensor in
                    guard let seed = tensor.values(of: UInt32.self), seed.count == 1 else {
                        return nil
                    }
                    return { $0[keyPath: value] = seed[0] }
                }))
    }
}

extension Hyperparameter.Storage {
    /// A whole number of a range, as one of 64 bits.
    fileprivate static func count(
        _ value: any WritableKeyPath<Values, Int> & Sendable, in range: ClosedRange<Int>
    ) -> Self {
        Self(
            tensor: { TensorValue([Int64($0[keyPath: value])], shape: []) },
            setting: { tensor in
                guard let count = tensor.values(of: Int64.self), count.count == 1,
                    let count = Int(exactly: count[0]), range.contains(count)
                else { return nil }
                return { $0[keyPath: value] = count }
            })
    }

    /// A text's bytes.
    fileprivate static func text(
        _ text: @escaping @Sendable (Values) -> String,
        setting: @escaping @Sendable (String) -> Hyperparameter.Setting?
    ) -> Self {
        Self(
            tensor: { values in
                let bytes = Array(text(values).utf8)
                return TensorValue(bytes, shape: [bytes.count])
            },
            setting: { tensor in
                tensor.values(of: UInt8.self).flatMap {
                    setting(String(decoding: $0, as: UTF8.self))
                }
            })
    }
}
