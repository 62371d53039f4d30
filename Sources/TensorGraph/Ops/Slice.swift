/// What a `StridedSlice` takes of an array, after tensorflow/core/util/strided_slice_op.cc.
struct Slice: Equatable {
    /// For each dimension of the array what is taken along it.
    private(set) var axes: [Axis] = []
    /// The sizes of the result; `nil` for one that is open.
    private(set) var shape: [Int?] = []

    struct Axis: Equatable {
        /// The first element, and how far on the next one is.
        var begin = 0
        var stride = 1
        /// How many are taken; `nil` while the dimension is open.
        var count: Int?
    }

    /// The masks of a node's attributes: bit i is about entry i of begin, end and strides.
    struct Masks {
        /// Entries of which the begin, or the end, is left out.
        var begin = 0
        var end = 0
        /// The entry that stands for all dimensions that no other one is about.
        var ellipsis = 0
        /// Entries that add a dimension of size 1.
        var newAxis = 0
        /// Entries that take one element, without a dimension for it.
        var shrinkAxis = 0
    }

    /// One entry.
    private struct Entry {
        let begin: Int
        let end: Int
        let stride: Int
        let isBegun: Bool
        let isEnded: Bool
        let isShrunk: Bool
    }

    /// - Parameter dimensions: the array's sizes, `nil` for open ones.
    /// - Returns: `nil`, after a note of it, for entries that do not fit them.
    init?(
        _ context: OpContext, of dimensions: [Int?], begin: [Int], end: [Int], strides: [Int],
        _ masks: Masks
    ) {
        guard
            context.require(
                begin.count == end.count && begin.count == strides.count && begin.count < 32,
                "it takes a begin, an end and a stride for each entry, of 31 at the most"),
            context.require(masks.ellipsis.nonzeroBitCount <= 1, "it has two ellipses")
        else { return nil }
        let entries = begin.indices
        func has(_ mask: Int, _ entry: Int) -> Bool { mask >> entry & 1 == 1 }
        let own = entries.count { !has(masks.ellipsis, $0) && !has(masks.newAxis, $0) }
        guard
            context.require(
                own <= dimensions.count, "it takes slices along \(own) dimensions of fewer")
        else { return nil }
        func takeWhole(_ count: Int) {
            for _ in 0..<count {
                shape.append(dimensions[axes.count])
                axes.append(Axis(count: dimensions[axes.count]))
            }
        }
        for entry in entries {
            if has(masks.ellipsis, entry) {
                takeWhole(dimensions.count - own)
            } else if has(masks.newAxis, entry) {
                shape.append(1)
            } else {
                let taken = Entry(
                    begin: begin[entry], end: end[entry], stride: strides[entry],
                    isBegun: !has(masks.begin, entry), isEnded: !has(masks.end, entry),
                    isShrunk: has(masks.shrinkAxis, entry))
                guard let axis = Self.axis(context, of: dimensions[axes.count], taken) else {
                    return nil
                }
                axes.append(axis)
                if !taken.isShrunk { shape.append(axis.count) }
            }
        }
        takeWhole(dimensions.count - axes.count)
    }

    private static func axis(_ context: OpContext, of size: Int?, _ entry: Entry) -> Axis? {
        guard context.require(entry.stride != 0, "it has a stride of 0") else { return nil }
        if entry.isShrunk {
            guard context.require(entry.stride > 0, "it takes one element backwards") else {
                return nil
            }
            guard let size else { return Axis(begin: 0, count: 1) }
            let begin = entry.isBegun ? entry.begin + (entry.begin < 0 ? size : 0) : 0
            let isInside = (0..<size).contains(begin)
            guard context.require(isInside, "there is no element \(entry.begin)") else {
                return nil
            }
            return Axis(begin: begin, count: 1)
        }
        guard let size else { return Axis(stride: entry.stride) }
        // Where a slice can begin and end: one before the first, or one behind the last.
        let valid = entry.stride > 0 ? 0...size : -1...size - 1
        func place(_ given: Int, _ isGiven: Bool, otherwise: Int) -> Int {
            guard isGiven else { return otherwise }
            let place = given < 0 ? given + size : given
            return min(max(place, valid.lowerBound), valid.upperBound)
        }
        let isForward = entry.stride > 0
        let begin = place(
            entry.begin, entry.isBegun,
            otherwise: isForward ? valid.lowerBound : valid.upperBound)
        let end = place(
            entry.end, entry.isEnded, otherwise: isForward ? valid.upperBound : valid.lowerBound)
        let distance = isForward ? end - begin : begin - end
        let step = Int(entry.stride.magnitude)
        let count = distance <= 0 ? 0 : (distance - 1) / step + 1
        return Axis(begin: begin, stride: entry.stride, count: count)
    }
}

extension Slice {
    /// The slice of a node whose begin, end and strides are inputs from `first` on.
    ///
    /// - Returns: `nil` where they are not known, or do not fit.
    init?(_ context: OpContext, of dimensions: [Int?], from first: Int) {
        guard let begin = context.ints(first), let end = context.ints(first + 1),
            let strides = context.ints(first + 2)
        else { return nil }
        self.init(
            context, of: dimensions, begin: begin, end: end, strides: strides,
            Masks(
                begin: context.node.int("begin_mask"), end: context.node.int("end_mask"),
                ellipsis: context.node.int("ellipsis_mask"),
                newAxis: context.node.int("new_axis_mask"),
                shrinkAxis: context.node.int("shrink_axis_mask")))
    }

    /// The places of the elements that it takes of an array of `shape`, in row-major order.
    ///
    /// - Precondition: none of its sizes is open.
    func places(in shape: [Int]) -> [Int] {
        var places = [0]
        for (axis, size) in zip(axes, shape) {
            let along = (0..<(axis.count ?? 0)).map { axis.begin + $0 * axis.stride }
            places = places.flatMap { place in along.map { place * size + $0 } }
        }
        return places
    }
}
