internal import TensorFlowTypes

// What follows of the shapes of an op's inputs.

extension TensorShape {
    /// What both shapes know together, `nil` when they contradict each other.
    func merged(with other: TensorShape) -> TensorShape? {
        guard let mine = dimensions else { return other }
        guard let theirs = other.dimensions else { return self }
        guard isCompatible(with: other) else { return nil }
        return TensorShape(zip(mine, theirs).map { $0 ?? $1 })
    }

    /// The shape of an element-wise result of both, by NumPy's broadcasting rules; `nil` when they
    /// do not fit.
    func broadcast(with other: TensorShape) -> TensorShape? {
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
        return TensorShape(result)
    }

    /// The shape after a reduction over `axes` (each in 0..<rank).
    func reduced(over axes: [Int], keepDimensions: Bool) -> TensorShape {
        guard let dimensions else { return .unknown }
        var result: [Int?] = []
        for (axis, size) in dimensions.enumerated() {
            if !axes.contains(axis) {
                result.append(size)
            } else if keepDimensions {
                result.append(1)
            }
        }
        return TensorShape(result)
    }
}
