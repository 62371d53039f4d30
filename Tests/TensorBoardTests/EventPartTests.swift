import RecordIO
import TensorBoard
import TestSupport
import Testing

/// Reading on behind damage, and what single events say.
@Suite struct EventPartTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A file of five scalars at the steps 1 to 5, and where its records start and the last one
    /// ends.
    func scalars() throws -> (bytes: [UInt8], offsets: [Int]) {
        var records = RecordBuffer()
        var offsets = [0]
        for step in 1...5 {
            let data: [UInt8] = [
                0x10, UInt8(step), 0x2a, 10, 0x0a, 8, 0x0a, 1, 0x78, 0x15, 0, 0, 0x80, 0x3f,
            ]
            records.append(data.span.bytes)
            offsets.append(records.byteCount)
        }
        return (records.withBytes { $0.withUnsafeBytes(Array.init) }, offsets)
    }

    /// The steps of a file's events, and its damage.
    func parts(
        _ bytes: [UInt8], requiring checksums: EventFileReader.Checksums = .all
    ) throws -> (steps: [Int64], damage: [EventFileReader.Damage]) {
        let path = try folder.write(bytes, to: "x.tfevents")
        var reader = try EventFileReader(path: path, requiring: checksums)
        var (steps, damage): ([Int64], [EventFileReader.Damage]) = ([], [])
        while let part = try reader.nextPart() {
            switch part {
            case .event(let event): steps.append(event.step)
            case .damage(let bytes): damage.append(bytes)
            }
        }
        return (steps, damage)
    }

    @Test func aWholeFileHasNoDamage() throws {
        let (steps, damage) = try parts(scalars().bytes)
        #expect(steps == [1, 2, 3, 4, 5] && damage == [])
    }

    @Test func damagedDataCostTheirRecord() throws {
        var (bytes, offsets) = try scalars()
        bytes[offsets[1] + 13] = 9
        bytes[offsets[2] + 13] = 9
        bytes[offsets[4] + 13] = 9
        let (steps, damage) = try parts(bytes)
        #expect(steps == [1, 4])
        #expect(damage.map(\.bytes) == [offsets[1]..<offsets[3], offsets[4]..<offsets[5]])
        #expect(damage.map(\.recordCount) == [2, 1])
        #expect(damage.map(\.isAtEnd) == [false, true])
        #expect(damage.map(\.error.problem) == [.damagedData, .damagedData])
        #expect(
            damage[0].error.description == "\(folder.path)/x.tfevents: damaged at byte 30: a "
                + "record's data have a wrong checksum; left out there: 2 records (60 bytes)")
        // What the default reader of TensorBoard shows: the changed steps, too.
        let all = try parts(bytes, requiring: .lengths)
        #expect(all.steps == [1, 9, 9, 4, 9] && all.damage == [])
    }

    @Test func damagedLengths() throws {
        var (bytes, offsets) = try scalars()
        bytes[offsets[2] + 9] ^= 1
        for checksums in [EventFileReader.Checksums.all, .lengths] {
            let (steps, damage) = try parts(bytes, requiring: checksums)
            #expect(steps == [1, 2, 4, 5])
            #expect(damage.map(\.bytes) == [offsets[2]..<offsets[3]])
            #expect(damage.map(\.recordCount) == [nil])
            #expect(damage[0].error.problem == .damagedLength)
            #expect(damage[0].error.description.hasSuffix("left out there: 30 bytes"))
        }
    }

    /// Data without their checksum that are no event are damaged, those with it are another thing.
    @Test func dataThatAreNoEvent() throws {
        var (bytes, offsets) = try scalars()
        bytes[offsets[1] + 12] = 0x0b
        let damaged = try parts(bytes, requiring: .lengths)
        #expect(damaged.steps == [1, 3, 4, 5])
        #expect(damaged.damage.map(\.error.problem) == [.damagedData])
        var records = RecordBuffer()
        records.append(([0x0b] as [UInt8]).span.bytes)
        let whole = records.withBytes { $0.withUnsafeBytes(Array.init) } + bytes[offsets[2]...]
        for checksums in [EventFileReader.Checksums.all, .lengths] {
            let (steps, damage) = try parts(whole, requiring: checksums)
            #expect(steps == [3, 4, 5])
            #expect(damage.map(\.error.problem) == [.notAnEvent])
            #expect(damage.map(\.recordCount) == [1])
        }
    }

    /// A writer that died in the middle of a record, and another one that went on behind it.
    @Test func aCutRecordBeforeWholeOnes() throws {
        let (bytes, offsets) = try scalars()
        let cut = bytes[..<(offsets[2] - 4)] + bytes[offsets[3]...]
        let (steps, damage) = try parts(Array(cut))
        #expect(steps == [1, 4, 5])
        #expect(damage.map(\.bytes) == [offsets[1]..<offsets[2] - 4])
        let end = try parts(Array(bytes.dropLast()))
        #expect(end.steps == [1, 2, 3, 4])
        #expect(end.damage.map(\.error.problem) == [.truncated])
        #expect(end.damage.map(\.isAtEnd) == [true])
        #expect(end.damage[0].error.description.hasSuffix("inside the record at byte 120"))
    }

    static let versions: [(String, Double)] = [
        ("brain.Event:2", 2), ("brain.Event:2.0", 2), ("brain.Event:1.5", 1.5), ("2", 2),
        ("brain.Event: 3 ", 3), ("brain.Event:1brain.Event:2", 2), ("brain.Event:", -1),
        ("invalid", -1), ("brain.Event:two", -1),
        // As `event_util.ParseFileVersion` gives them.
        ("0x2", -1), ("0x1p1", -1), ("0b10", -1), ("+2", 2), ("++2", -1), ("+ 2", -1), ("-2", -2),
        ("2.", 2), (".5", 0.5), (".", -1), ("1e0", 1), ("2E0", 2), ("2e", -1), ("1e400", .infinity),
        ("1_0", 10), ("2_0.5_0", 20.5), ("1__0", -1), ("_2", -1), ("2_", -1), ("1_e1", -1),
        ("Infinity", .infinity), ("-inf", -.infinity), ("infin", -1), ("nan(1)", -1), ("2f", -1),
        ("2 0", -1), ("2,0", -1), ("\u{662}", 2), ("\u{ff12}", 2), ("\u{b2}", -1),
        ("\u{a0}2\u{2003}", 2), ("\u{1c}2", -1), ("\u{feff}2", -1),
    ]

    @Test(arguments: versions)
    func fileVersions(text: String, version: Double) throws {
        let data = [0x1a, UInt8(text.utf8.count)] + Array(text.utf8)
        var records = RecordBuffer()
        records.append(data.span.bytes)
        let path = try folder.write(
            records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "tfevents")
        let event = try #require(try events(of: path).first)
        #expect(event.content == .fileVersion(text, writer: ""))
        #expect(event.fileVersion == version)
    }

    /// `testGraphFromMetaGraphBecomesAvailable` of TensorBoard's `event_accumulator_test.py`.
    @Test func graphOfAMetaGraph() throws {
        // A field that is skipped, and a GraphDef of three bytes.
        let metaGraph: [UInt8] = [0x0a, 2, 0x0a, 0, 0x12, 3, 1, 2, 3]
        var records = RecordBuffer()
        records.append(([0x10, 7, 0x4a, 9] + metaGraph).span.bytes)
        records.append(([0x10, 8, 0x4a, 2, 0x0a, 0] as [UInt8]).span.bytes)
        let bytes = records.withBytes { $0.withUnsafeBytes(Array.init) }
        try folder.write(bytes, to: "tfevents")
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let events = try events(of: run.files[0])
        #expect(events.map(\.content) == [.metaGraph(metaGraph), .metaGraph([0x0a, 0])])
        #expect(events.map(\.graphDefinition) == [[1, 2, 3], nil])
        #expect(run.values().tags.map(\.kind) == [.graphs])
        #expect(run.values().tags.map(\.count) == [1])
        #expect(run.values().tags.map(\.steps?.first) == [7])

        // A graph of its own comes first.
        records.append(([0x10, 9, 0x22, 1, 5] as [UInt8]).span.bytes)
        try folder.write(records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "tfevents")
        #expect(run.values().tags.map(\.count) == [1])
        #expect(run.values().tags.map(\.steps?.first) == [9])
    }

    /// One limit and two counts: TensorBoard's default reader drops such a value.
    @Test func aHistogramOfUnequalFields() throws {
        let limits: [UInt8] = [0x32, 8, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        let counts: [UInt8] = [0x3a, 16] + Array(repeating: 0, count: 16)
        let histogram = limits + counts
        let value = [0x0a, 1, 0x68, 0x2a, UInt8(histogram.count)] + histogram
        let summary = [0x0a, UInt8(value.count)] + value
        var records = RecordBuffer()
        records.append(([0x2a, UInt8(summary.count)] + summary).span.bytes)
        let path = try folder.write(
            records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "tfevents")
        let read = try #require(try events(of: path).first?.values.first)
        #expect(read.content == .invalid(.histograms))
        #expect(read.kind == .histograms && read.distribution == nil)
    }

    /// Two tags that differ behind a NUL, which a writer of this package refuses.
    @Test func tagsWithNULs() throws {
        var records = RecordBuffer()
        for tag in ["a\0b", "a\0c", "a"] {
            let summary = Summary([.scalar(1, tag: tag), .histogram([1], tag: "h\(tag)")])
            let bytes = summary.serialized()
            // Field 5, `summary`, of an event; the length as a varint of two bytes.
            let length = [UInt8(bytes.count & 0x7f | 0x80), UInt8(bytes.count >> 7)]
            records.append(([0x2a] + length + bytes).span.bytes)
        }
        let path = try folder.write(
            records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "tfevents")
        let tags = try events(of: path).flatMap(\.values).map(\.tag)
        #expect(tags == ["a\0b", "ha\0b", "a\0c", "ha\0c", "a", "ha"])
    }
}
