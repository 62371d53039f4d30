extension HParams {
    /// Makes a list of hyperparameters of variables of any type.
    ///
    /// | a value | is written as |
    /// |---|---|
    /// | a truth value | a truth value |
    /// | a whole or floating-point number of any size | a number: of a `Float`, that of its shortest digits |
    /// | a text | a text |
    /// | nothing | the text `none` |
    /// | a list or a set | a text, such as `[64, 32]`; a set's elements in order |
    /// | a dictionary | a hyperparameter for each of its keys, `name/key` |
    /// | all else | a text, the one that `print` gives |
    public init(of values: KeyValuePairs<String, Any?>) {
        self.init()
        for (name, value) in values { add(value, name) }
    }

    /// Makes a list of hyperparameters of variables of any type, in the order of their names.
    public init(of values: [String: Any?]) {
        self.init()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { add(value, name) }
    }

    /// Makes a list of hyperparameters of the stored properties of a structure or an object; those of
    /// other structures in them as `name/property`.
    public init(propertiesOf configuration: Any) {
        self.init()
        addProperties(of: configuration, "")
    }

    private mutating func addProperties(of configuration: Any, _ prefix: String) {
        var mirror: Mirror? = Mirror(reflecting: configuration)
        while let current = mirror {
            for case (let name?, let value) in current.children {
                let kind = Mirror(reflecting: value).displayStyle
                let isPlain = Value(plain: value) != nil || value is any CustomStringConvertible
                if kind == .struct, !isPlain {
                    addProperties(of: value, "\(prefix)\(name)/")
                } else {
                    add(value, prefix + name)
                }
            }
            mirror = current.superclassMirror
        }
    }

    private mutating func add(_ value: Any?, _ name: String) {
        let value = value.flatMap(Self.unwrapped)
        guard let value, Mirror(reflecting: value).displayStyle == .dictionary else {
            values.append((name, Value(of: value)))
            return
        }
        let entries = Mirror(reflecting: value).children.map { entry in
            let parts = Mirror(reflecting: entry.value).children.map(\.value)
            return (key: String(describing: parts[0]), value: parts[1])
        }
        for entry in entries.sorted(by: { $0.key < $1.key }) {
            add(entry.value, "\(name)/\(entry.key)")
        }
    }

    /// What is in an optional, and in one in it; `nil` if nothing is.
    fileprivate static func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first.flatMap { unwrapped($0.value) }
    }
}

extension HParams.Value {
    /// A value of any type, as `HParams(of:)` has it.
    public init(of value: Any?) {
        guard let value = value.flatMap(HParams.unwrapped) else {
            self = .string("none")
            return
        }
        self = Self(plain: value) ?? .string(Self.text(value))
    }

    /// A truth value, a number or a text; `nil` for all else.
    fileprivate init?(plain value: Any) {
        switch value {
        case let value as HParams.Value: self = value
        case let value as Bool: self = .bool(value)
        case let value as Double: self = .number(value)
        case let value as any BinaryFloatingPoint:
            // The number that was meant: 0.1 as a `Float` is 0.10000000149…
            self = .number(Double("\(value)") ?? Self.double(value))
        case let value as any BinaryInteger: self = .number(Self.double(value))
        case let value as any StringProtocol: self = .string(String(value))
        default: return nil
        }
    }

    private static func double(_ value: some BinaryFloatingPoint) -> Double { Double(value) }
    private static func double(_ value: some BinaryInteger) -> Double { Double(value) }

    /// A list as it is written in a program, with its texts without quotes; all else as it is printed.
    private static func text(_ value: Any) -> String {
        guard let value = HParams.unwrapped(value) else { return "none" }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .collection:
            return "[\(mirror.children.map { text($0.value) }.joined(separator: ", "))]"
        case .set:
            return "[\(mirror.children.map { text($0.value) }.sorted().joined(separator: ", "))]"
        case .dictionary:
            let entries = mirror.children.map { entry in
                Mirror(reflecting: entry.value).children.map { text($0.value) }
                    .joined(separator: ": ")
            }
            return "[\(entries.sorted().joined(separator: ", "))]"
        default: return String(describing: value)
        }
    }
}
