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
        /// Values of a step.
        case summary(Summary)
        /// The graph of the run.
        case graph(GraphDefinition)
        /// What a step of the graph took.
        case runMetadata(tag: String, RunMetadata)
    }

    /// About how many bytes of memory the event holds.
    var cost: Int {
        switch content {
        case .fileVersion, .start: 64
        case .summary(let summary): summary.values.reduce(64) { $0 + 64 + $1.content.cost }
        case .graph(let graph): graph.nodes.count * 512
        case .runMetadata(_, let metadata):
            metadata.devices.reduce(64) { $0 + 64 + $1.nodes.count * 256 }
        }
    }
}

extension Summary.Content {
    /// About how many bytes of memory the numbers take.
    fileprivate var cost: Int {
        switch self {
        case .scalar: 0
        case .histogram(.floats(let numbers)): numbers.count * 4
        case .histogram(.doubles(let numbers)): numbers.count * 8
        case .histogram(.counted(let histogram)): histogram.buckets.count * 16
        case .image(let image): image.pixels.count
        case .floatImage(let image): image.pixels.count * 4
        }
    }
}
