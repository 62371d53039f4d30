import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct TagTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    static let strange = [
        "a/b/c", "/", "a b", " ", "", "größe/Ω", "日本語", "👩‍🔬", "\"quoted\" <b>", "tab\tline\n",
        "%s%d",
        String(repeating: "long", count: 1000),
    ]

    @Test func strangeTagsAreKept() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        for step in 1...2 as ClosedRange<Int64> {
            for tag in Self.strange {
                try writer.addScalar(1, tag: tag, step: step)
                try writer.addText(tag, tag: tag + "text", step: step)
            }
        }
        try writer.close()
        let values = try events(of: writer.path).flatMap(\.values)
        let both = Self.strange.flatMap { [$0, $0 + "text"] }
        #expect(values.map(\.tag) == both + both)
        #expect(values.prefix(both.count).allSatisfy { $0.metadata != nil })
        // A text does not say by itself that it is one; a point of a curve does.
        for (value, tag) in zip(values, both + both).dropFirst(both.count) {
            #expect((value.metadata != nil) == tag.hasSuffix("text"))
        }
    }

    @Test func tenThousandTags() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        for step in 1...3 as ClosedRange<Int64> {
            for tag in 0..<10_000 { try writer.addScalar(1, tag: "tag/\(tag)", step: step) }
        }
        try writer.close()
        let values = try events(of: writer.path).flatMap(\.values)
        #expect(values.count == 30_000)
        #expect(values.filter { $0.metadata != nil }.count == 10_000)
        #expect(Set(values.map(\.tag)).count == 10_000)
    }

    /// Every kind at once from eight threads; each keeps the order of its own. Also to be run with
    /// `TSAN_OPTIONS=die_after_fork=0 swift test --sanitize=thread`; the sanitizer ends forked processes
    /// otherwise.
    @Test func eightThreadsLogEveryKind() async throws {
        var options = SummaryWriter.Options()
        options.queueCapacity = 50
        options.maximumFileSize = 1 << 16
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    let tag = "thread \(thread)"
                    let pixels = [Float](repeating: 0.5, count: 64)
                    for step in 0..<50 as Range<Int64> {
                        try writer.addScalar(1, tag: tag, step: step)
                        try writer.addScalars(["a": 1], tag: "\(tag) all", step: step)
                        try writer.addHistogram(pixels, tag: "\(tag) h", step: step)
                        try writer.addImages(
                            pixels.span, shape: .nhw(4, 4, 4), range: 0...1, tag: "\(tag) i",
                            step: step)
                        try writer.addText(tag, tag: "\(tag) t", step: step)
                        if step == 25 {
                            try writer.flush()
                            try writer.addEmbedding(
                                Embedding(pixels, dimensions: 8), tag: tag, step: step)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try writer.close()
        var steps: [String: [Int64]] = [:]
        let files = try folder.names().filter { $0.contains("tfevents") }
        #expect(files.count > 1)
        for file in files {
            for event in try events(of: folder.path(of: file)) {
                for value in event.values { steps[value.tag, default: []].append(event.step) }
            }
        }
        for thread in 0..<8 {
            for suffix in ["", " all/a", " h", " i", " t"] {
                #expect(steps["thread \(thread)\(suffix)"] == Array(0..<50))
            }
        }
        let configuration = try folder.read("projector_config.pbtxt")
        let names = String(decoding: configuration, as: UTF8.self).matches(of: /tensor_name/)
        #expect(names.count == 8)
    }

    /// The clock may go back, and a program may say what it likes.
    @Test func timesGoBack() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        for (index, time) in [5e9, 1e9, 0, -1].enumerated() {
            try writer.addScalar(1, tag: "loss", step: Int64(index), wallTime: time)
        }
        try writer.close()
        let times = try events(of: writer.path).dropFirst(2).map(\.wallTime)
        #expect(times == [5e9, 1e9, 0, -1])
    }

    /// For TensorBoard's default reader such a time ends the file, or voids the values.
    @Test(arguments: [Double.nan, .infinity, -.infinity, .signalingNaN])
    func timesThatAreNotFiniteAreRefused(time: Double) throws {
        let writer = try SummaryWriter(logdir: folder.path)
        let calls: [() throws -> Void] = [
            { try writer.addScalar(1, tag: "loss", step: 1, wallTime: time) },
            { try writer.addText("a", tag: "text", step: 1, wallTime: time) },
            { try writer.addScalars(["a": 1], tag: "both", step: 1, wallTime: time) },
            { try writer.addRunMetadata(RunMetadata(), tag: "step", step: 1, wallTime: time) },
        ]
        for call in calls {
            let error = #expect(throws: EventFileError.self) { try call() }
            #expect(error?.problem == .refused)
        }
        try writer.addScalar(2, tag: "loss", step: 2, wallTime: 7)
        try writer.close()
        let logged = try events(of: writer.path).dropFirst(2)
        #expect(logged.map(\.step) == [2] && logged.map(\.wallTime) == [7])
    }
}
