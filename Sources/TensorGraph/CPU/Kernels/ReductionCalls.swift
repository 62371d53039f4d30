internal import CKernels

/// Calls that sum.
enum Reductions {
    static func call(_ reduction: Reduction, _ bound: Bound) -> Kernel {
        let (pool, out, x) = (bound.pool, bound.output, bound.input(0))
        let (count, results) = (bound.inputs[0].count, bound.outputs[0].count)
        let (rows, columns) = (reduction.rows, reduction.columns)
        let sum: Kernel
        switch (reduction.groups.map(\.isSummed), reduction.summand) {
        case ([true, false], .squaredDifference):
            let center = bound.input(1)
            return {
                kernel_sum_rows_of_squares(pool, out, x, center, rows, columns)
                for i in 0..<columns { out[i] /= Float(rows) }
            }
        case ([], _), ([false], _): sum = { out.update(from: x, count: count) }
        case ([true], _): sum = { out[0] = kernel_sum(x, count) }
        case ([true, false], _): sum = { kernel_sum_rows(pool, out, x, rows, columns) }
        case ([false, true], _): sum = { kernel_sum_columns(pool, out, x, rows, columns) }
        default: sum = { general(out, results, x, reduction.groups) }
        }
        let divisor = reduction.divisor
        guard divisor != 1 else { return sum }
        return {
            sum()
            for i in 0..<results { out[i] /= divisor }
        }
    }

    /// Any pattern of summed and kept groups, in order, in Double.
    private static func general(
        _ out: UnsafeMutablePointer<Float>, _ count: Int, _ x: UnsafePointer<Float>,
        _ groups: [Reduction.Group]
    ) {
        var sums = [Double](repeating: 0, count: count)
        let total = groups.reduce(1) { $0 * $1.size }
        for element in 0..<total {
            var (rest, place, stride) = (element, 0, 1)
            for group in groups.reversed() {
                if !group.isSummed {
                    place += rest % group.size * stride
                    stride *= group.size
                }
                rest /= group.size
            }
            sums[place] += Double(x[element])
        }
        for (index, sum) in sums.enumerated() { out[index] = Float(sum) }
    }
}
