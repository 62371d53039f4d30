internal import TensorFlowTypes

// Comparisons, and what chooses by them.

extension Graph {
    /// The larger of x and y, broadcast; `tf.maximum`. Where both are equal, x has the gradient.
    public func maximum(_ x: Tensor, _ y: Tensor) -> Tensor { add(.maximum, nil, [x, y]).output() }

    /// The smaller of x and y, broadcast; `tf.minimum`. Where both are equal, x has the gradient.
    public func minimum(_ x: Tensor, _ y: Tensor) -> Tensor { add(.minimum, nil, [x, y]).output() }

    /// Whether x > y, element by element, broadcast; `tf.greater`.
    public func greater(_ x: Tensor, _ y: Tensor) -> Tensor { add(.greater, nil, [x, y]).output() }

    /// Whether x ≥ y, element by element, broadcast; `tf.greater_equal`.
    public func greaterEqual(_ x: Tensor, _ y: Tensor) -> Tensor {
        add(.greaterEqual, nil, [x, y]).output()
    }

    /// Whether x < y, element by element, broadcast; `tf.less`.
    public func less(_ x: Tensor, _ y: Tensor) -> Tensor { add(.less, nil, [x, y]).output() }

    /// Whether x ≤ y, element by element, broadcast; `tf.less_equal`.
    public func lessEqual(_ x: Tensor, _ y: Tensor) -> Tensor {
        add(.lessEqual, nil, [x, y]).output()
    }

    /// Whether x = y, element by element, broadcast; `tf.equal`.
    public func equal(_ x: Tensor, _ y: Tensor) -> Tensor {
        add(.equal, nil, [x, y], attributes: ["incompatible_shape_error": .bool(true)]).output()
    }

    /// Whether x ≠ y, element by element, broadcast; `tf.not_equal`.
    public func notEqual(_ x: Tensor, _ y: Tensor) -> Tensor {
        add(.notEqual, nil, [x, y], attributes: ["incompatible_shape_error": .bool(true)])
            .output()
    }

    /// Whether x > y, element by element; `tf.greater`.
    public func greater(_ x: Tensor, _ y: Float) -> Tensor { compare(.greater, x, y) }

    /// Whether x < y, element by element; `tf.less`.
    public func less(_ x: Tensor, _ y: Float) -> Tensor { compare(.less, x, y) }

    private func compare(_ op: Op, _ x: Tensor, _ y: Float) -> Tensor {
        add(op, nil, [.tensor(x), .constant(Value(y), "y")]).output()
    }

    /// x where the condition holds, y elsewhere; TensorFlow 1's `tf.where`.
    ///
    /// - Parameters:
    ///   - condition: bools, in the shape of `x`, or one for all, or one for each of its first
    ///     dimension.
    ///   - x: what is chosen where the condition holds.
    ///   - y: what is chosen elsewhere, in the shape of `x`.
    public func select(_ condition: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
        add(.select, nil, [condition, x, y]).output()
    }

    /// x where the condition holds, y elsewhere, all three broadcast to one shape; TensorFlow 2's
    /// `tf.where`.
    public func `where`(_ condition: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
        add(.selectV2, nil, [condition, x, y]).output()
    }
}
