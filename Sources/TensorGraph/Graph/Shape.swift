/// A static shape: what is known about a tensor's dimensions when the graph is built.
///
/// A dimension that is `nil` is open (a batch size, say) and is filled in when the graph runs. A
/// shape whose `dimensions` are `nil` has an unknown rank.
///
///     let images: Shape = [nil, 28, 28, 1]
///     images.isFullyDefined        // false
///     images.replacingOpen(with: 10)  // [10, 28, 28, 1]
public struct Shape: Sendable, Hashable {
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

    private init(unknown: Void) {
        dimensions = nil
    }

    /// A shape of unknown rank.
    public static let unknown = Shape(unknown: ())

    /// The shape of a single value.
    public static let scalar = Shape([Int]())

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
    public func replacingOpen(with size: Int) -> Shape {
        Shape(unknownOr: dimensions?.map { $0 ?? size })
    }

    init(unknownOr dimensions: [Int?]?) {
        self.dimensions = dimensions
    }
}

extension Shape: ExpressibleByArrayLiteral {
    /// A shape of known rank, with `nil` for open dimensions.
    public init(arrayLiteral elements: Int?...) {
        dimensions = elements
    }
}

extension Shape: CustomStringConvertible {
    /// The dimensions in brackets, `?` for an open one.
    public var description: String {
        guard let dimensions else { return "[unknown rank]" }
        return "[" + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
    }
}

extension Shape {
    /// Whether a tensor could have both shapes.
    public func isCompatible(with other: Shape) -> Bool {
        guard let mine = dimensions, let theirs = other.dimensions else { return true }
        return mine.count == theirs.count
            && zip(mine, theirs).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
    }

    /// What both shapes know together, `nil` when they contradict each other.
    func merged(with other: Shape) -> Shape? {
        guard let mine = dimensions else { return other }
        guard let theirs = other.dimensions else { return self }
        guard isCompatible(with: other) else { return nil }
        return Shape(zip(mine, theirs).map { $0 ?? $1 })
    }

    /// The shape of an element-wise result of both, by NumPy's broadcasting rules; `nil` when they
    /// do not fit.
    func broadcast(with other: Shape) -> Shape? {
        guard let mine = dimensions, let theirs = other.dimensions else { return .unknown }
        let rank = max(mine.count, theirs.count)
        var result: [Int?] = []
        for axis in 0..<rank {
            let a: Int? = axis < rank - mine.count ? 1 : mine[axis - (rank - mine.count)]
            let b: Int? = axis < rank - theirs.count ? 1 : theirs[axis - (rank - theirs.count)]
            switch (a, b) {
            case (1, _): result.append(b)
            case (_, 1): result.append(a)
            case (nil, let size?), (let size?, nil): result.append(size)
            case (nil, nil): result.append(nil)
            case (let x?, let y?):
                guard x == y else { return nil }
                result.append(x)
            }
        }
        return Shape(result)
    }

    /// The shape after a reduction over `axes` (each in 0..<rank).
    func reduced(over axes: [Int], keepDimensions: Bool) -> Shape {
        guard let dimensions else { return .unknown }
        var result: [Int?] = []
        for (axis, size) in dimensions.enumerated() {
            if !axes.contains(axis) {
                result.append(size)
            } else if keepDimensions {
                result.append(1)
            }
        }
        return Shape(result)
    }
}
