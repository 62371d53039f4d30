import Foundation
import TensorBoard
import TestSupport
import Testing

/// What is found wrong in event files, and what TensorBoard's readers show of them.
@Suite(.waiting) struct CheckTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A file of six points, the third of which is another record.
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let third: [UInt8]
        let problem: EventFileError.Problem?
        /// Whole events before the problem, and from there on.
        let whole: (Int, Int)
        /// The events that the default reader reads, and those among them that are damaged.
        let fast: (Int, Int)
        /// The events that the other reader reads.
        let slow: Int
        /// The steps that the two readers serve; `nil` where the Python one fails for all runs.
        let steps: (fast: [Int], slow: [Int]?)
    }

    private static func third(_ data: [UInt8]) -> [UInt8] { DamagedLog.framed([data]) }
    private static let point = DamagedLog.scalar(3)

    static let cases: [Case] = [
        Case(
            description: "whole", third: third(point), problem: nil, whole: (6, 0), fast: (6, 0),
            slow: 6, steps: ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])),
        Case(
            description: "data", third: DamagedLog.damaged(point, at: -6),
            problem: .damagedData, whole: (2, 3), fast: (6, 1), slow: 2,
            steps: ([1, 2, 3, 4, 5, 6], [1, 2])),
        Case(
            description: "checksum", third: DamagedLog.damaged(point, at: -1),
            problem: .damagedData, whole: (2, 3), fast: (6, 1), slow: 2,
            steps: ([1, 2, 3, 4, 5, 6], [1, 2])),
        Case(
            description: "length", third: DamagedLog.damaged(point, at: 0),
            problem: .damagedLength, whole: (2, 3), fast: (2, 0), slow: 2, steps: ([1, 2], [1, 2])),
        Case(
            description: "zeros", third: Array(repeating: 0, count: 64),
            problem: .damagedLength, whole: (2, 3), fast: (2, 0), slow: 2, steps: ([1, 2], [1, 2])),
        Case(
            description: "damaged nonsense",
            third: DamagedLog.replaced([0x0b] + point.dropFirst(), of: point),
            problem: .damagedData, whole: (2, 3), fast: (2, 0), slow: 2, steps: ([1, 2], [1, 2])),
        Case(
            description: "nonsense", third: third([0x0d, 0, 0, 0, 0]), problem: .notAnEvent,
            whole: (2, 3), fast: (2, 0), slow: 2, steps: ([1, 2], nil)),
        Case(
            description: "no number", third: third(DamagedLog.scalar(3, wallTime: .nan)),
            problem: .timeIsNotANumber, whole: (2, 4), fast: (2, 0), slow: 6,
            steps: ([1, 2], [1, 2, 3, 4, 5, 6])),
        Case(
            description: "infinite", third: third(DamagedLog.scalar(3, wallTime: .infinity)),
            problem: .timeIsInfinite, whole: (2, 4), fast: (5, 0), slow: 6,
            steps: ([1, 2, 4, 5, 6], [1, 2, 3, 4, 5, 6])),
        Case(
            description: "not UTF-8", third: third(DamagedLog.scalar(3, tag: [0x78, 0xff])),
            problem: .notText, whole: (2, 4), fast: (2, 0), slow: 2, steps: ([1, 2], nil)),
        Case(
            description: "histogram", third: third(DamagedLog.unequalHistogram),
            problem: .invalidValue, whole: (2, 4), fast: (6, 0), slow: 6,
            steps: ([1, 2, 4, 5, 6], [1, 2, 4, 5, 6])),
    ]

    /// Writes a case's file into a folder of its name.
    func write(_ example: Case) throws -> String {
        let bytes =
            DamagedLog.framed([DamagedLog.scalar(1), DamagedLog.scalar(2)]) + example.third
            + DamagedLog.framed((4...6).map { DamagedLog.scalar($0) })
        try FileManager.default.createDirectory(
            atPath: folder.path(of: example.description), withIntermediateDirectories: true)
        return try folder.write(bytes, to: "\(example.description)/tfevents")
    }

    @Test(arguments: cases) func counts(example: Case) throws {
        let report = EventLog.check(try write(example))
        #expect(report.problem?.problem == example.problem)
        #expect((report.eventCount, report.eventCountBehind) == example.whole)
        #expect(
            (report.defaultReaderCount, report.defaultReaderDamagedCount) == example.fast)
        #expect(report.pythonReaderCount == example.slow)
        if example.problem != nil {
            #expect(report.problem?.offset == 2 * (point.count + 16))
            #expect(report.byteCount == 2 * (point.count + 16))
        }
    }

    private var point: [UInt8] { Self.point }

    /// The readers themselves agree with the counts.
    @Test(
        .enabled(
            if: TensorBoardServer.program != nil,
            "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"),
        arguments: ["true", "false"])
    func tensorBoardAgrees(loadFast: String) async throws {
        let isFast = loadFast == "true"
        var expected: [String: [Int]] = [:]
        for example in Self.cases {
            let steps = isFast ? example.steps.fast : example.steps.slow
            guard let steps else { continue }
            _ = try write(example)
            expected[example.description] = steps
        }
        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(loadFast)", "--reload_interval=1"])
        for (run, steps) in expected {
            let data = try await server.data(
                "plugin/scalars/scalars", ["run": run, "tag": "x"]
            ) { DamagedLog.steps($0)?.count == steps.count }
            #expect(DamagedLog.steps(data) == steps, "run \(run)")
        }
    }

    @Test(arguments: [("ZLIB", "zlib"), ("GZIP", "gzip")])
    func compressedRecords(name: String, kind: String) throws {
        let path = try Fixtures.path("compressed-\(name).tfevents")
        let plain = try events(of: Fixtures.path("tensorflow2.tfevents"))
        let unpacked = try events(of: path)
        #expect(unpacked == plain)
        // From anywhere in it, backwards, too.
        for event in plain.reversed() {
            var reader = try EventFileReader(path: path, at: event.offset)
            #expect(try reader.next() == event)
        }
        let report = EventLog.check(path)
        #expect(report.problem?.problem == .compressed)
        #expect(report.eventCountBehind == plain.count)
        #expect((report.defaultReaderCount, report.pythonReaderCount) == (0, 0))
        try folder.write(Fixtures.bytes("compressed-\(name).tfevents"), to: "tfevents")
        let values = try #require(try EventLog(folder: folder.path).runs.first).values()
        #expect(values.eventCount == plain.count)
        #expect(values.problems.map(\.problem) == [.compressed])
    }

    /// Every place at which a compressed file can be cut, and a flipped bit at each.
    @Test(arguments: ["ZLIB", "GZIP"]) func damagedStreams(name: String) throws {
        let bytes = try Fixtures.bytes("compressed-\(name).tfevents")
        let plain = try events(of: Fixtures.path("tensorflow2.tfevents"))
        for position in stride(from: 20, to: bytes.count, by: 7) {
            for isCut in [true, false] {
                var damaged = isCut ? Array(bytes[..<position]) : bytes
                if !isCut { damaged[position] ^= 4 }
                var reader = try EventFileReader(path: folder.write(damaged, to: "tfevents"))
                var found: [Event] = []
                while let part = try reader.nextPart() {
                    if case .event(let event) = part { found.append(event) }
                }
                #expect(found.count <= plain.count)
                // They stand elsewhere where bytes before them are lost.
                #expect(
                    found.allSatisfy { event in plain.contains { $0.content == event.content } })
            }
        }
    }

    /// Two streams of gzip behind each other are one file.
    @Test func severalGzipStreams() throws {
        let bytes = try Fixtures.bytes("compressed-GZIP.tfevents")
        let path = try folder.write(bytes + bytes, to: "tfevents")
        #expect(try events(of: path).count == 20)
    }

    @Test func anEmptyFile() throws {
        let report = EventLog.check(try folder.write([], to: "tfevents"))
        #expect(report.problem == nil && report.eventCount == 0 && report.byteCount == 0)
    }
}
