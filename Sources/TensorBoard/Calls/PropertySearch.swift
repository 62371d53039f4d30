/// Walks through a program's own structure for what can be logged.
struct PropertySearch {
    /// What was found.
    private(set) var values: [Summary.Value] = []
    /// The objects on the way to here.
    private var objects: [ObjectIdentifier] = []
    private var depth = 0

    private static let deepest = 100

    /// Adds what is in a structure; of an array, or what is no structure, what it is.
    mutating func addWhole(_ structure: Any, _ tag: String) {
        let style = Mirror(reflecting: structure).displayStyle
        let isStructure = [.struct, .class, .tuple, .enum].contains(style)
        if isStructure, Self.known(structure, tag) == nil {
            addProperties(of: structure, tag)
        } else {
            add(structure, tag)
        }
    }

    /// Adds what is in a structure.
    private mutating func addProperties(of structure: Any, _ tag: String) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { return }
        let mirror = Mirror(reflecting: structure)
        switch mirror.displayStyle {
        case .optional: if let some = mirror.children.first { addProperties(of: some.value, tag) }
        case .dictionary: addEntries(of: mirror, tag)
        case .class:
            let object = ObjectIdentifier(structure as AnyObject)
            guard !objects.contains(object) else { return }
            objects.append(object)
            addChildren(of: mirror, tag)
            objects.removeLast()
        default: addChildren(of: mirror, tag)
        }
    }

    private mutating func addChildren(of mirror: Mirror, _ tag: String) {
        if let parent = mirror.superclassMirror { addChildren(of: parent, tag) }
        for (number, child) in mirror.children.enumerated() {
            add(child.value, Self.joined(tag, Self.name(child.label, number)))
        }
    }

    private mutating func addEntries(of mirror: Mirror, _ tag: String) {
        let entries = mirror.children.compactMap { entry in
            let parts = Mirror(reflecting: entry.value).children.map(\.value)
            return parts.count == 2 ? (key: String(describing: parts[0]), value: parts[1]) : nil
        }
        for entry in entries.sorted(by: { $0.key < $1.key }) {
            add(entry.value, Self.joined(tag, entry.key))
        }
    }

    /// Adds a value by its type.
    private mutating func add(_ value: Any, _ tag: String) {
        if let known = Self.known(value, tag) {
            values += known
            return
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: if let some = mirror.children.first { add(some.value, tag) }
        case .dictionary, .tuple: addProperties(of: value, tag)
        case .collection, .set:
            if let numbers = Self.numbers(in: value) {
                values.append(Summary.Value(tag: tag, content: .histogram(numbers)))
            } else {
                addProperties(of: value, tag)
            }
        case _ where value is any CustomStringConvertible, .enum where mirror.children.isEmpty:
            values.append(.text(String(describing: value), tag: tag))
        default: addProperties(of: value, tag)
        }
    }

    // MARK: Types

    /// What a value of a type that is known is logged as.
    private static func known(_ value: Any, _ tag: String) -> [Summary.Value]? {
        switch value {
        case let value as any SummaryConvertible: value.summaryValues(tag: tag)
        case let value as any ScalarValue: [.scalar(value.scalarValue, tag: tag)]
        case let value as any StringProtocol: [.text(String(value), tag: tag)]
        case let value as [String] where !value.isEmpty: [.texts(value, tag: tag)]
        case let value as any SIMD:
            numbers(of: value).map { [Summary.Value(tag: tag, content: .histogram($0))] }
        default: nil
        }
    }

    private static func numbers<Vector: SIMD>(of vector: Vector) -> Summary.HistogramSource? {
        let scalars = vector.indices.compactMap { vector[$0] as? any ScalarValue }
        return scalars.isEmpty ? nil : .doubles(scalars.map(\.asDouble))
    }

    /// The numbers of an array of them, or of arrays of them; `nil` if there is something else in it,
    /// or nothing and no word of numbers.
    private static func numbers(in array: Any) -> Summary.HistogramSource? {
        guard let elements = array as? any Collection else { return nil }
        // An empty array is one of any type, by a cast.
        if elements.isEmpty { return isOfNumbers(elements) ? .doubles([]) : nil }
        if let floats = array as? [Float] { return .floats(floats) }
        if let doubles = array as? [Double] { return .doubles(doubles) }
        var found: [Double] = []
        return append(elements, to: &found) && !found.isEmpty ? .doubles(found) : nil
    }

    private static func isOfNumbers<Elements: Collection>(_ elements: Elements) -> Bool {
        Elements.Element.self is any ScalarValue.Type
    }

    private static func append(_ elements: some Collection, to numbers: inout [Double]) -> Bool {
        elements.allSatisfy { element in
            if let number = element as? any ScalarValue {
                numbers.append(number.asDouble)
                return true
            }
            let mirror = Mirror(reflecting: element)
            switch mirror.displayStyle {
            case .optional: return mirror.children.isEmpty
            case .collection, .set:
                return (element as? any Collection).map { append($0, to: &numbers) } ?? false
            default: return false
            }
        }
    }

    // MARK: Tags

    private static func joined(_ tag: String, _ name: String) -> String {
        tag.isEmpty ? name : "\(tag)/\(name)"
    }

    /// The name of a property, or the number of what has none.
    private static func name(_ label: String?, _ number: Int) -> String {
        guard let label else { return "\(number)" }
        // A part of a tuple, and a lazy property.
        if label.hasPrefix("."), let number = Int(label.dropFirst()) { return "\(number)" }
        let lazy = "$__lazy_storage_$_"
        return label.hasPrefix(lazy) ? String(label.dropFirst(lazy.count)) : label
    }
}

// MARK: Types of this module

extension Histogram: SummaryConvertible {
    /// The distribution.
    public func summaryValues(tag: String) -> [Summary.Value] {
        [Summary.Value(tag: tag, content: .histogram(.counted(self)))]
    }
}

extension Image: SummaryConvertible {
    /// The picture.
    public func summaryValues(tag: String) -> [Summary.Value] { [.image(self, tag: tag)] }
}

extension FloatImage: SummaryConvertible {
    /// The picture.
    public func summaryValues(tag: String) -> [Summary.Value] {
        [Summary.Value(tag: tag, content: .floatImage(self))]
    }
}

extension Video: SummaryConvertible {
    /// The video.
    public func summaryValues(tag: String) -> [Summary.Value] { [.video(self, tag: tag)] }
}

extension Audio: SummaryConvertible {
    /// The sound.
    public func summaryValues(tag: String) -> [Summary.Value] { [.audio(self, tag: tag)] }
}

extension Mesh: SummaryConvertible {
    /// The values that make up the mesh.
    public func summaryValues(tag: String) -> [Summary.Value] { Summary.Value.mesh(self, tag: tag) }
}

extension PrecisionRecallCurve: SummaryConvertible {
    /// The curve.
    public func summaryValues(tag: String) -> [Summary.Value] {
        [.precisionRecall(self, tag: tag)]
    }
}
