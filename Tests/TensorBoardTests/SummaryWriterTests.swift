import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct SummaryWriterTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func fileBeginsWithVersionAndStart() throws {
        var options = SummaryWriter.Options()
        options.purgeStep = 12
        let before = Date().timeIntervalSince1970
        let writer = try SummaryWriter(logdir: folder.path(of: "a/b"), options: options)
        try writer.close()
        let events = try events(of: writer.path)
        #expect(
            events.map(\.content) == [
                .fileVersion("brain.Event:2", writer: "ganboard.TensorBoard.SummaryWriter"),
                .session(.start),
            ])
        #expect(events.map(\.step) == [0, 12])
        #expect(events.allSatisfy { (before...before + 60).contains($0.wallTime) })
    }

    @Test func whatIsLoggedIsReadBack() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        let graph = GraphDefinition(nodes: [.init(name: "x", op: "Placeholder")])
        let image = Image(height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
        try writer.addGraph(graph)
        try writer.add(
            Summary([
                .scalar(0.5, tag: "loss"), .histogram([1, 2], tag: "weights"),
                .image(image, tag: "picture"),
            ]), step: 3, wallTime: 1_000_000)
        try writer.addScalar(.nan, tag: "loss", step: -4)
        try writer.close()

        let events = try events(of: writer.path).dropFirst(2)
        #expect(events.map(\.step) == [0, 3, -4])
        #expect(events.first?.content == .graph(graph.serialized()))
        let summary = try #require(events.dropFirst().first)
        #expect(summary.wallTime == 1_000_000)
        let values = summary.values
        #expect(values.map(\.tag) == ["loss", "weights", "picture"])
        #expect(values[0].content == .scalar(0.5))
        #expect(values[1].content == .histogram(Histogram(counting: [1, 2] as [Float])))
        #expect(
            values[2].content == .image(height: 2, width: 1, channels: 3, png: image.png()))
        let last = try #require(events.last)
        #expect(last.wallTime > 1_000_000)
        guard case .scalar(let number) = last.values[0].content else {
            Issue.record("no scalar: \(last)")
            return
        }
        #expect(number.isNaN)
    }

    @Test func metadataComeOncePerFile() throws {
        let metadata = Summary.Metadata(displayName: "Loss", description: "*falls*")
        for _ in 1...2 {
            let writer = try SummaryWriter(logdir: folder.path)
            for step in 1...2 {
                let image = FloatImage(height: 1, width: 1, channels: 1, pixels: [1])
                let values: [Summary.Value] = [
                    .init(tag: "loss", content: .scalar(1), metadata: metadata),
                    .histogram([1], tag: "weights"),
                    .init(tag: "picture", content: .floatImage(image)),
                ]
                try writer.add(Summary(values), step: Int64(step))
            }
            try writer.close()
            let values = try events(of: writer.path).flatMap(\.values)
            let described = values.prefix(3).compactMap(\.metadata)
            #expect(described.map(\.pluginName) == ["scalars", "histograms", "images"])
            #expect(described.map(\.displayName) == ["Loss", "", ""])
            #expect(described.map(\.description) == ["*falls*", "", ""])
            // Field 2 of ImagePluginData: converted_to_tensor.
            #expect(described.map(\.pluginContent) == [[], [], [0x10, 1]])
            #expect(values.dropFirst(3).allSatisfy { $0.metadata == nil })
        }
    }

    /// With a data class, TensorBoard's fast reader keeps the metadata of plain values.
    @Test func metadataHaveADataClass() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        let image = FloatImage(height: 1, width: 1, channels: 1, pixels: [1])
        try writer.add(
            Summary([
                .scalar(1, tag: "a"), .histogram([1], tag: "b"),
                .init(tag: "c", content: .floatImage(image)),
            ]), step: 1)
        try writer.close()
        let file = try Data(contentsOf: URL(filePath: writer.path))
        let start = try events(of: writer.path)[2].offset
        let event = try WireMessage(file[(start + 12)..<(file.count - 4)])
        let values = try event.messages(5)[0].messages(1)
        #expect(try values.map { try $0.messages(9)[0].int(4) } == [1, 2, 3])
    }

    @Test func eachWriterHasAFileOfItsOwnThatComesLast() throws {
        try folder.write([], to: "events.out.tfevents.2000000000.host")
        try folder.write([], to: "notes.txt")
        var paths: [String] = []
        for _ in 1...5 {
            let writer = try SummaryWriter(logdir: folder.path)
            paths.append(writer.path)
        }
        #expect(paths.sorted() == paths && Set(paths).count == 5)
        for path in paths {
            let name = try #require(path.split(separator: "/").last)
            let parts = name.split(separator: ".")
            #expect(parts.prefix(3) == ["events", "out", "tfevents"])
            #expect(["2000000000", "2000000001"].contains(parts[3]))
            #expect(parts.suffix(2).first.map(String.init) == "\(getpid())")
            #expect(name > "events.out.tfevents.2000000000.host")
        }
    }

    @Test func flushBringsEventsToTheFile() throws {
        let writer = try SummaryWriter(logdir: folder.path, options: patient())
        for step in 1...3 {
            try writer.addScalar(Float(step), tag: "loss", step: Int64(step))
            try writer.flush()
            #expect(try events(of: writer.path).last?.step == Int64(step))
        }
        try writer.flush()
        #expect(try events(of: writer.path).count == 5)
    }

    @Test func eventsAreWrittenAfterTheFlushInterval() async throws {
        var options = SummaryWriter.Options()
        options.flushInterval = .milliseconds(50)
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        for step in 1...3 {
            try writer.addScalar(1, tag: "loss", step: Int64(step))
            let start = ContinuousClock.now
            while try events(of: writer.path).last?.step != Int64(step) {
                try #require(start.duration(to: .now) < .seconds(20))
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        try writer.close()
    }

    @Test func nothingIsLostWhenTheWriterGoes() throws {
        var path = ""
        do {
            let writer = try SummaryWriter(logdir: folder.path, options: patient())
            path = writer.path
            try writer.addScalar(1, tag: "loss", step: 1)
        }
        #expect(try events(of: path).count == 3)
    }

    @Test func nothingIsLostAtExit() async throws {
        await #expect(processExitsWith: .exitCode(7)) { [path = folder.path as String] in
            let writer = try SummaryWriter(logdir: path)
            try writer.addScalar(1, tag: "loss", step: 1)
            exit(7)
        }
        let file = try #require(try folder.names().first)
        #expect(try events(of: folder.path(of: file)).count == 3)
    }

    @Test func closedWriterTakesNothing() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.close()
        try writer.close()
        let error = #expect(throws: EventFileError.self) {
            try writer.addScalar(1, tag: "loss", step: 1)
        }
        #expect(error?.problem == .closed)
        // As TensorBoard's own writer has it.
        let closed = try #require(error)
        #expect(throws: closed) { try writer.flush() }
        try writer.close()
    }

    /// Eight threads through a queue of three places: nothing is lost, and each keeps its order.
    @Test func threadsWaitForRoomAndKeepTheirOrder() async throws {
        var options = patient()
        options.queueCapacity = 3
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    for step in 0..<200 {
                        try writer.addScalar(Float(step), tag: "\(thread)", step: Int64(step))
                    }
                }
            }
        }
        try writer.close()
        var steps: [String: [Int64]] = [:]
        for event in try events(of: writer.path) {
            for value in event.values { steps[value.tag, default: []].append(event.step) }
        }
        #expect(steps.count == 8)
        #expect(steps.values.allSatisfy { $0 == Array(0..<200) })
    }

    @Test func longEventsAreWrittenWhole() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        let noise = (0..<1_200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let image = Image(height: 1000, width: 1200, channels: 1, pixels: noise)
        for step in 1...2 { try writer.add(Summary([.image(image, tag: "i")]), step: Int64(step)) }
        try writer.close()
        #expect(try events(of: writer.path).map(\.step) == [0, 0, 1, 2])
    }

    /// Options with which events are only written when somebody asks for it.
    private func patient() -> SummaryWriter.Options {
        var options = SummaryWriter.Options()
        options.flushInterval = .seconds(1000)
        return options
    }
}

/// All events of a file.
func events(of path: String) throws -> [Event] {
    var reader = try EventFileReader(path: path)
    var events: [Event] = []
    while let event = try reader.next() { events.append(event) }
    return events
}
