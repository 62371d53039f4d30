import Foundation
import TensorBoard
import TestSupport
import Testing

/// Each call as a program would write it, with what it has at hand, and the values read back.
@Suite struct CallTests: LoggingTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func steps(_ values: RunValues, _ tag: String) -> [Int64]? { values[tag]?.scalars.map(\.step) }

    func numbers(_ values: RunValues, _ tag: String) -> [Double]? {
        values[tag]?.scalars.map(\.value)
    }

    // MARK: Names known at run time

    @Test func scalarsOfADictionary() throws {
        let losses: [String: Double] = ["valid": 0.5, "train": 0.25]
        let counts: [String: Int] = ["seen": 12, "kept": 3]
        let mixed: [String: any ScalarValue] = ["loss": 0.5 as Float, "step": 3, "done": true]
        let values = try logged {
            try $0.addScalars(losses, tag: "loss", step: 1)
            try $0.addScalars(counts, tag: "count", step: 1)
            try $0.addScalars(mixed, tag: "state", step: 1)
        }
        #expect(numbers(values, "loss/train") == [0.25])
        #expect(numbers(values, "loss/valid") == [0.5])
        #expect(numbers(values, "count/seen") == [12])
        #expect(numbers(values, "state/loss") == [0.5])
        #expect(numbers(values, "state/step") == [3])
        #expect(numbers(values, "state/done") == [1])
        // In the order of the names, whatever the dictionary's is.
        #expect(
            values.tags.map(\.tag).filter { $0.hasPrefix("loss/") } == ["loss/train", "loss/valid"])
    }

    @Test func scalarsOfArraysAndLiterals() throws {
        let names = ["b", "a"]
        let losses: [Float] = [0.5, 0.25]
        let pairs: [(String, Double)] = [("z", 1), ("y", 2)]
        let ready: KeyValuePairs = ["q": 7 as Float, "p": .nan]
        let loss = 0.125
        let count = 9
        let values = try logged {
            try $0.addScalars(zip(names, losses), tag: "zip", step: 1)
            try $0.addScalars(pairs, tag: "pairs", step: 1)
            try $0.addScalars(ready, tag: "ready", step: 1)
            try $0.addScalars(["loss": loss, "count": count, "bad": .nan], tag: "here", step: 1)
            try $0.addScalars(["n": 1, "half": 0.5], tag: "literal", step: 1)
        }
        #expect(
            values.tags.filter { $0.kind == .scalars }.map(\.tag) == [
                "zip/b", "zip/a", "pairs/z", "pairs/y", "ready/q", "ready/p", "here/loss",
                "here/count", "here/bad", "literal/n", "literal/half",
            ])
        #expect(numbers(values, "pairs/y") == [2])
        #expect(numbers(values, "here/loss") == [0.125])
        #expect(numbers(values, "here/count") == [9])
        #expect(numbers(values, "here/bad")?.first?.isNaN == true)
        #expect(numbers(values, "literal/half") == [0.5])
    }

    @Test func resultsOfADictionary() throws {
        let metrics: [String: Float] = ["accuracy": 0.75, "loss": 0.5]
        let values = try logged {
            try $0.addScalar(1, tag: "loss", step: 3)
            try $0.addHParams(["rate": 0.1])
            try $0.endHParams(metrics: metrics)
        }
        #expect(steps(values, "accuracy") == [3])
        #expect(numbers(values, "accuracy") == [0.75])
        #expect(numbers(values, "loss") == [0.5])
        #expect(values.session?.status == .success)
    }

    @Test func resultsOfArraysAndWithHyperparameters() throws {
        let tags = ["a", "b"]
        let values = try logged {
            try $0.addHParams(["rate": 0.5], metrics: ["x": 1.5] as [String: Double], step: 7)
            try $0.endHParams(metrics: zip(tags, [1.0, 2.0]), step: 8)
            try $0.endHParams(metrics: [("c", 3)], status: .failure, step: 9)
        }
        #expect(numbers(values, "x") == [1.5])
        #expect(steps(values, "x") == [7])
        #expect(numbers(values, "b") == [2])
        #expect(numbers(values, "c") == [3])
        #expect(steps(values, "c") == [9])
    }

    // MARK: Steps

    @Test func stepsOfAnyInteger() throws {
        let step = 3
        let values = try logged { writer in
            try writer.addScalar(1, tag: "a", step: step)
            try writer.addScalar(2, tag: "a", step: Int64(4))
            try writer.addScalar(3, tag: "a", step: UInt8(5))
            try writer.addScalar(4, tag: "a", step: UInt64.max)
            for (step, loss) in [0.5, 0.25].enumerated() {
                try writer.addScalar(loss, tag: "b", step: step)
            }
            try writer.addText("x", tag: "t", step: Int32(9))
        }
        #expect(steps(values, "a") == [3, 4, 5, .max])
        #expect(steps(values, "b") == [0, 1])
        #expect(values["t"]?.stored.map(\.step) == [9])
    }

    @Test func stepsCountByThemselvesTagByTag() throws {
        let values = try logged { writer in
            for _ in 0..<3 { try writer.addScalar(1, tag: "a") }
            try writer.addScalar(1, tag: "b")
            try writer.addScalar(1, tag: "a", step: 10)
            try writer.addScalar(1, tag: "a")
            try writer.addScalars(["x": 1, "y": 2], tag: "both")
            try writer.addScalars(["x": 1, "z": 2], tag: "both")
            try writer.addHistogram([1.0, 2.0], tag: "h")
            try writer.addHistogram([1.0, 2.0], tag: "h")
            try writer.add(Summary([.scalar(1, tag: "b"), .scalar(2, tag: "c")]))
        }
        #expect(steps(values, "a") == [0, 1, 2, 10, 11])
        #expect(steps(values, "b") == [0, 1])
        // Values of one call have one step.
        #expect(steps(values, "c") == [1])
        #expect(steps(values, "both/x") == [0, 1])
        #expect(steps(values, "both/z") == [1])
        #expect(values["h"]?.stored.map(\.step) == [0, 1])
    }

    @Test func countedStepsGoOnWithARun() throws {
        let run = folder.path(of: "run")
        for _ in 0..<2 {
            let writer = try SummaryWriter(logdir: run)
            try writer.addScalar(1, tag: "a")
            try writer.addScalar(1, tag: "a")
            try writer.addScalar(1, tag: "b", step: 5)
            try writer.close()
        }
        var options = SummaryWriter.Options()
        options.purgeStep = 2
        let writer = try SummaryWriter(logdir: run, options: options)
        try writer.addScalar(1, tag: "a")
        try writer.addScalar(1, tag: "new")
        try writer.close()
        let values = try EventLog(folder: run).runs[0].values()
        // What is purged counts no more.
        #expect(steps(values, "a") == [0, 1, 2])
        #expect(steps(values, "b") == [5])
        #expect(steps(values, "new") == [0])
    }

    @Test func oneStepForAll() throws {
        let values = try logged { writer in
            for step in [10, 20] {
                writer.step = step
                try writer.addScalar(1, tag: "a")
                try writer.addScalar(1, tag: "b")
                try writer.addScalar(1, tag: "c", step: step + 1)
            }
            #expect(writer.step == 20)
            writer.step = nil
            try writer.addScalar(1, tag: "a")
        }
        #expect(steps(values, "a") == [10, 20, 21])
        #expect(steps(values, "b") == [10, 20])
        #expect(steps(values, "c") == [11, 21])
    }

    // MARK: Which values are recorded

    @Test func everyNthStep() throws {
        var options = SummaryWriter.Options()
        options.recording = .everySteps(10)
        let values = try logged(options: options) { writer in
            for step in 0..<35 {
                try writer.addScalar(Float(step), tag: "loss", step: step)
                try writer.addHistogram([Float(step)], tag: "h", step: step)
                try writer.addScalar(1, tag: "counted")
            }
            try writer.addHParams(["rate": 1])
            writer.recording = .never
            try writer.addScalar(1, tag: "never", step: 40)
            writer.recording = .always
            try writer.addScalar(1, tag: "always", step: 41)
            writer.recording = .everySteps(10)
            // A result is recorded in any case.
            try writer.endHParams(metrics: ["result": 1], step: 43)
            #expect(writer.droppedEvents == 0)
        }
        #expect(steps(values, "loss") == [0, 10, 20, 30])
        #expect(steps(values, "counted") == [0, 10, 20, 30])
        #expect(values["h"]?.stored.map(\.step) == [0, 10, 20, 30])
        #expect(values["never"] == nil)
        #expect(steps(values, "always") == [41])
        #expect(steps(values, "result") == [43])
        #expect(values.session?.hparams == ["rate": 1])
    }

    @Test func everyFewSeconds() throws {
        var options = SummaryWriter.Options()
        options.recording = .everySeconds(10)
        let values = try logged(options: options) { writer in
            for step in 0..<40 {
                try writer.addScalar(1, tag: "a", step: step, wallTime: 1e9 + Double(step))
                if step == 5 { try writer.addScalar(1, tag: "rare", step: 5, wallTime: 1e9 + 5) }
            }
            // The clock is set back.
            try writer.addScalar(1, tag: "a", step: 50, wallTime: 5e8)
            try writer.addScalar(1, tag: "a", step: 51, wallTime: 5e8 + 1)
        }
        #expect(steps(values, "a") == [0, 10, 20, 30, 50])
        #expect(steps(values, "rare") == [5])
    }

    // MARK: Writers

    @Test func disabledWriterDoesNothing() throws {
        let writer = SummaryWriter.disabled
        try writer.addScalar(1, tag: "a")
        try writer.addScalar(1, tag: "text", step: 1)
        try writer.addText("x", tag: "text", step: 1)
        try writer.addScalars(["a": 1], tag: "b")
        try writer.addHParams(["rate": 1], metrics: ["x": 1])
        try writer.endHParams(metrics: ["x": 1])
        try writer.addEmbedding(Embedding([1, 2, 3, 4], dimensions: 2))
        try writer.addGraph { $0.node("x", op: "Placeholder") }
        try writer.addCustomScalars(CustomScalars([]))
        writer.step = 3
        writer.recording = .always
        try writer.flush()
        try writer.close()
        try writer.addScalar(1, tag: "a")
        #expect(writer.isDisabled)
        #expect(writer.path.isEmpty && writer.logdir.isEmpty)
        #expect(writer.lastStep == nil && writer.step == nil && writer.droppedEvents == 0)
        #expect(!FileManager.default.fileExists(atPath: "projector_config.pbtxt"))
    }

    @Test func filesWithAPrefix() throws {
        let run = folder.path(of: "run")
        var names: [String] = []
        for prefix in ["worker-2.", "worker-2.", "a.", "a.", "", "zz."] {
            var options = SummaryWriter.Options()
            options.fileNamePrefix = prefix
            let writer = try SummaryWriter(logdir: run, options: options)
            try writer.addScalar(1, tag: "loss")
            try writer.close()
            let name = URL(filePath: writer.path).lastPathComponent
            #expect(name.contains("\(prefix)events.out.tfevents."), "\(name)")
            names.append(name)
        }
        #expect(names[0].hasPrefix("worker-2.events") && names[1].hasPrefix("worker-2.events"))
        #expect(names[5].hasPrefix("zz.events"))
        // TensorBoard reads them in the order in which they were written.
        #expect(
            names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
                == names.map { Array($0.utf8) })
        let values = try EventLog(folder: run).runs[0].values()
        #expect(steps(values, "loss") == [0, 1, 2, 3, 4, 5])
        var options = SummaryWriter.Options()
        options.fileNamePrefix = "a/b"
        #expect(throws: EventFileError.self) {
            try SummaryWriter(logdir: run, options: options)
        }
    }

    @Test func runsThatCountUp() throws {
        let logdir = folder.path(of: "log")
        let names = try [("", 0), ("lr=0.1", 1), ("a/b", 2)].map { comment, _ in
            let writer = try SummaryWriter(logdir: logdir, run: .next, comment: comment)
            try writer.addScalar(1, tag: "loss")
            try writer.close()
            return URL(filePath: writer.logdir).lastPathComponent
        }
        #expect(names == ["run-1", "run-2-lr=0.1", "run-3-a_b"])
        try FileManager.default.createDirectory(
            atPath: "\(logdir)/run-9", withIntermediateDirectories: false)
        try FileManager.default.createDirectory(
            atPath: "\(logdir)/run-77x", withIntermediateDirectories: false)
        let next = try SummaryWriter(logdir: logdir, run: .next)
        #expect(next.logdir == "\(logdir)/run-10")
        let named = try SummaryWriter(logdir: logdir, run: "first", comment: "again")
        #expect(named.logdir == "\(logdir)/first-again")
        let timed = try [1, 2].map { _ in
            try SummaryWriter(logdir: logdir, run: .timestamp, comment: "x").logdir
        }
        #expect(Set(timed).count == 2)
        #expect(timed.allSatisfy { $0.contains(/\/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(-2)?-x$/) })
        let runs = try EventLog(folder: logdir).runs.map(\.name)
        #expect(runs.contains("run-10") && runs.contains("first-again"))
    }

    @Test func runsThatStartAtOnceGetNumbersOfTheirOwn() async throws {
        let logdir = folder.path(of: "log")
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<8 {
                group.addTask {
                    try SummaryWriter(
                        logdir: logdir, run: .next, comment: index % 2 == 0 ? "even" : ""
                    ).logdir
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let numbers = names.compactMap { $0.firstMatch(of: /run-(\d+)/).flatMap { Int($0.1) } }
        #expect(numbers.sorted() == Array(1...8))
    }
}
