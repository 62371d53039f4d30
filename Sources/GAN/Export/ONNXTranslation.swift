internal import TensorGraph

/// A part of a graph in ONNX's terms. Images stay NHWC between nodes, and are turned to ONNX's NCHW
/// around each convolution, which runtimes take out again where two turns meet.
struct ONNXTranslation {
    private(set) var model = ONNXModel()
    private let session: Session
    /// Values of tensors that are not computed.
    private let known: [Tensor: TensorValue]
    private var names: [Tensor: String] = [:]

    /// - Parameters:
    ///   - session: which has the variables' values.
    ///   - known: the values of tensors that are not to be computed.
    init(_ session: Session, known: [Tensor: TensorValue]) {
        (self.session, self.known) = (session, known)
    }

    /// Declares a placeholder as an input.
    mutating func addInput(_ tensor: Tensor, name: String) {
        names[tensor] = name
        model.inputs.append((name, tensor.shape.dimensions ?? []))
    }

    /// The name of a tensor's value, with all that it is computed from.
    ///
    /// - Throws: ``ExportError/unknownOp(_:node:)``; `SessionError`.
    mutating func name(of tensor: Tensor) throws -> String {
        // A path from a tensor to its inputs is as long as a network is deep: no trouble for a stack.
        if let name = names[tensor] { return name }
        let name =
            try known[tensor].map { constant($0, tensor.node.name) } ?? translated(tensor)
        names[tensor] = name
        return name
    }

    /// Adds a constant.
    mutating func constant(_ value: TensorValue, _ name: String) -> String {
        model.constants.append((name, value))
        return name
    }

    /// Adds a node.
    mutating func add(
        _ op: String, _ inputs: [String], _ output: String,
        _ attributes: [(name: String, value: ONNXModel.Attribute)] = []
    ) -> String {
        model.nodes.append(
            ONNXModel.Node(op: op, inputs: inputs, output: output, attributes: attributes))
        return output
    }

    /// Ends the model with an output.
    mutating func finish(_ output: String, name: String, shape: [Int?]) {
        _ = add("Identity", [output], name)
        model.outputs.append((name, shape))
    }

    /// Says what the model is.
    mutating func describe(producerVersion: String, words: String) {
        (model.producerVersion, model.words) = (producerVersion, words)
    }

    /// The ops that ONNX has under another name or the same.
    private static let elementwise = [
        "Add": "Add", "AddV2": "Add", "BiasAdd": "Add", "Sub": "Sub", "Mul": "Mul",
        "RealDiv": "Div", "Maximum": "Max", "Minimum": "Min", "Neg": "Neg", "Exp": "Exp",
        "Log": "Log", "Sqrt": "Sqrt", "Relu": "Relu", "Sigmoid": "Sigmoid", "Tanh": "Tanh",
        "Softplus": "Softplus", "Identity": "Identity", "StopGradient": "Identity",
        "Reciprocal": "Reciprocal", "Abs": "Abs",
    ]

    private mutating func translated(_ tensor: Tensor) throws -> String {
        let node = tensor.node
        let output = node.name
        func input(_ index: Int, _ translation: inout ONNXTranslation) throws -> String {
            try translation.name(of: node.inputs[index])
        }
        if let op = Self.elementwise[node.op.name] {
            let inputs = try node.inputs.map { try name(of: $0) }
            return add(op, inputs, output)
        }
        switch node.op.name {
        case "Const":
            guard case .tensor(let value, let shape)? = node.attributes["value"] else { break }
            return constant(value.shape == shape ? value : repeated(value, shape), output)
        case "Variable", "VariableV2":
            guard let variable = session.graph.variables.first(where: { $0.name == node.name })
            else { break }
            return constant(try session.value(of: variable), output)
        case "Merge":
            // A conditional whose branch is known: what goes in is the one that is taken.
            return try name(of: node.inputs[try takenBranch(of: node)])
        case "Switch":
            return try input(0, &self)
        case "Square":
            let x = try input(0, &self)
            return add("Mul", [x, x], output)
        case "SquaredDifference":
            let difference = add(
                "Sub", [try input(0, &self), try input(1, &self)], output + "/difference")
            return add("Mul", [difference, difference], output)
        case "Rsqrt":
            let root = add("Sqrt", [try input(0, &self)], output + "/root")
            return add("Reciprocal", [root], output)
        case "LeakyRelu":
            guard case .float(let alpha)? = node.attributes["alpha"] else { break }
            return add("LeakyRelu", [try input(0, &self)], output, [("alpha", .float(alpha))])
        case "MatMul":
            return add(
                "MatMul",
                [
                    turned(try input(0, &self), node, "transpose_a"),
                    turned(try input(1, &self), node, "transpose_b"),
                ], output)
        case "Mean", "Sum":
            guard let axes = integers(node.inputs[1]) else { break }
            let keeps = node.attributes["keep_dims"] == .bool(true)
            guard node.op.name == "Mean" else { break }
            return add(
                "ReduceMean", [try input(0, &self)], output,
                [("axes", .ints(axes)), ("keepdims", .int(keeps ? 1 : 0))])
        case "Reshape":
            guard let sizes = integers(node.inputs[1]) else { break }
            let shape = constant(
                TensorValue(sizes.map { Int64($0) }, shape: [sizes.count]), output + "/shape")
            return add("Reshape", [try input(0, &self), shape], output)
        case "Squeeze":
            guard case .intList(let axes)? = node.attributes["squeeze_dims"] else { break }
            let x = try input(0, &self)
            guard !axes.isEmpty else { return add("Squeeze", [x], output) }
            let list = constant(TensorValue(axes, shape: [axes.count]), output + "/axes")
            return add("Squeeze", [x, list], output)
        case "ConcatV2":
            guard let last = node.inputs.last, let axis = integers(last)?.first else { break }
            let parts = try node.inputs.dropLast().map { try name(of: $0) }
            return add("Concat", parts, output, [("axis", .int(axis))])
        case "Conv2D": return try convolution(node)
        case "Conv2DBackpropInput": return try transposedConvolution(node)
        case "MaxPool": return try pooling(node)
        default: break
        }
        throw ExportError.unknownOp(node.op.name, node: node.name)
    }

    /// A matrix as a product takes it.
    private mutating func turned(_ name: String, _ node: Node, _ attribute: String) -> String {
        guard node.attributes[attribute] == .bool(true) else { return name }
        return add(
            "Transpose", [name], "\(node.name)/\(attribute)", [("perm", .ints([1, 0]))])
    }

    /// The numbers of a constant of integers.
    private func integers(_ tensor: Tensor) -> [Int]? {
        guard tensor.node.op.name == "Const",
            case .tensor(let value, let shape)? = tensor.node.attributes["value"]
        else { return nil }
        let ints = value.ints
        return ints.count == 1 ? [Int](repeating: ints[0], count: shape.reduce(1, *)) : ints
    }

    private func repeated(_ value: TensorValue, _ shape: [Int]) -> TensorValue {
        let count = shape.reduce(1, *)
        return value.type == .float
            ? TensorValue([Float](repeating: value.floats.first ?? 0, count: count), shape: shape)
            : value
    }

    /// Which input of the end of a conditional is taken: 0 where the predicate is false.
    private func takenBranch(of merge: Node) throws -> Int {
        for input in merge.inputs {
            var node = input.node
            while node.op.name != "Switch", let first = node.inputs.first { node = first.node }
            guard node.op.name == "Switch" else { continue }
            var predicate = node.inputs[1].node
            while predicate.op.name == "Identity", let first = predicate.inputs.first {
                predicate = first.node
            }
            guard case .tensor(let value, _)? = predicate.attributes["value"],
                let isTrue = value.bool
            else { continue }
            return isTrue ? 1 : 0
        }
        throw ExportError.unknownOp(merge.op.name, node: merge.name)
    }
}
