extension TagValues {
    /// A value that is still in its file.
    public struct StoredValue: Sendable, Equatable {
        /// The step.
        public let step: Int64
        /// Seconds since 1970.
        public let wallTime: Double
        /// The event file.
        public let path: String
        /// Where the event's record starts: bytes from the file's start.
        public let offset: Int
        /// Which of the event's values it is.
        public let number: Int
        /// Which checksums the event must have.
        let checksums: EventFileReader.Checksums

        /// Reads the value. A graph is given as TensorBoard shows it: a string tensor of one element.
        ///
        /// - Throws: `EventFileError` if the file cannot be read, or has changed.
        public func load() throws(EventFileError) -> Event.Value {
            var reader = try EventFileReader(path: path, at: offset, requiring: checksums)
            guard let values = try reader.next()?.allValues, number < values.count else {
                throw EventFileError(
                    path: path, offset: offset, problem: .notAnEvent,
                    description: "the value at byte \(offset) is gone: the file has changed")
            }
            return values[number]
        }
    }
}

extension Event {
    /// The values of a summary; or the graph, or how long a step's nodes took, as the value that
    /// TensorBoard makes of it.
    var valuesAndGraphs: [Value] {
        switch content {
        case .summary(let values): values
        case .graph(let bytes): [Value(bytes, tag: "__run_graph__", kind: .graphs)]
        case .runMetadata(let tag, let bytes): [Value(bytes, tag: tag, kind: .runMetadata)]
        case .fileVersion, .metaGraph, .session, .unknown: []
        }
    }

    /// These, and the graph of a `MetaGraphDef`, which TensorBoard does not show.
    fileprivate var allValues: [Value] {
        guard case .metaGraph = content else { return valuesAndGraphs }
        return graphDefinition.map { [Value($0, tag: "__run_graph__", kind: .graphs)] } ?? []
    }
}

extension Event.Value {
    fileprivate init(_ bytes: [UInt8], tag: String, kind: Series.Kind) {
        self.init(
            tag: tag,
            metadata: Event.Metadata(
                pluginName: kind.rawValue, pluginContent: [], displayName: "", description: "",
                dataClass: .blobSequence),
            content: .tensor(
                Event.Tensor(
                    type: Int(DataType.string.rawValue), shape: [1], elements: .strings([bytes]))))
    }
}
