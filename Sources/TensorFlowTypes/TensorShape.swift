/// A tensor's shape, of which a part may not be known before the graph runs.
///
/// A dimension that is `nil` is open (a batch size, say) and is filled in when the graph runs. A
/// shape whose `dimensions` are `nil` has an unknown rank.
///
///     let images: TensorShape = [nil, 28, 28, 1]
///     images.isFullyDefined        // false
///     images.replacingOpen(with: 10)  // [10, 28, 28, 1]
public struct TensorShape: Sendable, Hashable {
    /// The sizes, each ≥ 0 or `nil` where open; `nil` for an unknown rank.
    public var dimensions: [Int?]?

    /// A shape of known rank.
    public init(_ dimensions: [Int?]) {
        self.dimensions = dimensions
    }

    /// A shape that is known whole.
    public init(_ dimensions: [Int]) {
        self.dimensions = dimensions
    }

    /// A shape of unknown rank.
    public static let unknown = TensorShape(unknownOr: nil)

    /// The shape of a single element.
    public static let scalar = TensorShape([Int]())

    /// The number of dimensions, `nil` when unknown.
    public var rank: Int? { dimensions?.count }

    /// Whether every dimension is known.
    public var isFullyDefined: Bool { known != nil }

    /// The dimensions when every one of them is known.
    public var known: [Int]? {
        guard let dimensions else { return nil }
        var sizes: [Int] = []
        for dimension in dimensions {
            guard let dimension else { return nil }
            sizes.append(dimension)
        }
        return sizes
    }

    /// The number of elements, `nil` unless the shape is known whole.
    public var elementCount: Int? { known.map { $0.reduce(1, *) } }

    /// The shape with every open dimension set to `size`.
    public func replacingOpen(with size: Int) -> TensorShape {
        TensorShape(unknownOr: dimensions?.map { $0 ?? size })
    }

    /// A shape of those sizes; of unknown rank for `nil`.
    package init(unknownOr dimensions: [Int?]?) {
        self.dimensions = dimensions
    }
}

extension TensorShape: ExpressibleByArrayLiteral {
    /// A shape of known rank, with `nil` for open dimensions.
    public init(arrayLiteral elements: Int?...) {
        dimensions = elements
    }
}

extension TensorShape: CustomStringConvertible {
    /// The dimensions in brackets, `?` for an open one.
    public var description: String {
        guard let dimensions else { return "[unknown rank]" }
        return "[" + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
    }
}

extension TensorShape {
    /// Whether a tensor could have both shapes.
    public func isCompatible(with other: TensorShape) -> Bool {
        guard let mine = dimensions, let theirs = other.dimensions else { return true }
        return mine.count == theirs.count
            && zip(mine, theirs).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
    }
}
