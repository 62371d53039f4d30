import Foundation
import Metrics
import TensorBoard
import TensorBoardMetrics
import TestSupport
import Testing

/// Metrics as a program reports them, read back from the event file.
@Suite struct MetricsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A factory that writes when it is told to, at steps 1, 2, ….
    func makeFactory() throws -> TensorBoardMetricsFactory {
        var options = TensorBoardMetricsFactory.Options()
        options.interval = .seconds(1000)
        let steps = Steps()
        options.steps = .supplied { steps.next() }
        return try TensorBoardMetricsFactory(logdir: folder.path, options: options)
    }

    func values() throws -> RunValues {
        try #require(try EventLog(folder: folder.path).runs.first).values()
    }

    @Test func countersAndGaugesAreCurves() throws {
        let factory = try makeFactory()
        let requests = Counter(
            label: "requests", dimensions: [("method", "GET"), ("code", "200")], factory: factory)
        let again = Counter(
            label: "requests", dimensions: [("code", "200"), ("method", "GET")], factory: factory)
        let joules = FloatingPointCounter(label: "joules", factory: factory)
        let depth = Gauge(label: "depth", factory: factory)
        let load = Meter(label: "load", factory: factory)
        _ = Meter(label: "never set", factory: factory)
        requests.increment(by: 3)
        again.increment()
        joules.increment(by: 0.5)
        depth.record(7)
        load.set(2)
        load.decrement(by: 0.5)
        factory.report()
        requests.increment()
        depth.record(6)
        factory.shutdown()
        factory.shutdown()
        factory.report()

        let values = try values()
        func points(_ tag: String) -> [[Double]] {
            values[tag]?.scalars.map { [Double($0.step), $0.value] } ?? []
        }
        #expect(
            values.tags.map(\.tag) == ["depth", "joules", "load", "requests/code=200,method=GET"])
        #expect(points("requests/code=200,method=GET") == [[1, 4], [2, 5]])
        #expect(points("joules") == [[1, 0.5], [2, 0.5]])
        #expect(points("depth") == [[1, 7], [2, 6]])
        #expect(points("load") == [[1, 1.5], [2, 1.5]])
    }

    @Test func recordersAndTimersAreHistograms() throws {
        let factory = try makeFactory()
        let sizes = Recorder(label: "sizes", factory: factory)
        let latency = Timer(label: "latency", preferredDisplayUnit: .milliseconds, factory: factory)
        // More than are held before they are counted.
        let numbers = (1...10_000).map { Double($0) }
        for number in numbers { sizes.record(number) }
        latency.recordMilliseconds(20)
        latency.recordMilliseconds(40)
        factory.report()
        sizes.record(1)
        factory.shutdown()

        let values = try values()
        let histograms = try values["sizes"]?.stored.map { try $0.load().distribution } ?? []
        #expect(histograms.count == 2)
        let first = try #require(histograms.first ?? nil)
        let expected = Histogram(counting: numbers)
        #expect(first.count == 10_000 && first.sum == 50_005_000)
        #expect((first.minimum, first.maximum) == (1, 10_000))
        #expect(
            first.buckets.filter { $0.count > 0 } == expected.buckets.filter { $0.count > 0 })
        #expect(values["sizes/mean"]?.scalars.map(\.value) == [5000.5, 1])
        #expect(values["sizes/max"]?.scalars.map(\.value) == [10_000, 1])
        // Nothing was timed in the second interval.
        #expect(values["latency/mean"]?.scalars.map(\.value) == [30])
        #expect(values["latency"]?.kind == .histograms)
    }

    @Test func eightThreadsReportAtOnce() throws {
        let factory = try makeFactory()
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<2000 {
                Counter(label: "shared", factory: factory).increment()
                Recorder(label: "recorded", factory: factory).record(number)
                Timer(label: "timed \(thread)", factory: factory).recordSeconds(1)
                if number.isMultiple(of: 500) { factory.report() }
            }
        }
        factory.shutdown()
        let values = try values()
        #expect(values["shared"]?.scalars.last?.value == 16_000)
        let counts = try values["recorded"]?.stored.map { try $0.load().distribution?.count ?? 0 }
        #expect(counts?.reduce(0, +) == 16_000)
    }

    @Test func writesByItself() async throws {
        var options = TensorBoardMetricsFactory.Options()
        options.interval = .milliseconds(20)
        let factory = try TensorBoardMetricsFactory(logdir: folder.path, options: options)
        Counter(label: "count", factory: factory).increment()
        let deadline = ContinuousClock.now + .seconds(30)
        while try values()["count"]?.scalars.count ?? 0 < 3, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        let points = try #require(try values()["count"]).scalars
        #expect(points.count >= 3 && points.allSatisfy { $0.value == 1 && $0.step >= 0 })
        factory.shutdown()
    }

    @Test func aDestroyedMetricIsForgotten() throws {
        let factory = try makeFactory()
        let counter = Counter(label: "count", factory: factory)
        counter.increment()
        factory.report()
        counter.destroy()
        factory.report()
        factory.shutdown()
        #expect(try values()["count"]?.scalars.map(\.step) == [1])
    }

    @Test func aFailedWriteIsToldOnce() throws {
        var options = TensorBoardMetricsFactory.Options()
        options.interval = .seconds(1000)
        let failures = Failures()
        options.onFailure = { failures.add($0) }
        let factory = try TensorBoardMetricsFactory(logdir: folder.path, options: options)
        Counter(label: "count", factory: factory).increment()
        try FileManager.default.removeItem(atPath: factory.path)
        factory.report()
        factory.report()
        factory.shutdown()
        #expect(failures.all.map(\.problem) == [.removed])
    }
}

/// Steps 1, 2, ….
private final class Steps: @unchecked Sendable {
    private let lock = NSLock()
    private var last: Int64 = 0

    func next() -> Int64 {
        lock.withLock {
            last += 1
            return last
        }
    }
}

private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var failures: [EventFileError] = []

    var all: [EventFileError] { lock.withLock { failures } }

    func add(_ failure: EventFileError) { lock.withLock { failures.append(failure) } }
}
