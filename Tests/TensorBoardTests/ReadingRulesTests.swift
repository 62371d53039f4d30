import Foundation
import TensorBoard
import TestSupport
import Testing

/// Which values of a run count, by the rules of TensorBoard's two readers.
@Suite struct ReadingRulesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func values(_ files: RawEvents..., as rules: ReadingRules) throws -> RunValues {
        for (number, file) in files.enumerated() {
            try folder.write(file.bytes, to: "events.out.tfevents.\(number).h")
        }
        return try #require(try EventLog(folder: folder.path).runs.first).values(as: rules)
    }

    func steps(_ values: RunValues, _ tag: String) -> [Int64]? { values[tag]?.scalars.map(\.step) }

    static func curve(_ steps: [Int64], _ tags: String..., start: Int64? = nil) -> RawEvents {
        var file = RawEvents()
        if let start { file.start(step: start) }
        for step in steps {
            for tag in tags { file.add(step: step, .scalar(Float(step), tag)) }
        }
        return file
    }

    /// Two programs, each of which begins with a START; the second one does not log `queue`.
    @Test(
        arguments: [
            (ReadingRules.default, [1, 2, 3], [1, 2, 3, 4, 5]), (.python, [1, 2, 3], []),
            (.all, [1, 2, 3, 4, 5, 1, 2, 3], [1, 2, 3, 4, 5]),
        ] as [(ReadingRules, [Int64], [Int64])])
    func aRestart(rules: ReadingRules, loss: [Int64], queue: [Int64]) throws {
        let values = try values(
            Self.curve([1, 2, 3, 4, 5], "loss", "queue", start: 1),
            Self.curve([1, 2, 3], "loss", start: 1), as: rules)
        #expect(steps(values, "loss") == loss)
        #expect(steps(values, "queue") == queue)
    }

    /// A run that was begun without a START: the first one of it removes nothing.
    @Test(
        arguments: [
            (ReadingRules.default, [0, 1, 2, 3, 4]), (.python, [0, 1, 2, 3, 4, 5, 6, 3, 4]),
        ] as [(ReadingRules, [Int64])])
    func theFirstStartIsNone(rules: ReadingRules, loss: [Int64]) throws {
        let values = try values(
            Self.curve(Array(0...6), "loss"), Self.curve([3, 4], "loss", start: 3), as: rules)
        #expect(steps(values, "loss") == loss)
    }

    @Test(
        arguments: [
            (ReadingRules.default, [0, 1, 2], [1, 2]), (.python, [0, 1, 1, 2], [1, 3, 2]),
            (.all, [0, 1, 1, 2], [1, 3, 2]),
        ] as [(ReadingRules, [Int64], [Int64])])
    func aStepThatIsLoggedTwice(rules: ReadingRules, loss: [Int64], other: [Int64]) throws {
        var file = Self.curve([0, 1, 1, 2], "loss")
        for step in [1, 3, 2] as [Int64] { file.add(step: step, .scalar(0, "other")) }
        let values = try values(file, as: rules)
        #expect(steps(values, "loss") == loss)
        #expect(steps(values, "other") == other)
    }

    /// In a file of a version before 2, a step that goes back starts again, for its own tags.
    @Test(arguments: [
        "brain.Event:1", "brain.Event:", "nonsense", "brain.Event:0x2", "brain.Event:1e0", nil,
    ])
    func oldFilesStartWithAStepThatGoesBack(version: String?) throws {
        var file = RawEvents(version: version)
        file.start(step: 1)
        for step in [1, 2, 3] as [Int64] {
            file.add(step: step, .scalar(0, "loss"), .scalar(0, "queue"))
        }
        file.start(step: 1)
        file.add(step: 2, .scalar(0, "loss"))
        // A graph is a summary to the Python reader: what follows does not go back.
        file.add(step: 0, wallTime: 1, field(4, [1]))
        file.add(step: 1, .scalar(0, "queue"))
        let values = try values(file, as: .python)
        #expect(steps(values, "loss") == [1, 2])
        #expect(steps(values, "queue") == [1, 2, 3, 1])
        #expect(values["__run_graph__"]?.stored.map(\.step) == [0])
    }

    /// The Python reader takes such a file for a profiler's, and does not read it.
    @Test(
        arguments: [(.default, [1, 2, 3]), (.python, [1, 3]), (.all, [1, 2, 3])]
            as [(ReadingRules, [Int64])])
    func aFileOfAProfilers(rules: ReadingRules, expected: [Int64]) throws {
        let names = ["tfevents.1", "tfevents.2.profile-empty", "tfevents.3.profile-empty.v2"]
        for (index, name) in names.enumerated() {
            try folder.write(Self.curve([Int64(index) + 1], "loss").bytes, to: name)
        }
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        #expect(steps(run.values(as: rules), "loss") == expected)
        let report = EventLog.check(folder.path(of: names[1]))
        #expect(report.problem == nil)
        #expect(report.eventCount == 2 && report.defaultReaderCount == 2)
        #expect(report.pythonReaderCount == 0)
    }

    @Test(
        arguments: [
            (ReadingRules.default, [(1, 1), (2, 4)]), (.python, [(1, 1), (2, 2)]),
            (.all, [(3, 0), (1, 1), (2, 2), (2, 4)]),
        ] as [(ReadingRules, [(Int64, UInt8)])])
    func picturesOfOneStep(rules: ReadingRules, expected: [(Int64, UInt8)]) throws {
        var file = RawEvents()
        file.add(step: 3, .image([0], "picture"))
        if rules != .all { file.start(step: 0) }
        if rules == .python { file.start(step: 0) }
        for (step, byte) in [(1, 1), (2, 2), (2, 4)] as [(Int64, UInt8)] {
            file.add(step: step, .image([byte], "picture"))
        }
        let stored = try #require(try values(file, as: rules)["picture"]).stored
        #expect(stored.map(\.step) == expected.map(\.0))
        #expect(try stored.map { try $0.load().pictures } == expected.map { [[$0.1]] })
    }

    /// The Python reader shows histograms whose fields differ in length, the data server does not.
    @Test(arguments: [(ReadingRules.default, [0]), (.python, [0, 1, 2]), (.all, [0])])
    func histogramsOfOddFields(rules: ReadingRules, expected: [Int64]) throws {
        func doubles(_ values: [Double]) -> [UInt8] {
            values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
        }
        var file = RawEvents()
        for (step, lengths) in [(2, 2), (3, 2), (2, 3)].enumerated() {
            let limits = doubles((1...lengths.0).map { Double($0) })
            let counts = doubles((1...lengths.1).map { _ in 1 })
            let histogram = field(6, limits) + field(7, counts)
            file.add(
                step: Int64(step), wallTime: 1,
                field(5, field(1, field(1, Array("h".utf8)) + field(5, histogram))))
        }
        let shown = try #require(try values(file, as: rules)["h"])
        #expect(shown.kind == .histograms)
        #expect(shown.stored.map(\.step) == expected)
    }

    /// What cannot be a point of a curve is none, but replaces others by its step as one would.
    @Test func otherValuesAmongThePointsOfACurve() throws {
        var file = Self.curve([1, 2, 3], "loss")
        file.add(step: 2, .tensor("loss", plugin: nil, type: 7, field(8, Array("text".utf8))))
        let shown = try values(file, as: .default)
        #expect(steps(shown, "loss") == [1])
        #expect(shown["loss"]?.unshown.map(\.step) == [2])
        #expect(shown["loss"]?.kind == .scalars)
        file.add(step: 2, .scalar(0, "loss"))
        let again = try values(file, as: .default)
        #expect(steps(again, "loss") == [1, 2])
        #expect(again["loss"]?.unshown == [])
        #expect(try steps(values(file, as: .all), "loss") == [1, 2, 3, 2])
    }

    /// The data server passes over events whose time is infinite; what they replace is as it was. Where
    /// the time is not a number, it ends the file, and goes on with the next one.
    @Test(
        arguments: [
            (Double.infinity, [1, 2, 3, 4, 5], EventFileError.Problem.timeIsInfinite),
            (-.infinity, [1, 2, 3, 4, 5], .timeIsInfinite),
            (.nan, [1, 2, 3, 5], .timeIsNotANumber), (-.nan, [1, 2, 3, 5], .timeIsNotANumber),
            (.signalingNaN, [1, 2, 3, 5], .timeIsNotANumber),
        ] as [(Double, [Int64], EventFileError.Problem)])
    func wallTimesThatAreNotFinite(
        time: Double, expected: [Int64], problem: EventFileError.Problem
    ) throws {
        var file = Self.curve([1, 2, 3], "loss")
        file.add(step: 2, wallTime: time, .scalar(0, "loss"))
        file.add(step: 4, .scalar(0, "loss"))
        try folder.write(Self.curve([5], "loss").bytes, to: "events.out.tfevents.9.h")
        let shown = try values(file, as: .default)
        #expect(steps(shown, "loss") == expected)
        #expect(shown.problems.map(\.problem) == [problem])
        #expect(shown.problems.first?.offset == file.offsets[4])
        for rules in [ReadingRules.python, .all] {
            let all = try values(file, as: rules)
            #expect(steps(all, "loss") == [1, 2, 3, 2, 4, 5])
            #expect(all.problems == [])
        }
    }

    /// Whatever the event is; and any time that is a number is one.
    @Test func wallTimesOfOtherEvents() throws {
        for (index, bad) in [field(3, Array("brain.Event:2".utf8)), field(7, [0x08, 0x01]), []]
            .enumerated()
        {
            var file = RawEvents(version: nil)
            if index > 0 { file.add(step: 0, .scalar(1, "x")) }
            file.add(step: 1, wallTime: .nan, bad)
            file.add(step: 2, .scalar(1, "x"))
            let shown = try values(file, as: .default)
            #expect(steps(shown, "x") ?? [] == (index > 0 ? [0] : []), "\(index)")
        }
        var file = RawEvents()
        let times = [-5, 1e300, -1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0]
        for (step, time) in times.enumerated() {
            file.add(step: Int64(step), wallTime: time, .scalar(1, "x"))
        }
        for rules in ReadingRules.allCases {
            #expect(try values(file, as: rules)["x"]?.scalars.map(\.wallTime) == times)
        }
    }

    /// Points of a curve without metadata, and with them only from some place on: `nil` stands for a
    /// tag of which nothing is shown.
    @Test(
        arguments: [
            ([[nil, nil]], nil, nil), ([[nil, nil, "scalars", nil]], nil, nil),
            ([[nil, nil], ["scalars", nil]], nil, [0, 1, 2, 3]),
            ([["scalars", nil], [nil, nil]], [0, 1, 2, 3], [0, 1, 2, 3]),
            ([[nil], ["", "scalars"]], nil, nil),
        ] as [([[String?]], [Int64]?, [Int64]?)])
    func tagsWithoutAKind(files: [[String?]], fast: [Int64]?, slow: [Int64]?) throws {
        var step: Int64 = 0
        for (number, plugins) in files.enumerated() {
            var file = RawEvents()
            for plugin in plugins {
                file.add(
                    step: step, .tensor("x", plugin: plugin, type: 1, field(5, little(UInt32(0)))))
                step += 1
            }
            try folder.write(file.bytes, to: "events.out.tfevents.\(number).h")
        }
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        for (rules, expected) in [(ReadingRules.default, fast), (.python, slow)] {
            let tag = try #require(run.values(as: rules)["x"])
            #expect(tag.kind == (expected == nil ? .unknown : .scalars), "\(rules)")
            #expect(tag.scalars.map(\.step) == expected ?? [])
            #expect(tag.stored.count == (expected == nil ? Int(step) : 0))
        }
        let all = try #require(run.values(as: .all)["x"])
        #expect(all.kind == .scalars && all.scalars.map(\.step) == Array(0..<step))
    }

    /// Two tags that Unicode calls equivalent.
    @Test(arguments: ReadingRules.allCases)
    func tagsAreComparedByBytes(rules: ReadingRules) throws {
        var file = RawEvents()
        file.add(step: 1, .scalar(1, "caf\u{e9}"))
        file.add(step: 1, .scalar(2, "cafe\u{301}"))
        let values = try values(file, as: rules)
        #expect(values.tags.map { Array($0.tag.utf8).count } == [5, 6])
        #expect(values["caf\u{e9}"]?.scalars.map(\.value) == [1])
        #expect(values["cafe\u{301}"]?.scalars.map(\.value) == [2])
    }

    @Test(
        arguments: [
            (ReadingRules.default, EventFileReader.Checksums.all, [0, 1, 3, 4], [5]),
            (.default, .lengths, [0, 1, 2, 3, 4], [5]), (.all, .all, [0, 1, 3, 4], [5]),
            (.python, .all, [0, 1], [5]), (.python, .lengths, [0, 1, 2, 3, 4], [5]),
        ] as [(ReadingRules, EventFileReader.Checksums, [Int64], [Int64])])
    func whatIsBehindDamage(
        rules: ReadingRules, checksums: EventFileReader.Checksums, first: [Int64], second: [Int64]
    ) throws {
        var file = Self.curve(Array(0...4), "loss")
        // The wall time of step 2, whose lowest bit makes no other event of it.
        file.damageData(ofRecord: 3, byte: 1)
        try folder.write(file.bytes, to: "events.out.tfevents.0.h")
        try folder.write(Self.curve([5], "loss").bytes, to: "events.out.tfevents.1.h")
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let values = run.values(as: rules, requiring: checksums)
        #expect(steps(values, "loss") == first + second)
        #expect(values.problems.map(\.problem) == (checksums == .all ? [.damagedData] : []))
        #expect(values.problems.allSatisfy { $0.offset == file.offsets[3] })
    }
}
