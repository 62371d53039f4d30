internal import CKernels
internal import TensorBoard

extension Op {
    /// a · b, with a or b transposed; gradients after tensorflow/python/ops/math_grad.py.
    static let matMul: Op = Op(
        "MatMul",
        outputs: { context in
            let (a, b) = (context.shape(0).dimensions, context.shape(1).dimensions)
            guard let a, let b else { return [TensorType(.unknown, context.inputs[0].type)] }
            guard context.require(a.count == 2 && b.count == 2, "its operands are no matrices")
            else { return [context.inputs[0]] }
            let transposed = (
                context.node.bool("transpose_a"), context.node.bool("transpose_b")
            )
            let (m, k) = transposed.0 ? (a[1], a[0]) : (a[0], a[1])
            let (inner, n) = transposed.1 ? (b[1], b[0]) : (b[0], b[1])
            context.require(k == nil || inner == nil || k == inner, "its operands do not fit")
            return [TensorType([m, n], context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, a, b) = (node.graph, node.inputs[0], node.inputs[1])
            func ofA(_ x: Tensor, _ y: Tensor, _ transposed: (Bool, Bool)) -> Tensor {
                tf.product(x, y, transposed: transposed, isGradient: (true, false))
            }
            func ofB(_ x: Tensor, _ y: Tensor, _ transposed: (Bool, Bool)) -> Tensor {
                tf.product(x, y, transposed: transposed, isGradient: (false, true))
            }
            return switch (node.bool("transpose_a"), node.bool("transpose_b")) {
            case (false, false): [ofA(dy, b, (false, true)), ofB(a, dy, (true, false))]
            case (false, true): [ofA(dy, b, (false, false)), ofB(dy, a, (true, false))]
            case (true, false): [ofA(b, dy, (false, true)), ofB(a, dy, (false, false))]
            case (true, true): [ofA(b, dy, (true, true)), ofB(dy, a, (true, true))]
            }
        },
        run: { context in
            let (a, b) = (context.dimensions(0), context.dimensions(1))
            let transposed = (
                context.node.bool("transpose_a"), context.node.bool("transpose_b")
            )
            let (m, k) = transposed.0 ? (a[1], a[0]) : (a[0], a[1])
            let n = transposed.1 ? b[0] : b[1]
            let scratch = kernel_matmul_scratch(m, n, k, transposed.0, transposed.1)
            return .call(scratch: scratch) { bound in
                let (pool, scratch, c) = (bound.pool, bound.scratch, bound.outputs[0].floats)
                let (a, b) = (bound.inputs[0].floats, bound.inputs[1].floats)
                return {
                    kernel_matmul(
                        pool, c, a, b, m, n, k, transposed.0, transposed.1, scratch)
                }
            }
        })
}
