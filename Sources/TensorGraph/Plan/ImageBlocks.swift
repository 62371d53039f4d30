internal import CKernels

/// The pass that lays the images of large batches in blocks of sixteen, a vector lane an image, so
/// that convolutions of few channels, batch norms and pools work on full vectors.
///
/// It begins at pools of 2 × 2: what is pooled, and all that a loop makes of it or it of, is laid
/// window by window, and what it is pooled to row by row. The convolutions between take and give
/// such images. Anything else that reads or makes them gets a node that converts them, which is
/// small beside a convolution.
struct ImageBlocks {
    /// The order of the pixels of each tensor that is stored in blocks.
    private(set) var orders: [Tensor: kernel_pixel_order] = [:]
    /// The nodes that run in another way then, and those that convert.
    private(set) var executions: [Node: Execution]

    /// Images from which on it pays.
    private static let leastImages = 32
    /// Channels whose window fits into a tile; more fill vectors themselves.
    private static let mostChannels = Elementwise.tileSize / (4 * Int(KERNEL_BLOCK))

    private let source: (Tensor) -> Tensor
    private let fetches: Set<Tensor>
    private let readers: Readers
    private var conversions: [Conversion: Tensor] = [:]

    private struct Conversion: Hashable {
        let tensor: Tensor
        let toBlocks: Bool
    }

    /// - Parameters:
    ///   - specialization: the graph, which gets the nodes that convert.
    ///   - source: the tensor that owns a tensor's memory.
    init(
        _ specialization: inout Specialization, fetches: Set<Tensor>,
        executions: [Node: Execution], source: @escaping (Tensor) -> Tensor
    ) {
        self.executions = executions
        self.source = source
        self.fetches = fetches
        readers = Readers(specialization, executions, source)
        let nodes = specialization.nodes
        for node in nodes {
            guard case .pooling(_, _, isGradient: false) = executions[node],
                let images = images(pooledBy: node, specialization)
            else { continue }
            for tensor in images { orders[tensor] = KERNEL_WINDOWS }
        }
        guard !orders.isEmpty else { return }
        let users = nodes.filter { isUser($0, specialization) }
        for node in users {
            guard node.op.name != Op.conv2DBackpropFilter.name, orders[node.output()] == nil else {
                continue
            }
            orders[node.output()] = KERNEL_ROWS
        }
        for node in users {
            for index in imageInputs(node) { takeBlocks(node, index, &specialization) }
            if let run = blockedExecution(node, specialization, hasBias: false) {
                self.executions[node] = run
            }
        }
        for (tensor, order) in orders where order == KERNEL_ROWS {
            for (node, index) in readers[tensor]
            where !users.contains(node) || !imageInputs(node).contains(index) {
                takeRows(node, index, &specialization)
            }
        }
    }

    // MARK: What is laid window by window

    /// The images that a pool reads, and all that share loops with them; `nil` if something reads or
    /// makes them that cannot do so in blocks.
    private func images(pooledBy pool: Node, _ specialization: Specialization) -> Set<Tensor>? {
        let start = source(specialization.inputs(pool)[0])
        guard let shape = specialization.type(start).shape.known, shape.count == 4,
            shape[0] >= Self.leastImages, shape[3] <= Self.mostChannels
        else { return nil }
        var images: Set<Tensor> = [start]
        var stack = [start]
        while let tensor = stack.popLast() {
            guard isStored(tensor, as: shape, specialization),
                let makers = neighbours(making: tensor, specialization),
                let takers = neighbours(reading: tensor, specialization)
            else { return nil }
            for next in makers + takers where images.insert(next).inserted { stack.append(next) }
        }
        return images
    }

    private func isStored(
        _ tensor: Tensor, as shape: [Int], _ specialization: Specialization
    ) -> Bool {
        specialization.type(tensor).shape.known == shape && !specialization.isFed(tensor)
            && specialization.value(tensor) == nil && !tensor.node.isVariable
            && !fetches.contains(tensor)
    }

    /// The images that the tensor is made of in a loop.
    private func neighbours(
        making tensor: Tensor, _ specialization: Specialization
    ) -> [Tensor]? {
        let node = tensor.node
        switch executions[node] {
        case .unary, .binary, .sum, .copy:
            return wholeInputs(node, specialization)
        case .pooling(_, _, isGradient: true):
            return [source(specialization.inputs(node)[0])]
        case .call:
            return takesBlocks(node, specialization) ? [] : nil
        default:
            return nil
        }
    }

    /// The operands of the result's size, if all others are a number, or one for each channel.
    private func wholeInputs(_ node: Node, _ specialization: Specialization) -> [Tensor]? {
        let shape = specialization.type(node.output()).shape.known ?? []
        let channels = shape.last ?? 1
        var result: [Tensor] = []
        for input in specialization.inputs(node) {
            let own = specialization.type(input).shape.known ?? []
            switch Elementwise.Repetition(of: own, in: shape) {
            case .whole where own == shape: result.append(source(input))
            case .rows(period: 1), .rows(period: channels): continue
            case .whole, .rows, .other:
                if case .copy = executions[node] { continue }
                return nil
            }
        }
        return result
    }

    /// The images that are made of the tensor in a loop.
    private func neighbours(
        reading tensor: Tensor, _ specialization: Specialization
    ) -> [Tensor]? {
        let shape = specialization.type(tensor).shape
        var result: [Tensor] = []
        for (node, index) in readers[tensor] {
            guard specialization.type(specialization.inputs(node)[index]).shape == shape else {
                return nil
            }
            switch executions[node] {
            case .unary, .binary, .sum, .copy:
                result.append(node.output())
            case .columnSums(let columns, _):
                guard columns == shape.known?.last else { return nil }
            case .pooling(_, _, let isGradient):
                guard index == 0, isGradient || !fetches.contains(node.output()) else { return nil }
                if isGradient { result.append(node.output()) }
            case .call:
                guard takesBlocks(node, specialization), imageInputs(node).contains(index),
                    !fetches.contains(node.output())
                        || node.op.name == Op.conv2DBackpropFilter.name
                else { return nil }
            case .nothing, .alias, nil:
                return nil
            }
        }
        return result
    }

    // MARK: What takes and gives blocks

    /// Which inputs of a convolution or a pool are images.
    private func imageInputs(_ node: Node) -> [Int] {
        switch node.op.name {
        case Op.conv2D.name, Op.maxPool.name: [0]
        case Op.conv2DBackpropInput.name: [2]
        case Op.conv2DBackpropFilter.name: [0, 2]
        case Op.maxPoolGrad.name: [0, 1, 2]
        default: []
        }
    }

    /// Whether the convolution can.
    private func takesBlocks(_ node: Node, _ specialization: Specialization) -> Bool {
        guard let shape = BlockedConvolution.shape(node, specialization) else { return false }
        return (shape.stride_h, shape.stride_w) == (1, 1) && shape.r > shape.pad_top
            && shape.s > shape.pad_left && shape.n > 0
    }

    /// Whether a convolution or a pool does: one of its images is laid window by window.
    private func isUser(_ node: Node, _ specialization: Specialization) -> Bool {
        let inputs = imageInputs(node)
        guard !inputs.isEmpty, executions[node] != nil, !specialization.isFolded(node) else {
            return false
        }
        let images = inputs.map { source(specialization.inputs(node)[$0]) } + [node.output()]
        return images.contains { orders[$0] == KERNEL_WINDOWS }
    }

    /// How a convolution of images in blocks runs; `nil` for anything else.
    func blockedExecution(
        _ node: Node, _ specialization: Specialization, hasBias: Bool
    ) -> Execution? {
        guard let shape = BlockedConvolution.shape(node, specialization) else { return nil }
        func order(_ index: Int) -> kernel_pixel_order? {
            orders[source(specialization.inputs(node)[index])]
        }
        let inputs = imageInputs(node).compactMap(order)
        guard inputs.count == imageInputs(node).count else { return nil }
        if node.op.name == Op.conv2DBackpropFilter.name {
            return BlockedConvolution.filterGradient(shape, x: inputs[0], dy: inputs[1])
        }
        guard let output = orders[node.output()] else { return nil }
        return node.op.name == Op.conv2D.name
            ? BlockedConvolution.forward(shape, x: inputs[0], y: output, hasBias: hasBias)
            : BlockedConvolution.inputGradient(shape, dy: inputs[0], dx: output)
    }

    // MARK: Conversions

    /// Lets a node read images in blocks that are stored as rows.
    private mutating func takeBlocks(
        _ node: Node, _ index: Int, _ specialization: inout Specialization
    ) {
        let input = specialization.inputs(node)[index]
        guard orders[source(input)] == nil else { return }
        let type = specialization.type(input)
        let blocks = conversion(of: input, toBlocks: true, as: type, &specialization) { bound in
            let (pool, from, to) = (bound.pool, bound.inputs[0], bound.outputs[0].floats)
            let (count, size) = BlockedConvolution.images(type)
            return { kernel_block_images(pool, to, from.floats, count, size) }
        }
        orders[blocks] = KERNEL_ROWS
        specialization.replaceInput(index, of: node, by: blocks)
    }

    /// Lets a node read images as rows that are stored in blocks.
    private mutating func takeRows(
        _ node: Node, _ index: Int, _ specialization: inout Specialization
    ) {
        let input = specialization.inputs(node)[index]
        let images = specialization.type(source(input))
        let type = specialization.type(input)
        let rows = conversion(of: input, toBlocks: false, as: type, &specialization) { bound in
            let (pool, from, to) = (bound.pool, bound.inputs[0], bound.outputs[0].floats)
            let (count, size) = BlockedConvolution.images(images)
            return { kernel_unblock_images(pool, to, from.floats, count, size) }
        }
        specialization.replaceInput(index, of: node, by: rows)
    }

    private mutating func conversion(
        of tensor: Tensor, toBlocks: Bool, as type: TensorType,
        _ specialization: inout Specialization, run: @escaping (Bindings) -> Kernel
    ) -> Tensor {
        let key = Conversion(tensor: tensor, toBlocks: toBlocks)
        if let known = conversions[key] { return known }
        let node = specialization.addNode(
            tensor.node.name + (toBlocks ? "/blocks" : "/rows"), .imageConversion,
            inputs: [tensor], output: type)
        executions[node] = .call(run)
        conversions[key] = node.output()
        return node.output()
    }
}

extension Op {
    /// Images into blocks, or out of them; in plans only.
    fileprivate static let imageConversion: Op = Op(
        "ImageConversion", outputs: Infer.likeFirst, gradient: .missing)
}
