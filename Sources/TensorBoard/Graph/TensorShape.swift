/// A tensor's shape, of which a part may not be known before the graph runs.
public struct TensorShape: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// The sizes, `nil` where one is not known; `nil` altogether where even their number is not.
    public var dimensions: [Int?]?

    /// Makes a shape of the given sizes.
    public init(_ dimensions: [Int?]) {
        self.dimensions = dimensions
    }

    /// Makes a shape of the given sizes, such as `[nil, 784]`; `[]` is a scalar's.
    public init(arrayLiteral elements: Int?...) {
        self.dimensions = elements
    }

    private init() {}

    /// The shape of which nothing is known.
    public static let unknown = TensorShape()
}
