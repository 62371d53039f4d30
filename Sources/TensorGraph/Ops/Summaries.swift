internal import TensorFlowTypes

// Summary ops. What they collect is a value, in place of TensorFlow's serialized string.

extension Op {
    static let summaries: [Op] = [.scalarSummary, .histogramSummary, .imageSummary, .mergeSummary]

    static let scalarSummary: Op = Op(
        "ScalarSummary", outputs: Collect.outputs,
        gradient: .notDifferentiable, types: ["T": 1],
        lower: { .step(.summary(.scalar(tag: Collect.tag($0))), reading: [1]) })

    static let histogramSummary: Op = Op(
        "HistogramSummary", outputs: Collect.outputs,
        gradient: .notDifferentiable, types: ["T": 1],
        lower: { .step(.summary(.histogram(tag: Collect.tag($0))), reading: [1]) })

    static let imageSummary: Op = Op(
        "ImageSummary", outputs: Collect.outputs,
        gradient: .notDifferentiable, types: ["T": 1],
        lower: { context in
            let tag = Collect.tag(context)
            let sizes = context.dimensions(1)
            context.require(
                sizes.count == 4 && [1, 3, 4].contains(sizes[3]),
                "it takes NHWC images of 1, 3 or 4 channels")
            let tags = CollectedSummary.imageTags(
                tag, count: sizes[0], maxOutputs: context.node.int("max_images"))
            return .step(.summary(.images(tags: tags)), reading: [1])
        })

    static let mergeSummary: Op = Op(
        "MergeSummary", outputs: Collect.outputs,
        gradient: .notDifferentiable, types: [:],
        lower: { _ in .step(.summary(.merged)) })
}

private enum Collect {
    static let outputs: @Sendable (OpContext) -> [TensorType] = { _ in
        [TensorType(.scalar, .string)]
    }

    /// The tag, which is the constant that the op's first input is.
    static func tag(_ context: OpContext) -> String {
        guard let tag = context.values[0]?.strings.first else {
            preconditionFailure("\(context.node): its tag has to be a constant")
        }
        return String(decoding: tag, as: UTF8.self)
    }
}

/// The summary that a graph collects in a run: what a session gives as a `CollectedSummary`.
public struct SummaryTensor: Hashable {
    /// The node's output: a serialized `Summary`, to TensorFlow.
    public let tensor: Tensor
}

extension Graph {
    /// A summary of one number, tagged with its scope and name; TensorFlow 1's `tf.summary.scalar`.
    @discardableResult
    public func scalarSummary(_ name: String, _ value: Tensor) -> SummaryTensor {
        collect(.scalarSummary, name, value, argument: "tags")
    }

    /// A summary of how a tensor's numbers are distributed; TensorFlow 1's `tf.summary.histogram`.
    @discardableResult
    public func histogramSummary(_ name: String, _ values: Tensor) -> SummaryTensor {
        collect(.histogramSummary, name, values, argument: "tag")
    }

    /// A summary of the first `maxOutputs` of a batch of NHWC images; TensorFlow 1's
    /// `tf.summary.image`.
    @discardableResult
    public func imageSummary(_ name: String, _ images: Tensor, maxOutputs: Int = 3) -> SummaryTensor
    {
        let red = TensorValue(.uint8([255, 0, 0, 255]), shape: [4])
        return collect(
            .imageSummary, name, images, argument: "tag",
            ["max_images": .int(Int64(maxOutputs)), "bad_color": .tensor(red)])
    }

    private func collect(
        _ op: Op, _ name: String, _ values: Tensor, argument: String,
        _ attributes: [String: AttributeValue] = [:]
    ) -> SummaryTensor {
        nameScope(name) { scope in
            let tag = constant(Value(String(scope.dropLast())), name: argument)
            let summary = add(op, scope, [tag, values], attributes: attributes).output()
            summaries.append(summary)
            return SummaryTensor(tensor: summary)
        }
    }

    /// All summaries that the graph holds so far, as one; TensorFlow 1's `tf.summary.merge_all`.
    public func mergeAllSummaries() -> SummaryTensor {
        nameScope("Merge") { _ in
            let node = add(
                .mergeSummary, nil, summaries, attributes: ["N": .int(Int64(summaries.count))])
            return SummaryTensor(tensor: node.output())
        }
    }
}
