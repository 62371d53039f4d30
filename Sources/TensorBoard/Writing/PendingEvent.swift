/// Something to be logged, as it waits for the writer thread.
struct PendingEvent: Sendable {
    /// Seconds since 1970.
    let wallTime: Double
    /// The step that it belongs to.
    let step: Int64
    /// What it is.
    let content: Content

    /// The kinds of event that are written.
    enum Content: Sendable {
        /// What a file begins with.
        case fileVersion
        /// Logging begins at the event's step: readers forget earlier events from that step on.
        case start
        /// A point of a curve, and nothing else: what is logged most, and so made small. The tag
        /// is not counted as referred to, since the queue that the event waits in keeps all tags.
        case scalar(Unmanaged<KnownTag>, Float)
        /// Values of a step.
        case summary(Summary)
        /// What the program asks for in the run's Custom Scalars tab; what others ask for comes to
        /// it when it is written.
        indirect case layout(CustomScalars)
        /// The graph of the run.
        indirect case graph(GraphDefinition)
        /// What a step of the graph took.
        indirect case runMetadata(tag: String, RunMetadata)
        /// An event that its maker has serialized, with a time and a step of its own.
        case serialized([UInt8])
        /// Values that their maker has serialized.
        case serializedSummary([UInt8])
        /// Vectors for the projector, which go into files of their own.
        indirect case embedding(LoggedEmbedding)
    }

    /// What an event is to its run.
    enum Standing {
        /// Values of a step, which the program may not want to record.
        case value
        /// Values of a step that are recorded in any case.
        case result
        /// Something that is true of the whole run; its step is just a number.
        case ofRun
    }
}

extension PendingEvent.Content {
    /// About how many bytes of memory it holds.
    var cost: Int {
        switch self {
        case .fileVersion, .start, .scalar: 64
        case .summary(let summary): summary.values.reduce(64) { $0 + 64 + $1.content.cost }
        case .layout(let layout): layout.cost
        case .graph(let graph): graph.nodes.count * 512
        case .runMetadata(_, let metadata):
            metadata.devices.reduce(64) { $0 + 64 + $1.nodes.count * 256 }
        case .serialized(let bytes), .serializedSummary(let bytes): bytes.count
        case .embedding(let embedding): embedding.cost
        }
    }
}

extension CustomScalars {
    fileprivate var cost: Int {
        categories.reduce(64) { cost, category in
            category.charts.reduce(cost + 64) { cost, chart in
                switch chart.content {
                case .patterns(let patterns): cost + 64 + 64 * patterns.count
                case .margins(let margins): cost + 64 + 192 * margins.count
                }
            }
        }
    }
}
