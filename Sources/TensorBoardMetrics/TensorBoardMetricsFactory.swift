public import CoreMetrics
@preconcurrency import Dispatch
import Platform
public import TensorBoard

/// Shows a program's metrics in TensorBoard: what is reported through swift-metrics becomes a run.
///
/// ```swift
/// MetricsSystem.bootstrap(try TensorBoardMetricsFactory(logdir: "log/server"))
/// ```
///
/// At an interval, everything is written under the step of that moment:
///
/// | metric | in TensorBoard |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | a curve of the total |
/// | `Gauge`, `Meter` | a curve of the last value |
/// | `Recorder` | a histogram of the interval's values, and curves of their mean and maximum |
/// | `Timer` | the same, in seconds or the unit that the program prefers for display |
///
/// The tag is the label; dimensions follow a slash, so that TensorBoard shows the metrics of one
/// label together: `requests/code=200,method=GET`. Any thread may report. What a metric holds between
/// two intervals is bounded, however many values are recorded. ``shutdown()`` writes what is left.
public final class TensorBoardMetricsFactory: MetricsFactory {
    /// How metrics are written.
    public struct Options: Sendable {
        /// The time from one writing to the next; more than zero.
        public var interval: Duration = .seconds(10)
        /// Where on TensorBoard's horizontal axis values are put.
        public var steps = StepPolicy.secondsSinceStart
        /// Is called with the error of a failed write, once: nothing is written after it. And once for
        /// each metric that cannot be shown, as one whose label another metric has that is of another
        /// kind: without it, the others are written on. By default the error goes to standard error.
        public var onFailure: @Sendable (EventFileError) -> Void = { printFailure($0) }

        /// Makes the default options.
        public init() {}
    }

    /// Where on TensorBoard's horizontal axis values are put.
    public enum StepPolicy: Sendable {
        /// The whole seconds since the factory was made; in a folder that holds a run already, counted
        /// on from its last step, behind which smaller ones would hide its curves.
        case secondsSinceStart
        /// A number of the program's, such as its training step; asked at each writing.
        case supplied(@Sendable () -> Int64)
    }

    private let writer: SummaryWriter
    private let options: Options
    private let start = ContinuousClock.now
    private let firstStep: Int64
    private let registry = Locked(Registry())
    private let timer: any DispatchSourceTimer

    private struct Registry {
        var metrics: [MetricKey: any ReportedMetric] = [:]
        /// Those that cannot be shown.
        var refused: Set<MetricKey> = []
        var isOver = false
    }

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - logdir: The run's folder; it is made if there is none.
    ///   - options: How metrics are written.
    /// - Throws: `EventFileError` if the folder or the event file cannot be made or written.
    public init(logdir: String, options: Options = Options()) throws(EventFileError) {
        precondition(options.interval > .zero, "an interval of \(options.interval)")
        writer = try SummaryWriter(logdir: logdir)
        self.options = options
        firstStep =
            if case .secondsSinceStart = options.steps, let last = writer.lastStep, last < .max {
                last + 1
            } else {
                0
            }
        timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        let seconds = options.interval / .seconds(1)
        timer.setEventHandler { [weak self] in self?.report() }
        timer.schedule(deadline: .now() + seconds, repeating: seconds)
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    /// The event file.
    public var path: String { writer.path }

    /// Writes all metrics now. The factory does so by itself at its interval.
    public func report() {
        registry.withLock { registry in
            if registry.isOver { return }
            write(&registry)
        }
    }

    /// Writes all metrics a last time, and ends the event file. What is reported later is lost. A
    /// second call does nothing.
    public func shutdown() {
        timer.cancel()
        registry.withLock { registry in
            if registry.isOver { return }
            write(&registry)
            if registry.isOver { return }
            registry.isOver = true
            do throws(EventFileError) {
                try writer.close()
            } catch {
                options.onFailure(error)
            }
        }
    }

    private func write(_ registry: inout Registry) {
        let values = registry.metrics.filter { !registry.refused.contains($0.key) }
            .map { (key: $0.key, values: $0.value.values(tag: $0.key.tag.string)) }
            .filter { !$0.values.isEmpty }.sorted { $0.key < $1.key }
        if values.isEmpty { return }
        let step: Int64 =
            switch options.steps {
            case .secondsSinceStart:
                firstStep.addingReportingOverflow(Int64(start.duration(to: .now) / .seconds(1)))
                    .partialValue
            case .supplied(let step): step()
            }
        do throws(EventFileError) {
            do throws(EventFileError) {
                try writer.add(Summary(values.flatMap(\.values)), step: step)
            } catch {
                guard error.problem == .refused else { throw error }
                for (key, values) in values {
                    try write(values, of: key, step: step, &registry)
                }
            }
            try writer.flush()
        } catch {
            registry.isOver = true
            timer.cancel()
            options.onFailure(error)
        }
    }
}

extension TensorBoardMetricsFactory {
    /// Writes one metric, if it can be shown.
    private func write(
        _ values: [Summary.Value], of key: MetricKey, step: Int64, _ registry: inout Registry
    ) throws(EventFileError) {
        do throws(EventFileError) {
            try writer.add(Summary(values), step: step)
        } catch {
            guard error.problem == .refused else { throw error }
            registry.refused.insert(key)
            options.onFailure(error)
        }
    }
}

// MARK: MetricsFactory

extension TensorBoardMetricsFactory {
    /// A curve of the total.
    public func makeCounter(
        label: String, dimensions: [(String, String)]
    ) -> any CounterHandler {
        metric(label, dimensions, .counter) { TotalCounter() }
    }

    /// A curve of the total.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        metric(label, dimensions, .floatingPointCounter) { FloatingPointTotal() }
    }

    /// A curve of the last value.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        metric(label, dimensions, .meter) { LastValue() }
    }

    /// Histograms and curves of an interval's values if they are aggregated, else a curve of the last
    /// value.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            metric(label, dimensions, .recorder) { Distribution(unit: 1) }
        } else {
            metric(label, dimensions, .gauge) { LastValue() }
        }
    }

    /// Histograms and curves of an interval's durations.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        metric(label, dimensions, .timer) { Distribution(unit: 1e9) }
    }

    /// Has the counter written no more.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }

    /// Has the counter written no more.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        forget(handler)
    }

    /// Has the meter written no more.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }

    /// Has the recorder written no more.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }

    /// Has the timer written no more.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    /// The metric of a label, its dimensions and its kind: always the same.
    private func metric<Metric: ReportedMetric>(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricKey.Kind,
        _ make: () -> Metric
    ) -> Metric {
        registry.withLock { registry in
            let key = MetricKey(label, dimensions, kind)
            if let known = registry.metrics[key] as? Metric { return known }
            let metric = make()
            registry.metrics[key] = metric
            return metric
        }
    }

    private func forget(_ handler: AnyObject) {
        registry.withLock { registry in
            registry.metrics = registry.metrics.filter { $0.value !== handler }
        }
    }
}
