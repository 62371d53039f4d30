internal import TensorFlowTypes

// A program as text, one line a step:
//
//     %12 f32[10,28,28,11] = convolution %3 %4 %5, 3×3   ; discriminator/conv1/BiasAdd

extension Program: CustomStringConvertible {
    /// A line for each step, and one for what is fetched.
    var description: String {
        var lines: [(String, String)] = []
        for (place, id) in order.enumerated() {
            let step = self[id]
            let before = place > 0 ? self[order[place - 1]].marks.loop : nil
            let after = place + 1 < order.count ? self[order[place + 1]].marks.loop : nil
            var line = text(step)
            if let loop = step.marks.loop {
                let isAlone = before != loop && after != loop
                line = (isAlone ? "[ " : before != loop ? "⎡ " : after != loop ? "⎣ " : "⎢ ") + line
            }
            lines.append((line, comment(step)))
        }
        if !fetches.isEmpty {
            lines.append(("fetch " + fetches.map(name).joined(separator: " "), ""))
        }
        let width = min(lines.map(\.0.count).max() ?? 0, 72)
        return lines.map { line, comment in
            guard !comment.isEmpty else { return line }
            let gap = String(repeating: " ", count: max(width - line.count, 0))
            return "\(line)\(gap)  ; \(comment)"
        }.joined(separator: "\n")
    }

    private func name(_ id: ID) -> String { "%\(id.number)" }

    /// `%3 f32[2,3] = …`, without the comment.
    private func text(_ step: Step) -> String {
        let outputs = step.outputs.map { "\(name($0)) \(type($0))" }.joined(separator: ", ")
        var line = (outputs.isEmpty ? "" : outputs + " = ") + step.primitive.mnemonic
        let names = step.primitive.operandNames
        for (index, input) in step.inputs.enumerated() {
            line += index < names.count ? " \(names[index]) \(name(input))" : " \(name(input))"
        }
        let details = step.primitive.details
        if !details.isEmpty { line += ", " + details.joined(separator: ", ") }
        // The rest stands in the order.
        let waits = step.after.filter { !self[$0].primitive.writes.isEmpty }
            .flatMap { self[$0].outputs.prefix(1).map(name) }
        if !waits.isEmpty { line += ", after " + waits.joined(separator: " ") }
        return line
    }

    private func type(_ id: ID) -> String {
        let value = self[id]
        var text = value.type.mnemonic + "[\(value.shape.map(String.init).joined(separator: ","))]"
        switch value.storage {
        case .whole: break
        case .row(let row): text += " as [\(row.map(String.init).joined(separator: ","))]"
        case .blocks(.rows): text += " in blocks"
        case .blocks(.windows): text += " in blocks by windows"
        }
        if let place = value.place { text += " at \(name(place))" }
        return text
    }

    private func comment(_ step: Step) -> String {
        var parts: [String] = []
        if let last = step.stands.last {
            parts.append(last.node.name + (last.isCopy ? " again" : ""))
            if step.stands.count > 1 { parts.append("with \(step.stands.count - 1) before it") }
        }
        if let segment = step.marks.segment { parts.append("shared \(segment)") }
        if step.marks.isAside { parts.append("aside") }
        return parts.joined(separator: ", ")
    }
}

extension DataType {
    fileprivate var mnemonic: String {
        switch self {
        case .float: "f32"
        case .double: "f64"
        case .int32: "i32"
        case .int64: "i64"
        case .bool: "bool"
        case .string: "summary"
        default: "\(self)"
        }
    }
}

extension Primitive {
    fileprivate var mnemonic: String {
        switch self {
        case .feed: "feed"
        case .shardSum: "shardSum"
        case .shardRows: "shardRows"
        case .variable: "variable"
        case .constant: "constant"
        case .view: "view"
        case .nothing: "nothing"
        case .elementwise(let function): function.name
        case .sum: "sum"
        case .broadcast: "broadcast"
        case .rearrange(let rearrangement): rearrangement.name
        case .fill: "fill"
        case .compare(let comparison): comparison.rawValue
        case .select: "select"
        case .cast: "cast"
        case .reduce(let reduction): reduction.divisor == 1 ? "reduceSum" : "reduceMean"
        case .product: "product"
        case .convolution(let convolution):
            switch convolution.part {
            case .forward: "convolution"
            case .inputGradient: "convolutionInputGradient"
            case .filterGradient: "convolutionFilterGradient"
            }
        case .pool(let pool):
            switch pool.part {
            case .forward: "maxPool"
            case .gradient: "maxPoolGradient"
            case .gradientOfGradient: "maxPoolGradientGradient"
            }
        case .blocks(let isInto): isInto ? "intoBlocks" : "outOfBlocks"
        case .random(let distribution, _): "random " + distribution.rawValue
        case .assign: "assign"
        case .update(let isSubtracted): isSubtracted ? "subtractFrom" : "addTo"
        case .adam: "adam"
        case .adamOfShards: "adamOfShards"
        case .adamOfProducts: "adamOfProducts"
        case .summary(let summary):
            switch summary {
            case .scalar: "summary scalar"
            case .histogram: "summary histogram"
            case .images: "summary images"
            case .merged: "summary merged"
            }
        case .keep: "keep"
        }
    }

    /// The names of the operands, where there are more than two.
    var operandNames: [String] {
        switch self {
        case .select: ["if", "then", "else"]
        case .convolution(let convolution) where convolution.hasBias:
            convolution.part == .inputGradient ? ["w", "dy", "bias"] : ["x", "w", "bias"]
        case .pool(let pool): pool.operandNames
        case .adam: Self.adamNames + ["gradient"]
        case .adamOfShards: Self.adamNames
        case .adamOfProducts(let products):
            Self.adamNames + products.rows.flatMap { _ in ["a", "b"] }
        default: []
        }
    }

    private static let adamNames = [
        "variable", "m", "v", "beta1^t", "beta2^t", "rate", "beta1", "beta2", "epsilon",
    ]

    private static func repeated(_ times: Int) -> [String] { times > 1 ? ["\(times) times"] : [] }

    /// The parameters.
    fileprivate var details: [String] {
        switch self {
        case .feed(let tensor), .shardSum(let tensor), .shardRows(let tensor): [tensor.name]
        case .variable(let node): [node.name]
        case .constant(let value): [value.count == 1 ? "\(value.first)" : "\(value.count) numbers"]
        case .elementwise(let function): function.parameters.map { "\($0)" }
        case .rearrange(let rearrangement): rearrangement.details
        case .reduce(let reduction): reduction.details
        case .product(let product):
            (product.isFirstTransposed ? ["first transposed"] : [])
                + (product.isSecondTransposed ? ["second transposed"] : [])
        case .convolution(let convolution): convolution.geometry.details(isPool: false)
        case .pool(let pool):
            pool.geometry.details(isPool: true)
                + (pool.scaling == .none
                    ? [] : [pool.scaling == .rectified ? "rectified" : "normed"])
        case .adam(let times): Self.repeated(times)
        case .adamOfShards(let tensor, let times): [tensor.name] + Self.repeated(times)
        case .adamOfProducts(let products):
            ["rows " + products.rows.map(String.init).joined(separator: " ")]
                + Self.repeated(products.times)
        case .summary(.scalar(let tag)), .summary(.histogram(let tag)): [tag]
        case .summary(.images(let tags)): [tags.first ?? ""]
        default: []
        }
    }
}

extension Reduction {
    fileprivate var details: [String] {
        var details: [String] = []
        switch summand {
        case .operand: break
        case .product: details.append("of products")
        case .squaredDifference: details.append("of squared differences")
        }
        details.append(
            groups.map { ($0.isSummed ? "over " : "for each ") + "\($0.size)" }
                .joined(separator: " "))
        if isTree { details.append("as a tree") }
        return details.filter { !$0.isEmpty }
    }
}

extension Rearrangement {
    /// What a slice takes: its first element, and along each dimension how many, and how far apart.
    fileprivate var details: [String] {
        guard let move = moves.first, name == "slice" || name == "unslice" else { return [] }
        let isBack = name == "unslice"
        return ["from \(isBack ? move.start.to : move.start.from)"]
            + move.dimensions.map { "\($0.size) by \(isBack ? $0.to : $0.from)" }
    }
}

extension WindowGeometry {
    fileprivate func details(isPool: Bool) -> [String] {
        var details = ["\(r)×\(s)"]
        if (strideH, strideW) != (1, 1) { details.append("strides \(strideH) \(strideW)") }
        if padTop > 0 || padLeft > 0 { details.append("padded \(padTop) \(padLeft)") }
        return details
    }
}

extension TensorValue {
    /// The first element as text.
    fileprivate var first: String {
        switch elements {
        case .float(let elements): "\(elements.first ?? 0)"
        case .int32(let elements): "\(elements.first ?? 0)"
        case .int64(let elements): "\(elements.first ?? 0)"
        case .bool(let elements): "\(elements.first ?? false)"
        case .string(let elements): "\"\(String(decoding: elements.first ?? [], as: UTF8.self))\""
        case .double, .uint8, .bytes: "\(type)"  // Not computed with.
        }
    }
}
