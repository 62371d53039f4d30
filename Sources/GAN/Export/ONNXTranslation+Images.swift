internal import TensorGraph

/// Convolutions and pools: NHWC images and HWIO filters to ONNX's NCHW and OIHW.
extension ONNXTranslation {
    private static let toChannelsFirst = ONNXModel.Attribute.ints([0, 3, 1, 2])
    private static let toChannelsLast = ONNXModel.Attribute.ints([0, 2, 3, 1])

    mutating func convolution(_ node: Node) throws -> String {
        let (height, width) = try strides(node)
        let x = add(
            "Transpose", [try name(of: node.inputs[0])], node.name + "/images",
            [("perm", Self.toChannelsFirst)])
        let filter = add(
            "Transpose", [try name(of: node.inputs[1])], node.name + "/filter",
            [("perm", .ints([3, 2, 0, 1]))])
        let y = add(
            "Conv", [x, filter], node.name + "/channels_first",
            [
                ("auto_pad", .string(isSame(node) ? "SAME_UPPER" : "VALID")),
                ("strides", .ints([height, width])),
            ])
        return add("Transpose", [y], node.name, [("perm", Self.toChannelsLast)])
    }

    /// Borders as the convolution that this one is the transpose of has them: where they are odd, the
    /// greater part is at the end.
    mutating func transposedConvolution(_ node: Node) throws -> String {
        let (height, width) = try strides(node)
        guard let filterShape = node.inputs[1].shape.known,
            let small = node.inputs[2].shape.dimensions,
            let large = node.outputs[0].shape.dimensions,
            small.count == 4, large.count == 4
        else { throw ExportError.unknownOp(node.op.name, node: node.name) }
        var begins: [Int] = []
        var ends: [Int] = []
        var added: [Int] = []
        for (axis, stride) in [(1, height), (2, width)] {
            guard let from = small[axis], let to = large[axis] else {
                throw ExportError.unknownOp(node.op.name, node: node.name)
            }
            let whole = (from - 1) * stride + filterShape[axis - 1]
            let border = isSame(node) ? max(whole - to, 0) : 0
            begins.append(border / 2)
            ends.append(border - border / 2)
            added.append(to - (whole - border))
        }
        let x = add(
            "Transpose", [try name(of: node.inputs[2])], node.name + "/images",
            [("perm", Self.toChannelsFirst)])
        let filter = add(
            "Transpose", [try name(of: node.inputs[1])], node.name + "/filter",
            [("perm", .ints([3, 2, 0, 1]))])
        let y = add(
            "ConvTranspose", [x, filter], node.name + "/channels_first",
            [
                ("strides", .ints([height, width])), ("pads", .ints(begins + ends)),
                ("output_padding", .ints(added)),
            ])
        return add("Transpose", [y], node.name, [("perm", Self.toChannelsLast)])
    }

    mutating func pooling(_ node: Node) throws -> String {
        let (height, width) = try strides(node)
        guard case .intList(let sizes)? = node.attributes["ksize"], sizes.count == 4 else {
            throw ExportError.unknownOp(node.op.name, node: node.name)
        }
        let x = add(
            "Transpose", [try name(of: node.inputs[0])], node.name + "/images",
            [("perm", Self.toChannelsFirst)])
        let y = add(
            "MaxPool", [x], node.name + "/channels_first",
            [
                ("auto_pad", .string(isSame(node) ? "SAME_UPPER" : "VALID")),
                ("kernel_shape", .ints(sizes[1...2].map { Int($0) })),
                ("strides", .ints([height, width])),
            ])
        return add("Transpose", [y], node.name, [("perm", Self.toChannelsLast)])
    }

    private func isSame(_ node: Node) -> Bool {
        node.attributes["padding"] == .string(Padding.same.rawValue)
    }

    private func strides(_ node: Node) throws -> (height: Int, width: Int) {
        guard case .intList(let strides)? = node.attributes["strides"], strides.count == 4 else {
            throw ExportError.unknownOp(node.op.name, node: node.name)
        }
        return (Int(strides[1]), Int(strides[2]))
    }
}
