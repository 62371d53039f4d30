import Platform
import TensorBoard

/// A metric that knows what to write of itself.
protocol ReportedMetric: AnyObject, Sendable {
    /// What is to be written now; what belongs to the interval alone is forgotten then.
    func values(tag: String) -> [Summary.Value]
}

/// What tells a metric from the others.
struct MetricKey: Hashable, Comparable {
    /// The label, and the dimensions in the order of their names.
    let tag: ExactName
    let kind: Kind

    enum Kind: Int {
        case counter, floatingPointCounter, meter, gauge, recorder, timer
    }

    static func < (one: Self, other: Self) -> Bool {
        (one.tag, one.kind.rawValue) < (other.tag, other.kind.rawValue)
    }

    init(_ label: String, _ dimensions: [(String, String)], _ kind: Kind) {
        let pairs = dimensions.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }
        tag = ExactName(pairs.isEmpty ? label : "\(label)/\(pairs.joined(separator: ","))")
        self.kind = kind
    }
}

/// Says on standard error that metrics are not written any more, or that one is not.
func printFailure(_ error: EventFileError) {
    let what =
        error.problem == .refused ? "a metric is not logged" : "metrics are not logged any more"
    let line = Array("\(what): \(error)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
