/// A sum over some of an array's dimensions, perhaps divided: a mean.
struct Reduction: Sendable {
    /// Neighbouring dimensions that are all summed, or all kept, as one; none of size 1.
    let groups: [Group]
    /// What each sum is divided by.
    let divisor: Float
    /// What is summed.
    var summand = Summand.operand
    /// Whether rows are added as a tree, which a loop over the elements can do beside other things.
    let isTree: Bool

    struct Group: Sendable, Equatable {
        var size: Int
        var isSummed: Bool
    }

    /// What is summed.
    enum Summand: Sendable {
        /// The operand.
        case operand
        /// x · y, element by element.
        case product
        /// (x - center)², with a center for each column.
        case squaredDifference
    }

    /// Means over fewer rows are taken in TensorFlow's order, one row after another, because a batch
    /// norm amplifies the grain of that order. Of more rows, a tree is the faster, and the more
    /// accurate.
    static let leastRowsOfTree = 16384

    /// The sum of an array of `sizes` over `axes`, each in 0..<rank.
    init(_ sizes: [Int], over axes: Set<Int>, divisor: Float) {
        let groups = Self.grouped(sizes, summed: axes)
        self.groups = groups
        self.divisor = divisor
        isTree =
            groups.map(\.isSummed) == [true, false] && groups[1].size <= Loops.tileSize
            && (divisor == 1 || groups[0].size >= Self.leastRowsOfTree)
    }

    /// The sums of a matrix's columns.
    init(rows: Int, columns: Int) {
        groups = [Group(size: rows, isSummed: true), Group(size: columns, isSummed: false)]
        divisor = 1
        isTree = rows > 1 && (2...Loops.tileSize).contains(columns)
    }

    private static func grouped(_ sizes: [Int], summed: Set<Int>) -> [Group] {
        var groups: [Group] = []
        for (axis, size) in sizes.enumerated() where size != 1 {
            if let last = groups.last, last.isSummed == summed.contains(axis) {
                groups[groups.count - 1].size *= size
            } else {
                groups.append(Group(size: size, isSummed: summed.contains(axis)))
            }
        }
        return groups
    }

    /// Whether the columns of a matrix are summed.
    var isOfColumns: Bool { groups.map(\.isSummed) == [true, false] }
    /// How many columns the matrix has.
    var columns: Int { groups.last?.size ?? 1 }
    /// How many rows the matrix has.
    var rows: Int { groups.first?.size ?? 1 }

    /// The same sum of something else.
    func of(_ summand: Summand) -> Reduction {
        var result = self
        result.summand = summand
        return result
    }
}
