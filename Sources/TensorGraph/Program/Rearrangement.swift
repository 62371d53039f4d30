/// Elements that go from operands to results as they are, in another order: what slices, packs and
/// tiles are.
struct Rearrangement: Sendable {
    /// What programs call it in their text.
    let name: String
    let moves: [Move]
    /// Whether results have elements that no move reaches, which are 0.
    var leavesZeros = false

    /// An array of elements that one operand has, and one result gets.
    struct Move: Sendable, Equatable {
        var operand = 0
        var result = 0
        /// Neighbouring dimensions that go on alike on both sides are one; none are of size 1.
        private(set) var dimensions: [Dimension] = []
        /// The place of the first element on either side.
        let start: (from: Int, to: Int)

        struct Dimension: Sendable, Equatable {
            var size: Int
            /// How far either side goes on along it; 0 where the operand repeats.
            var from: Int
            var to: Int
        }

        /// - Parameter dimensions: outermost first.
        init(
            _ dimensions: [Dimension], start: (from: Int, to: Int) = (0, 0), operand: Int = 0,
            result: Int = 0
        ) {
            self.start = start
            self.operand = operand
            self.result = result
            for next in dimensions where next.size != 1 {
                if let outer = self.dimensions.last, outer.from == next.from * next.size,
                    outer.to == next.to * next.size
                {
                    let size = outer.size * next.size
                    self.dimensions[self.dimensions.count - 1] = next
                    self.dimensions[self.dimensions.count - 1].size = size
                } else {
                    self.dimensions.append(next)
                }
            }
        }

        /// The number of elements.
        var count: Int { dimensions.reduce(1) { $0 * $1.size } }

        static func == (a: Move, b: Move) -> Bool {
            a.operand == b.operand && a.result == b.result && a.dimensions == b.dimensions
                && a.start == b.start
        }
    }
}

extension Rearrangement {
    /// Copies of an array of `shape` side by side, as many along each dimension as fill `result`.
    static func tile(_ shape: [Int], to result: [Int]) -> Rearrangement {
        var dimensions: [Move.Dimension] = []
        var (from, to) = (1, 1)
        for (own, all) in zip(shape, result).reversed() {
            dimensions.append(.init(size: own, from: from, to: to))
            dimensions.append(.init(size: own == 0 ? 0 : all / own, from: 0, to: to * own))
            from *= own
            to *= all
        }
        return Rearrangement(name: "tile", moves: [Move(dimensions.reversed())])
    }

    /// Arrays of `shape` as one with a new dimension `axis`.
    static func pack(_ count: Int, _ shape: [Int], axis: Int) -> Rearrangement {
        Rearrangement(
            name: "pack",
            moves: parts(count, shape, axis).enumerated().map { index, part in
                Move(
                    part.dimensions, start: (from: 0, to: index * part.inner), operand: index)
            })
    }

    /// The arrays of `shape` that lie along `axis` of one.
    static func unpack(_ count: Int, _ shape: [Int], axis: Int) -> Rearrangement {
        Rearrangement(
            name: "unpack",
            moves: parts(count, shape, axis).enumerated().map { index, part in
                Move(
                    part.dimensions.map { .init(size: $0.size, from: $0.to, to: $0.from) },
                    start: (from: index * part.inner, to: 0), result: index)
            })
    }

    private static func parts(
        _ count: Int, _ shape: [Int], _ axis: Int
    ) -> [(dimensions: [Move.Dimension], inner: Int)] {
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[axis...].reduce(1, *)
        let dimensions: [Move.Dimension] = [
            .init(size: outer, from: inner, to: count * inner), .init(size: inner, from: 1, to: 1),
        ]
        return [([Move.Dimension], Int)](repeating: (dimensions, inner), count: count)
    }

    /// What a slice takes of an array of `shape`.
    static func slice(_ slice: Slice, of shape: [Int]) -> Rearrangement {
        Rearrangement(name: "slice", moves: [move(slice, shape)])
    }

    /// A slice's elements back at their places in an array of `shape`, among zeros.
    static func unslice(_ slice: Slice, in shape: [Int]) -> Rearrangement {
        let move = move(slice, shape)
        let back = Move(
            move.dimensions.map { .init(size: $0.size, from: $0.to, to: $0.from) },
            start: (from: move.start.to, to: move.start.from))
        return Rearrangement(name: "unslice", moves: [back], leavesZeros: true)
    }

    private static func move(_ slice: Slice, _ shape: [Int]) -> Move {
        var dimensions: [Move.Dimension] = []
        var (from, to, start) = (1, 1, 0)
        for (axis, size) in zip(slice.axes, shape).reversed() {
            let count = axis.count ?? 0
            dimensions.append(.init(size: count, from: axis.stride * from, to: to))
            start += count == 0 ? 0 : axis.begin * from
            from *= size
            to *= count
        }
        return Move(dimensions.reversed(), start: (from: start, to: 0))
    }
}
