internal import CKernels
internal import TensorFlowTypes

/// Calls that write to variables, and those that keep what is about to be written.
enum Updates {
    /// The variable becomes the value; or the output the operand.
    static func copy(_ bound: Bound, isAssignment: Bool) -> Kernel {
        let (target, value) =
            isAssignment
            ? (bound.inputs[0], bound.inputs[1]) : (bound.outputs[0], bound.inputs[0])
        let bytes = target.count * target.type.stride
        let (to, from) = (target.pointer, value.pointer)
        return { to.copyMemory(from: from, byteCount: bytes) }
    }

    /// variable += value, or variable -= value.
    static func call(isSubtracted: Bool, _ bound: Bound) -> Kernel {
        let (variable, value, count) = (bound.inputs[0], bound.inputs[1], bound.inputs[0].count)
        if variable.type == .float {
            let (x, y) = (variable.floats, value.floats)
            return isSubtracted ? { kernel_sub(x, x, y, count) } : { kernel_add(x, x, y, count) }
        }
        precondition(
            variable.type == .int32, "\(bound.step.name) updates a variable of \(variable.type)")
        let (x, y) = (variable.ints, value.ints)
        return { for i in 0..<count { x[i] = isSubtracted ? x[i] &- y[i] : x[i] &+ y[i] } }
    }

    static func adam(times: Int, _ bound: Bound) -> Kernel {
        let (pool, count) = (bound.pool, bound.inputs[0].count)
        let (rates, gradient) = (AdamRates(bound), bound.input(9))
        return {
            kernel_adam(
                pool, rates.variable, rates.moments.0, rates.moments.1, gradient, count,
                times, rates.rate, rates.betas.0[0], rates.betas.1[0], rates.epsilon[0])
        }
    }

    /// Some of a variable's numbers, by the sums of a gradient over shards.
    static func adam(
        of terms: ShardTerms, _ part: Range<Int>, _ update: VariableUpdate?, times: Int,
        _ bound: Bound
    ) -> Kernel {
        let (pool, rates) = (bound.pool, AdamRates(bound))
        return {
            let own = update?.own ?? part
            kernel_adam_of_shards(
                pool, rates.variable, rates.moments.0, rates.moments.1, terms.pointer,
                own.lowerBound, own.count, times, rates.rate, rates.betas.0[0],
                rates.betas.1[0], rates.epsilon[0])
        }
    }

    /// The output becomes the sum.
    static func sum(_ terms: ShardTerms, _ bound: Bound) -> Kernel {
        let (pool, output, count) = (bound.pool, bound.output, bound.outputs[0].count)
        return { kernel_sum_shards(pool, output, terms.pointer, count) }
    }

    /// A variable's rows, or of these this process's, by a gradient that is the sum of products.
    static func adam(
        of products: Products, _ update: VariableUpdate?, _ bound: Bound
    ) -> Kernel {
        let (pool, rates, scratch) = (bound.pool, AdamRates(bound), bound.scratch)
        let (m, n, times) = (products.m, products.n, products.times)
        var terms = products.rows.enumerated().map { index, rows in
            kernel_product(
                a: bound.input(9 + 2 * index), b: bound.input(10 + 2 * index), k: rows, a_row: m)
        }
        let operands = terms.map(\.a)
        guard case .update(let way, _) = bound.way else {
            preconditionFailure("\(bound.step.name) updates by no products")
        }
        return {
            let own = update?.own ?? 0..<m * n
            let first = own.lowerBound / max(n, 1)
            for index in terms.indices { terms[index].a = operands[index].map { $0 + first } }
            kernel_matmul_adam(
                pool, way, rates.variable + own.lowerBound, rates.moments.0 + own.lowerBound,
                rates.moments.1 + own.lowerBound, own.count / max(n, 1), n, terms, terms.count,
                times, rates.rate, rates.betas.0[0], rates.betas.1[0], rates.epsilon[0], scratch)
        }
    }
}

/// What all kernels of Adam read beside the gradient.
private struct AdamRates {
    let variable: UnsafeMutablePointer<Float>
    let moments: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    let betas: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    let epsilon: UnsafeMutablePointer<Float>
    private let powers: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    private let learningRate: UnsafeMutablePointer<Float>

    /// From the operands of an `adam`.
    init(_ bound: Bound) {
        variable = bound.input(0)
        moments = (bound.input(1), bound.input(2))
        powers = (bound.input(3), bound.input(4))
        learningRate = bound.input(5)
        betas = (bound.input(6), bound.input(7))
        epsilon = bound.input(8)
    }

    /// The learning rate, corrected for the moments' start at 0.
    var rate: Float {
        learningRate[0] * (1 - powers.1[0]).squareRoot() / (1 - powers.0[0])
    }
}
