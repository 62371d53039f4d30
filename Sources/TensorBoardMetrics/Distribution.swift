import CoreMetrics
import Platform
import TensorBoard

/// The values of an interval.
final class Distribution: RecorderHandler, TimerHandler, ReportedMetric {
    private let state: Locked<State>

    fileprivate struct State {
        /// What values are divided by when they are written.
        var unit: Double
        /// Values that are not counted yet.
        var values: [Double] = []
        var counted: Histogram?
    }

    /// After so many values they are counted into buckets, which take no more memory then.
    private static let capacity = 4096

    init(unit: Double) {
        state = Locked(State(unit: unit))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            state.values.append(value / state.unit)
            if state.values.count >= Self.capacity { state.count() }
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration)) }

    func preferDisplayUnit(_ unit: TimeUnit) {
        state.withLock { $0.unit = Double(unit.scaleFromNanoseconds) }
    }

    func values(tag: String) -> [Summary.Value] {
        let histogram = state.withLock { state in
            state.count()
            defer { state.counted = nil }
            return state.counted
        }
        guard let histogram, histogram.count > 0 else { return [] }
        return [
            Summary.Value(tag: tag, content: .histogram(.counted(histogram))),
            .scalar(Float(histogram.sum / histogram.count), tag: "\(tag)/mean"),
            .scalar(Float(histogram.maximum), tag: "\(tag)/max"),
        ]
    }
}

extension Distribution.State {
    /// Moves the values into buckets.
    mutating func count() {
        if values.isEmpty { return }
        let more = Histogram(counting: values)
        values.removeAll(keepingCapacity: true)
        counted = counted.map { $0.merged(with: more) } ?? more
    }
}

extension Histogram {
    /// The histogram of the numbers of both, whose limits are of one scale.
    func merged(with other: Histogram) -> Histogram {
        if count == 0 { return other }
        if other.count == 0 { return self }
        var counts: [Double: Double] = [:]
        for bucket in buckets + other.buckets { counts[bucket.limit, default: 0] += bucket.count }
        return Histogram(
            minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum),
            count: count + other.count, sum: sum + other.sum,
            sumOfSquares: sumOfSquares + other.sumOfSquares,
            buckets: counts.sorted { $0.key < $1.key }.map {
                .init(limit: $0.key, count: $0.value)
            },
            dropped: dropped + other.dropped)
    }
}
