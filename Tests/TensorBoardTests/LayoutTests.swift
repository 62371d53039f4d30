import Foundation
import TensorBoard
import TestSupport
import Testing

/// What the Custom Scalars tab shows where several writers log into one folder: TensorBoard takes a
/// run's last layout, in the order of the files' names.
@Suite struct LayoutTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func writer(_ change: (inout SummaryWriter.Options) -> Void = { _ in }) throws -> SummaryWriter
    {
        var options = SummaryWriter.Options()
        change(&options)
        return try SummaryWriter(logdir: folder.path(of: "run"), options: options)
    }

    /// The chart's lines behind its category and title.
    func shown() throws -> [String] {
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let tag = try #require(run.values(as: .python)["custom_scalars__config__"])
        guard case .tensor(let tensor) = try #require(tag.stored.last).load().content,
            case .strings(let strings) = tensor.elements
        else { return [] }
        return try WireMessage(try #require(strings.first)).messages(2).flatMap { category in
            try category.messages(2).map { chart in
                let lines = try chart.messages(2).flatMap(\.fields).map { field in
                    if case .bytes(let bytes) = field.value {
                        String(decoding: bytes, as: UTF8.self)
                    } else {
                        "?"
                    }
                }
                let margins = try chart.messages(3).flatMap { try $0.messages(1) }
                    .map { "\($0.string(1))±" }
                return "\(category.string(1))|\(chart.string(1))|"
                    + (lines + margins).joined(separator: " ")
            }
        }
    }

    static func layout(_ category: String, _ chart: String, _ lines: String...) -> CustomScalars {
        CustomScalars([
            .init(title: category, charts: [.lines(chart, patterns: lines)])
        ])
    }

    @Test func aLaterWriterGoesOn() throws {
        let first = try writer()
        try first.addScalars(["a": 1, "b": 2], tag: "loss/all", step: 1)
        try first.close()
        let second = try writer()
        try second.addScalars(["c": 1], tag: "loss/all", step: 2)
        try second.addScalars(["x": 1], tag: "score", step: 2)
        try second.close()
        // A third one that adds nothing new, and one that has no charts.
        let third = try writer()
        try third.addScalars(["a": 3], tag: "loss/all", step: 3)
        try third.close()
        let fourth = try writer()
        try fourth.addScalar(1, tag: "plain", step: 4)
        try fourth.close()
        #expect(
            try shown() == [
                "loss|loss/all|^loss/all/a$ ^loss/all/b$ ^loss/all/c$", "score|score|^score/x$",
            ])
    }

    /// Both are open; each adds a chart after the other one has, and they are closed in either order.
    @Test(arguments: [true, false])
    func writersThatAreOpenAtOnce(firstEndsFirst: Bool) throws {
        let first = try writer()
        let second = try writer()
        for (writer, name) in [
            (first, "a"), (second, "b"), (first, "c"), (first, "d"), (second, "e"), (first, "f"),
        ] {
            try writer.addScalars(["y": 1], tag: name, step: 1)
            try writer.flush()
        }
        try (firstEndsFirst ? first : second).close()
        try (firstEndsFirst ? second : first).addScalars(["y": 1], tag: "g", step: 2)
        try (firstEndsFirst ? second : first).close()
        #expect(try Set(shown()) == Set("abcdefg".map { "\($0)|\($0)|^\($0)/y$" }))
        #expect(try shown().count == 7)
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        for name in "abcdef" {
            #expect(run.values()["\(name)/y"]?.scalars.map(\.step) == [1])
        }
    }

    /// Many at once, of which each says that all it logged is there.
    @Test func writersThatLogAtOnce() async throws {
        let writers = try (0..<6).map { _ in try writer() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, writer) in writers.enumerated() {
                group.addTask {
                    for chart in 0..<4 {
                        try writer.addScalars(["y": 1], tag: "\(index)/\(chart)", step: 1)
                        try writer.flush()
                    }
                    try writer.close()
                }
            }
            try await group.waitForAll()
        }
        let expected = (0..<6).flatMap { index in
            (0..<4).map { "\(index)|\(index)/\($0)|^\(index)/\($0)/y$" }
        }
        #expect(try Set(shown()) == Set(expected))
    }

    /// What a writer gives as a layout takes the place of what it gave before, and of nothing else.
    @Test func aWriterReplacesItsOwn() throws {
        let first = try writer()
        try first.addCustomScalars(Self.layout("mine", "one", "a", "b"))
        try first.flush()
        let second = try writer()
        try second.addCustomScalars(Self.layout("mine", "two", "c"))
        try second.addScalars(["y": 1], tag: "z", step: 1)
        try second.flush()
        #expect(try shown() == ["mine|one|a b", "mine|two|c", "z|z|^z/y$"])
        try second.addCustomScalars(Self.layout("other", "three", "d"))
        try second.flush()
        #expect(try shown() == ["mine|one|a b", "z|z|^z/y$", "other|three|d"])
        // What both want stays when one of them no longer wants it.
        try first.addCustomScalars(Self.layout("other", "three", "d", "e"))
        try first.flush()
        #expect(try shown() == ["z|z|^z/y$", "other|three|d e"])
        try first.addCustomScalars(CustomScalars())
        try first.flush()
        #expect(try shown() == ["z|z|^z/y$", "other|three|d"])
        try second.close()
        try first.close()
    }

    /// What is refused is as if it had never been asked for, whatever the policy.
    @Test(arguments: [true, false]) func whatIsRefusedLeavesNothing(isThrowing: Bool) throws {
        let first = try writer {
            if !isThrowing { $0.failurePolicy = .dropping(report: { _ in }) }
        }
        try first.addScalars(["y": 1], tag: "a", step: 1)
        if isThrowing {
            #expect(throws: EventFileError.self) {
                try first.addCustomScalars(Self.layout("c\0", "one", "x"))
            }
            #expect(throws: EventFileError.self) {
                try first.addScalars(["y\0": 1], tag: "b", step: 1)
            }
        } else {
            try first.addCustomScalars(Self.layout("c\0", "one", "x"))
            try first.addScalars(["y\0": 1], tag: "b", step: 1)
            #expect(first.droppedEvents == 2)
        }
        try first.addScalars(["y": 1], tag: "d", step: 2)
        try first.close()
        #expect(try shown() == ["a|a|^a/y$", "d|d|^d/y$"])
    }

    /// Alone in its run, a writer has its layout as it gave it: in its order, two charts of one title.
    @Test func aLayoutIsShownAsItWasGiven() throws {
        let first = try writer { $0.maximumFileSize = 300 }
        try first.addCustomScalars(Self.layout("c", "b", "1"))
        try first.flush()
        let twice = CustomScalars([
            .init(title: "d", charts: []),
            .init(
                title: "c",
                charts: [
                    .lines("x", patterns: ["2"]), .lines("x", patterns: ["3"]),
                    .lines("b", patterns: ["1"]),
                    .margins("x", [.init(value: "v", lower: "l", upper: "u")]),
                ], isClosed: true),
        ])
        try first.addCustomScalars(twice)
        try first.close()
        let expected = ["c|x|2", "c|x|3", "c|b|1", "c|x|v±"]
        #expect(try shown() == expected)
        for _ in 0..<2 {
            let again = try writer()
            try again.addCustomScalars(twice)
            try again.close()
            #expect(try shown() == expected)
        }
    }

    /// Tags that Unicode calls equivalent, and files that cannot be read.
    @Test func otherFilesOfTheRun() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "run"), withIntermediateDirectories: false)
        let log = try Fixtures.bytes("tensorflow1.tfevents")
        try folder.write(log, to: "run/events.out.tfevents.0000000001.a")
        try folder.write(log.dropLast(3), to: "run/events.out.tfevents.0000000002.b")
        try folder.write([1, 2, 3], to: "run/events.out.tfevents.0000000003.c")
        let first = try writer()
        try first.addScalars(["y": 1], tag: "caf\u{e9}", step: 1)
        try first.close()
        // Damage behind the layout, and before it.
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "run")).max())
        var damaged = try folder.read("run/\(name)")
        damaged[14] ^= 1
        try folder.write(damaged + [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7], to: "run/\(name)")
        let second = try writer()
        try second.addScalars(["y": 1], tag: "cafe\u{301}", step: 1)
        try second.close()
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let tag = try #require(run.values(as: .all)["custom_scalars__config__"])
        let text = try #require(try tag.stored.last?.load().text?.first)
        #expect(text.utf8.firstRange(of: "caf\u{e9}".utf8) != nil)
        #expect(text.utf8.firstRange(of: "cafe\u{301}".utf8) != nil)
    }
}

/// What users see of it.
@Suite(.waiting, .enabled(if: TensorBoardServer.program != nil, "TENSORBOARD names no TensorBoard"))
struct LayoutInTensorBoardTests {
    /// A chart of a layout, as TensorBoard's page gets it.
    struct Layout: Decodable {
        struct Category: Decodable {
            let title: String
            let chart: [Chart]
        }
        struct Chart: Decodable {
            struct Lines: Decodable { let tag: [String] }
            let title: String
            let multiline: Lines
        }
        let category: [Category]?

        var lines: [String] {
            (category ?? []).flatMap { $0.chart.flatMap(\.multiline.tag) }.sorted()
        }
    }

    @Test(arguments: [true, false])
    func chartsOfAllWritersAreShown(isFast: Bool) async throws {
        let folder = try TemporaryFolder()
        func log(_ run: String, _ charts: String...) throws -> SummaryWriter {
            let writer = try SummaryWriter(logdir: folder.path(of: run))
            for chart in charts { try writer.addScalars(["y": 1], tag: chart, step: 1) }
            try writer.flush()
            return writer
        }
        try log("closed", "a").close()
        try log("closed", "b").close()
        let open = try log("open", "c")
        let other = try log("open", "d")
        try open.addScalars(["y": 1], tag: "e", step: 1)
        try open.flush()
        // Another program, by TensorBoard's own messages.
        let program = URL(filePath: try #require(TensorBoardServer.program))
        let python = Process()
        python.executableURL = program.deletingLastPathComponent().appending(path: "python3")
        python.arguments = [
            "-c",
            """
            import sys
            from tensorboard.compat.proto import event_pb2
            from tensorboard.plugins.custom_scalar import layout_pb2, metadata
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
            writer = EventFileWriter(sys.argv[1])
            event = event_pb2.Event(wall_time=1)
            value = event.summary.value.add(tag=metadata.CONFIG_SUMMARY_TAG)
            value.metadata.CopyFrom(metadata.create_summary_metadata())
            chart = layout_pb2.Chart(
                title="f", multiline=layout_pb2.MultilineChartContent(tag=["^f/y$"]))
            layout = layout_pb2.Layout(
                category=[layout_pb2.Category(title="f", chart=[chart])])
            value.tensor.dtype = 7
            value.tensor.string_val.append(layout.SerializeToString())
            writer.add_event(event)
            writer.close()
            """, folder.path(of: "foreign"),
        ]
        try python.run()
        python.waitUntilExit()
        try #require(python.terminationStatus == 0)
        try log("foreign", "g").close()

        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(isFast)", "--reload_interval=1"])
        let expected = "abcdefg".map { "^\($0)/y$" }
        let layout: Layout = try await server.json(
            "plugin/custom_scalars/layout", until: { $0.lines.count == expected.count })
        #expect(layout.lines == expected)
        // While it looks on.
        try open.addScalars(["y": 1], tag: "h", step: 2)
        try open.flush()
        let more: Layout = try await server.json(
            "plugin/custom_scalars/layout", until: { $0.lines.count == expected.count + 1 })
        #expect(more.lines == expected + ["^h/y$"])
        try other.close()
        try open.close()
    }
}
