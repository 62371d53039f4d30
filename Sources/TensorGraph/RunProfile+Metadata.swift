public import TensorFlowTypes

extension RunProfile {
    /// What was measured, as TensorBoard's Graphs tab takes it.
    ///
    /// The tab counts from a node's first start to its last end; so a node that ran more than once
    /// is there once, with the sum of its times, from its first start on.
    public var metadata: RunMetadata {
        var merged: [RunMetadata.Node] = []
        var places: [String: Int] = [:]
        for node in nodes {
            if let place = places[node.name] {
                merged[place].endNanoseconds += node.duration.nanoseconds
            } else {
                places[node.name] = merged.count
                merged.append(node.metadata)
            }
        }
        let name = "/job:localhost/replica:0/task:0/device:CPU:0"
        return RunMetadata(devices: [.init(name: name, nodes: merged)])
    }
}

extension RunProfile.NodeStatistics {
    fileprivate var metadata: RunMetadata.Node {
        let bytes = outputs.reduce(0) { $0 + $1.bytes }
        return .init(
            name: name, label: "\(name) = \(op)(\(inputs.joined(separator: ", ")))",
            startNanoseconds: start.nanoseconds, endNanoseconds: (start + duration).nanoseconds,
            allocations: bytes == 0 ? [] : [.init(allocator: "cpu", totalBytes: Int64(bytes))],
            outputs: outputs.map {
                .init(
                    type: $0.type, shape: $0.shape, byteCount: Int64($0.bytes), allocator: "cpu")
            })
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
