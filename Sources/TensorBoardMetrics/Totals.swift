import CoreMetrics
import Platform
import Synchronization
import TensorBoard

/// A whole number that grows.
final class TotalCounter: CounterHandler, ReportedMetric {
    private let total = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        total.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        total.store(0, ordering: .relaxed)
    }

    func values(tag: String) -> [Summary.Value] {
        [.scalar(Float(total.load(ordering: .relaxed)), tag: tag)]
    }
}

/// A number that grows.
final class FloatingPointTotal: FloatingPointCounterHandler, ReportedMetric {
    private let total = Locked(0.0)

    func increment(by amount: Double) {
        total.withLock { $0 += amount }
    }

    func reset() {
        total.withLock { $0 = 0 }
    }

    func values(tag: String) -> [Summary.Value] {
        [.scalar(Float(total.withLock { $0 }), tag: tag)]
    }
}

/// A number that goes up and down; nothing until it was set.
final class LastValue: MeterHandler, RecorderHandler, ReportedMetric {
    private let value = Locked<Double?>(nil)

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        self.value.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        value.withLock { $0 = ($0 ?? 0) + amount }
    }

    func decrement(by amount: Double) { increment(by: -amount) }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func values(tag: String) -> [Summary.Value] {
        value.withLock { $0 }.map { [.scalar(Float($0), tag: tag)] } ?? []
    }
}
