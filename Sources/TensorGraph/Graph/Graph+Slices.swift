internal import TensorFlowTypes

// Arrays taken apart and put together.

extension Graph {
    /// Tensors of one shape as one tensor with a new dimension; `tf.stack`.
    ///
    /// - Parameters:
    ///   - tensors: at least one.
    ///   - axis: the place of the new dimension, counted from the end if it is negative: 0 puts it
    ///     first, -1 last.
    public func stack(_ tensors: [Tensor], axis: Int = 0, name: String = "stack") -> Tensor {
        precondition(!tensors.isEmpty, "nothing to stack")
        return pack(tensors.map(Operand.tensor), axis: axis, name: name)
    }

    func pack(_ operands: [Operand], axis: Int, name: String) -> Tensor {
        add(
            .pack, name, operands,
            attributes: ["N": .int(Int64(operands.count)), "axis": .int(Int64(axis))]
        ).output()
    }

    /// The parts of a tensor along a dimension, which they do not have; `tf.unstack`.
    ///
    /// - Precondition: the size of that dimension is known while the graph is built.
    public func unstack(_ x: Tensor, axis: Int = 0, name: String = "unstack") -> [Tensor] {
        let sizes = x.shape.dimensions ?? []
        let place = axis < 0 ? axis + sizes.count : axis
        guard sizes.indices.contains(place), let count = sizes[place] else {
            preconditionFailure("\(x): the size of dimension \(axis) is not known")
        }
        return unpack(x, count: count, axis: axis, name: name)
    }

    func unpack(_ x: Tensor, count: Int, axis: Int, name: String) -> [Tensor] {
        let node = add(
            .unpack, name, [x],
            attributes: ["num": .int(Int64(count)), "axis": .int(Int64(axis))])
        return node.outputs.indices.map { node.output($0) }
    }

    /// A part of a tensor: for each of its first dimensions the elements from a begin to before an
    /// end, every so many of them; `tf.strided_slice`.
    ///
    ///     tf.stridedSlice(x, [0, 1], [2, 4])          // x[0:2, 1:4]
    ///     tf.stridedSlice(x, [-1], [0], [-1], endMask: 1)  // x[::-1]
    ///
    /// - Parameters:
    ///   - begin: the first element of each; a negative one counts from the end.
    ///   - end: one behind the last of each.
    ///   - strides: how far the next one is, not 0; 1 for all if they are left out.
    ///   - beginMask: bit i for no begin of entry i; `endMask` the same of its end.
    ///   - ellipsisMask: the bit of the entry that stands for all dimensions without one.
    ///   - newAxisMask: the bits of entries that add a dimension of size 1.
    ///   - shrinkAxisMask: the bits of entries that take their first element alone, without a
    ///     dimension for it.
    public func stridedSlice(
        _ x: some TensorConvertible, _ begin: [Int], _ end: [Int], _ strides: [Int]? = nil,
        beginMask: Int = 0, endMask: Int = 0, ellipsisMask: Int = 0, newAxisMask: Int = 0,
        shrinkAxisMask: Int = 0, name: String = "StridedSlice"
    ) -> Tensor {
        let strides = strides ?? begin.map { _ in 1 }
        return add(
            .stridedSlice, name,
            [
                .tensor(x.tensor), .constant(Value(begin), "begin"), .constant(Value(end), "end"),
                .constant(Value(strides), "strides"),
            ],
            attributes: masks(beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask)
        ).output()
    }

    /// The size of a dimension in a run; `tf.shape(x)[axis]`.
    func size(of x: Tensor, _ axis: Int) -> Tensor {
        let sizes = shape(of: x)
        return nameScope("strided_slice") { scope in
            let bounds = [[axis], [axis + 1], [1]].map { constant(Value($0), name: "stack") }
            return add(
                .stridedSlice, scope, [sizes] + bounds, attributes: masks(0, 0, 0, 0, 1)
            ).output()
        }
    }

    private func masks(
        _ begin: Int, _ end: Int, _ ellipsis: Int, _ newAxis: Int, _ shrinkAxis: Int
    ) -> [String: AttributeValue] {
        [
            "begin_mask": .int(Int64(begin)), "end_mask": .int(Int64(end)),
            "ellipsis_mask": .int(Int64(ellipsis)), "new_axis_mask": .int(Int64(newAxis)),
            "shrink_axis_mask": .int(Int64(shrinkAxis)),
        ]
    }
}
