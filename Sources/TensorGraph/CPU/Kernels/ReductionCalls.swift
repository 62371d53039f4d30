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
                kernel_divide(pool, out, Float(rows), columns)
            }
        case ([], _), ([false], _): sum = { out.update(from: x, count: count) }
        case ([true], _): sum = { kernel_sum_columns(pool, out, x, 1, count) }
        case ([true, false], _): sum = { kernel_sum_rows(pool, out, x, rows, columns) }
        case ([false, true], _): sum = { kernel_sum_columns(pool, out, x, rows, columns) }
        default:
            let sizes = Numbers(reduction.groups.map(\.size))
            let (isSummed, scratch) = (reduction.groups[0].isSummed, bound.scratch)
            sum = {
                kernel_reduce(pool, out, x, sizes.pointer, sizes.count, isSummed, scratch)
                extendLifetime(sizes)
            }
        }
        let divisor = reduction.divisor
        guard divisor != 1 else { return sum }
        return {
            sum()
            kernel_divide(pool, out, divisor, results)
        }
    }

    /// Memory that a call needs for itself, in floats.
    static func scratch(_ reduction: Reduction) -> Int {
        guard let first = reduction.groups.first, reduction.groups.count > 2 else { return 0 }
        return kernel_reduce_scratch(
            reduction.groups.map(\.size), reduction.groups.count, first.isSummed)
    }
}
