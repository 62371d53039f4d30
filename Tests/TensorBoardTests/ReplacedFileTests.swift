import Foundation
import TensorBoard
import TestSupport
import Testing

/// Files that are copied while they are followed.
@Suite struct ReplacedFileTests {
    let folder: TemporaryFolder
    let name = "events.out.tfevents.1.h"

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A file with a point for each step; its first event's wall time tells it from others.
    static func file(_ steps: ClosedRange<Int64>, time: Double = 1) -> RawEvents {
        var file = RawEvents(version: nil)
        file.add(step: 0, wallTime: time, field(3, Array("brain.Event:2".utf8)))
        for step in steps { file.add(step: step, .scalar(0, "loss")) }
        return file
    }

    /// As rsync does: a new file takes the name.
    func replace(_ bytes: some Collection<UInt8>) throws {
        let temporary = try folder.write(bytes, to: "other")
        #expect(rename(temporary, folder.path(of: name)) == 0)
    }

    /// As `cp` and `rsync --inplace` do: the file is the same one.
    func overwrite(_ bytes: some Collection<UInt8>) throws {
        let path = folder.path(of: name)
        if !FileManager.default.fileExists(atPath: path) { try folder.write([], to: name) }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    func steps(_ follower: inout EventFollower) throws -> [Int64] {
        var steps: [Int64] = []
        try follower.poll { update in
            if case .event(let event) = update.news, !event.values.isEmpty {
                steps.append(event.step)
            }
        }
        return steps
    }

    /// Short files, and such of which only the ends are compared.
    @Test(arguments: [3, 5000] as [Int64])
    func aLongerCopyIsReadOn(count: Int64) throws {
        var follower = EventFollower(folder: folder.path)
        try replace(Self.file(1...count).bytes)
        #expect(try steps(&follower).count == Int(count))
        try replace(Self.file(1...count + 2).bytes)
        #expect(try steps(&follower) == [count + 1, count + 2])
        // The same copy once more.
        try replace(Self.file(1...count + 2).bytes)
        #expect(try steps(&follower) == [])
        // In the middle of a record, then whole.
        let longer = Self.file(1...count + 4).bytes
        try replace(longer.dropLast(5))
        #expect(try steps(&follower) == [count + 3])
        try replace(longer)
        #expect(try steps(&follower) == [count + 4])
    }

    @Test(arguments: [3, 5000] as [Int64])
    func aCopyThatShrinksAndGrowsGivesWhatIsNew(count: Int64) throws {
        var follower = EventFollower(folder: folder.path)
        try overwrite(Self.file(1...count).bytes)
        #expect(try steps(&follower).count == Int(count))
        let longer = Self.file(1...count + 1).bytes
        for length in [0, 7, 100, longer.count / 2, longer.count - 1] {
            try overwrite(longer.prefix(length))
            #expect(try steps(&follower) == [])
        }
        try overwrite(longer)
        #expect(try steps(&follower) == [count + 1])
    }

    /// Longer ones, shorter ones, and one that differs only in the middle's end.
    @Test(arguments: [3, 5000] as [Int64], [2, 3, 6000] as [Int64])
    func anotherFileIsReadFromItsStart(count: Int64, other: Int64) throws {
        for write in [replace, overwrite] as [([UInt8]) throws -> Void] {
            var follower = EventFollower(folder: folder.path)
            try write(Self.file(1...count).bytes)
            #expect(try steps(&follower).count == Int(count))
            // A file of the same length is seen by its number only.
            try write([])
            #expect(try steps(&follower) == [])
            try write(Self.file(1...other, time: 2).bytes)
            #expect(try steps(&follower) == Array(1...other))
        }
        // The same beginning, and other steps at the end.
        var follower = EventFollower(folder: folder.path)
        try replace(Self.file(1...5000).bytes)
        #expect(try steps(&follower).count == 5000)
        var changed = Self.file(1...4999)
        for step in [9, 10] as [Int64] { changed.add(step: step, .scalar(0, "loss")) }
        try replace(changed.bytes)
        #expect(try steps(&follower) == [9, 10])
    }

    /// Where a bit of a record may be wrong.
    enum Place: CaseIterable {
        case length, lengthChecksum, data, checksum

        func flip(_ bytes: inout [UInt8], _ file: RawEvents, record: Int) {
            let end = (file.offsets + [file.bytes.count])[record + 1]
            let index =
                switch self {
                case .length: file.offsets[record]
                case .lengthChecksum: file.offsets[record] + 9
                case .data: file.offsets[record] + 15
                case .checksum: end - 1
                }
            bytes[index] ^= 0x10
        }
    }

    /// What was damaged in the first copy is new in the second one, and nothing else is.
    @Test(arguments: [3, 500] as [Int], Place.allCases)
    func aGoodCopyReplacesADamagedOne(count: Int, place: Place) throws {
        let file = Self.file(1...Int64(count))
        let longer = Self.file(1...Int64(count) + 2).bytes
        for record in Set([0, 1, 2, count / 2, count - 1, count]) {
            var follower = EventFollower(folder: folder.path)
            var damaged = file.bytes
            place.flip(&damaged, file, record: record)
            try replace(damaged)
            let before = (1...Int64(count)).filter { $0 != record }
            #expect(try steps(&follower) == before, "record \(record)")
            let new = [Int64(record)].filter { $0 > 0 } + [Int64(count) + 1, Int64(count) + 2]
            try replace(longer)
            #expect(try steps(&follower) == new, "record \(record)")
            try overwrite(longer)
            #expect(try steps(&follower) == [], "record \(record)")
        }
    }

    @Test(arguments: [3, 500] as [Int], Place.allCases)
    func aDamagedCopyReplacesAGoodOne(count: Int, place: Place) throws {
        let file = Self.file(1...Int64(count))
        let longer = Self.file(1...Int64(count) + 2)
        for record in Set([0, 1, 2, count / 2, count - 1, count]) {
            var follower = EventFollower(folder: folder.path)
            try replace(file.bytes)
            #expect(try steps(&follower).count == count)
            var damaged = longer.bytes
            place.flip(&damaged, longer, record: record)
            try replace(damaged)
            #expect(
                try steps(&follower) == [Int64(count) + 1, Int64(count) + 2], "record \(record)")
        }
    }

    /// A repair leaves out what is damaged, so that all behind it stands elsewhere.
    @Test(arguments: [3, 500] as [Int])
    func aRepairedCopyIsReadOn(count: Int) throws {
        let file = Self.file(1...Int64(count))
        for record in Set([1, 2, count / 2, count - 1]) {
            var damaged = file
            damaged.damageData(ofRecord: record, byte: 3)
            var repaired = RawEvents(version: nil)
            repaired.add(step: 0, wallTime: 1, field(3, Array("brain.Event:2".utf8)))
            for step in 1...count where step != record {
                repaired.add(step: Int64(step), .scalar(0, "loss"))
            }
            var follower = EventFollower(folder: folder.path)
            try replace(damaged.bytes)
            #expect(try steps(&follower).count == count - 1)
            try replace(repaired.bytes)
            #expect(try steps(&follower) == [], "record \(record)")
            for step in [count + 1, count + 2] {
                repaired.add(step: Int64(step), .scalar(0, "loss"))
                try replace(repaired.bytes)
                #expect(try steps(&follower) == [Int64(step)], "record \(record)")
            }
        }
    }

    /// As a program does that asks for its file's room before it writes.
    @Test func zerosThatAreFilledInAreRead() throws {
        let whole = Self.file(1...6)
        var follower = EventFollower(folder: folder.path)
        for count in [3, 5, 7] {
            let end = (whole.offsets + [whole.bytes.count])[count]
            try overwrite(whole.bytes[..<end] + Array(repeating: 0, count: whole.bytes.count - end))
            let new = try steps(&follower)
            #expect(new == (count == 3 ? [1, 2] : [Int64(count) - 2, Int64(count) - 1]))
        }
    }

    @Test func aCopyThatIsStillBeingWrittenIsNotRead() throws {
        var follower = EventFollower(folder: folder.path)
        try folder.write(Self.file(1...3).bytes, to: ".\(name).Xy12ab")
        #expect(try steps(&follower) == [])
        try replace(Self.file(1...3).bytes)
        #expect(try steps(&follower) == [1, 2, 3])
    }

    @Test func whatIsWholeBehindDamageIsRead() throws {
        var follower = EventFollower(folder: folder.path)
        var file = Self.file(1...4)
        file.damageData(ofRecord: 2, byte: 1)
        try replace(file.bytes)
        #expect(try steps(&follower) == [1, 3, 4])
        // Nothing whole follows, until something does.
        file.add(step: 5, .scalar(0, "loss"))
        file.damageData(ofRecord: 5, byte: 1)
        try replace(file.bytes)
        #expect(try steps(&follower) == [])
        file.add(step: 6, .scalar(0, "loss"))
        try replace(file.bytes)
        #expect(try steps(&follower) == [6])
    }

    /// Two folders whose names Unicode calls equivalent.
    @Test func runsAreComparedByBytes() throws {
        for run in ["caf\u{e9}", "cafe\u{301}"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(of: run), withIntermediateDirectories: true)
            try folder.write(Self.file(1...2).bytes, to: "\(run)/\(name)")
        }
        var follower = EventFollower(folder: folder.path)
        #expect(try steps(&follower) == [1, 2, 1, 2])
        #expect(try steps(&follower) == [])
    }
}
