/// A number of any type as a point of a curve: TensorBoard's curves are of `Float`.
///
/// ```swift
/// let losses: [String: any ScalarValue] = ["training": 0.25 as Float, "steps": 12, "done": false]
/// try writer.addScalars(losses, tag: "state", step: 1)
/// ```
///
/// A program's own types of number conform by telling theirs.
public protocol ScalarValue {
    /// The nearest `Float`; it may be infinite or not a number.
    var scalarValue: Float { get }
}

extension Float: ScalarValue {
    /// The number itself.
    public var scalarValue: Float { self }
}

extension ScalarValue where Self: BinaryFloatingPoint {
    /// The nearest `Float`.
    public var scalarValue: Float { Float(self) }
}

extension ScalarValue where Self: BinaryInteger {
    /// The nearest `Float`.
    public var scalarValue: Float { Float(self) }
}

extension Bool: ScalarValue {
    /// 1 for true, 0 for false.
    public var scalarValue: Float { self ? 1 : 0 }
}

extension Double: ScalarValue {}
#if !(os(macOS) && arch(x86_64))  // Swift has no Float16 there.
    extension Float16: ScalarValue {}
#endif
#if arch(x86_64) && !os(Windows) && !os(Android)
    extension Float80: ScalarValue {}
#endif
extension Int: ScalarValue {}
extension Int8: ScalarValue {}
extension Int16: ScalarValue {}
extension Int32: ScalarValue {}
extension Int64: ScalarValue {}
extension UInt: ScalarValue {}
extension UInt8: ScalarValue {}
extension UInt16: ScalarValue {}
extension UInt32: ScalarValue {}
extension UInt64: ScalarValue {}

/// Numbers with names, in the order in which they are written.
struct NamedScalars {
    let values: [(name: String, value: Float)]

    init(_ values: KeyValuePairs<String, any ScalarValue>) {
        self.values = values.map { ($0.key, $0.value.scalarValue) }
    }

    /// Of a dictionary, in the order of the names: its own is another one in each run.
    init(_ values: [String: any ScalarValue]) {
        self.values = values.map { ($0.key, $0.value.scalarValue) }.sorted { $0.0 < $1.0 }
    }

    init<Value: ScalarValue>(_ values: some Sequence<(key: String, value: Value)>) {
        let all = values.map { (name: $0.key, value: $0.value.scalarValue) }
        self.values = values is [String: Value] ? all.sorted { $0.name < $1.name } : all
    }

    init<Value: ScalarValue>(_ values: some Sequence<(String, Value)>) {
        self.values = values.map { ($0.0, $0.1.scalarValue) }
    }
}

extension ScalarValue where Self == Float {
    /// What is not a number.
    public static var nan: Float { Float.nan }
    /// More than any number.
    public static var infinity: Float { Float.infinity }
}
