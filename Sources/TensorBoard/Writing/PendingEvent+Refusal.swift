import RecordIO

extension PendingEvent.Content {
    /// Why it cannot be written, or would not be shown; `nil` if it can.
    ///
    /// libprotobuf-c ends a text at its first NUL, so what has one cannot be written as it is.
    var refusal: Refusal? {
        do throws(Refusal) {
            try check()
            return nil
        } catch {
            return error
        }
    }

    private func check() throws(Refusal) {
        switch self {
        case .fileVersion, .start, .scalar: break
        case .summary(let summary):
            for value in summary.values { try value.check() }
        case .layout(let layout):
            _ = try layout.serialized()
        case .graph(let graph):
            for node in graph.nodes { try node.check() }
        case .runMetadata(_, let metadata):
            for device in metadata.devices { try device.check() }
        case .serialized(let bytes), .serializedSummary(let bytes):
            try Self.checkLength(bytes.count)
        case .embedding(let embedding):
            try embedding.tag.checkHasNoNUL("the tag")
        }
    }

    fileprivate static func checkLength(_ byteCount: Int) throws(Refusal) {
        guard byteCount <= RecordReader.defaultMaximumLength else {
            throw Refusal("\(byteCount) bytes are more than TensorBoard takes at once, 2 GiB")
        }
    }
}

extension Summary {
    /// The tags of the values that are written, with the plugins that show them.
    var tags: [(tag: String, plugin: String)] {
        values.compactMap { $0.content.isEmpty ? nil : ($0.tag, $0.shownBy) }
    }
}

extension Summary.Value {
    /// The plugin that shows the value, and how TensorBoard keeps it if that is not the plugin's own
    /// way: a tag's first value says both.
    fileprivate var shownBy: String {
        guard case .tensor(_, let plugin) = content else { return content.pluginName }
        let (own, way): (Event.DataClass, String) =
            switch plugin.dataClass {
            case .scalar: (.scalar, "scalars")
            case .tensor: (.tensor, "tensors")
            case .blobSequence: (.blobSequence, "files")
            }
        let known = Series.Kind(rawValue: plugin.name).dataClass
        let isOwn = known == own || known == .unknown && own == .tensor
        return isOwn ? plugin.name : "\(plugin.name) (as \(way))"
    }
}

extension Summary.Value {
    fileprivate func check() throws(Refusal) {
        if let metadata {
            try metadata.displayName.checkHasNoNUL("the title")
            try metadata.description.checkHasNoNUL("the explanation")
        }
        switch content {
        case .tensor(let tensor, let plugin):
            try plugin.name.checkHasNoNUL("the plugin's name")
            try PendingEvent.Content.checkLength(tensor.cost)
        case .precisionRecall(let curve):
            if let problem = curve.problem { throw Refusal("\(problem), under \(tag.quoted)") }
        default: break
        }
    }
}

extension GraphDefinition.Node {
    fileprivate func check() throws(Refusal) {
        try name.checkHasNoNUL("the node")
        try op.checkHasNoNUL("the operation")
        try device.checkHasNoNUL("the device")
        for input in inputs { try input.checkHasNoNUL("the input") }
        for attribute in attributes { try attribute.name.checkHasNoNUL("the attribute") }
    }
}

extension RunMetadata.Device {
    fileprivate func check() throws(Refusal) {
        try name.checkHasNoNUL("the device")
        for node in nodes {
            try node.name.checkHasNoNUL("the node")
            try node.label.checkHasNoNUL("the label")
            for allocation in node.allocations {
                try allocation.allocator.checkHasNoNUL("the allocator")
            }
            for output in node.outputs { try output.allocator.checkHasNoNUL("the allocator") }
        }
    }
}

extension Event {
    /// The tags that the event has values for, with the plugins that show them, as far as it says.
    var tags: [(tag: String, plugin: String)] {
        switch content {
        case .summary(let values):
            values.compactMap { value in value.kind.map { (value.tag, $0.rawValue) } }
        case .graph: [("__run_graph__", "graphs")]
        case .runMetadata(let tag, _): [(tag, "graph_tagged_run_metadata")]
        case .fileVersion, .metaGraph, .session, .unknown: []
        }
    }
}
