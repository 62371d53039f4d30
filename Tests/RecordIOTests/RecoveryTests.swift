import Foundation
import RecordIO
import TestSupport
import Testing

/// Readers that go on behind damage.
@Suite struct RecoveryTests {
    let folder: TemporaryFolder
    /// Records of several lengths, and where they start.
    let records: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 300_000), [4], [5, 6]]

    init() throws {
        folder = try TemporaryFolder()
    }

    func framed(_ records: [[UInt8]]) -> [UInt8] {
        var buffer = RecordBuffer()
        for data in records { buffer.append(data.span.bytes) }
        return buffer.withBytes { $0.withUnsafeBytes(Array.init) }
    }

    /// All whole records of some bytes, and what was passed over.
    func recovered(_ bytes: [UInt8]) throws -> (records: [[UInt8]], skipped: [Range<Int>]) {
        var reader = try RecordReader(opening: folder.write(bytes, to: "damaged"))
        var (records, skipped): ([[UInt8]], [Range<Int>]) = ([], [])
        while true {
            do throws(RecordError) {
                guard let record = try reader.next() else { break }
                records.append(record.data)
            } catch {
                skipped.append(try reader.skipDamage())
            }
        }
        return (records, skipped)
    }

    /// Whatever byte is damaged, only its record is lost.
    @Test func everyFlippedByteCostsOneRecord() throws {
        let small = [records[0], records[1], records[3], records[4]]
        let bytes = framed(small)
        var starts = [0]
        for record in small { starts.append((starts.last ?? 0) + record.count + 16) }
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 0x15
            let index = try #require(starts.lastIndex { $0 <= position })
            let (found, skipped) = try recovered(damaged)
            #expect(found == Array(small[..<index] + small[(index + 1)...]))
            #expect(skipped == [starts[index]..<starts[index + 1]])
        }
    }

    @Test func insertedAndMissingBytes() throws {
        let bytes = framed(records)
        for junk in [1, 7, 16, 1000, 300_000] {
            // In front of the fourth record: zeros, as a crash leaves them, or anything.
            let at = 300_051
            for fill in [UInt8(0), 0xa5] {
                let damaged =
                    bytes[..<(at - 3)] + Array(repeating: fill, count: junk) + bytes[at...]
                let (found, skipped) = try recovered(Array(damaged))
                #expect(found == [records[0], records[1], records[3], records[4]])
                #expect(skipped.map(\.lowerBound) == [35])
                #expect(skipped.map(\.upperBound) == [at - 3 + junk])
            }
        }
        let cut = try recovered(bytes.dropLast())
        #expect(cut.records == Array(records.dropLast()))
        #expect(cut.skipped == [bytes.count - 18..<bytes.count - 1])
    }

    /// A record of a record: that of the outer one's length is taken, not the inner one's.
    @Test func recordsInsideOfRecords() throws {
        var bytes = framed([framed([[7, 7]]), [8]])
        bytes[12 + 18] ^= 1
        bytes[11 + 20] ^= 1
        let (found, skipped) = try recovered(bytes)
        #expect(found == [[8]])
        #expect(skipped == [0..<34])
    }

    /// Lengths that lead to the end of the file, one in each 16 bytes: they are not all followed.
    @Test(.timeLimit(.minutes(1))) func falseLengths() throws {
        let count = 1 << 16
        var bytes: [UInt8] = []
        for index in 0..<count {
            var header: [UInt8] = []
            header.append(littleEndian: UInt64(16 * (count - index) - 16 - (index % 3)))
            header.append(littleEndian: CRC32C.mask(CRC32C.checksum(of: header.span.bytes)))
            bytes += header + [0, 0, 0, 0]
        }
        let (found, skipped) = try recovered(bytes + framed([[1]]))
        #expect(found.isEmpty || found == [[1]])
        #expect(skipped.first?.lowerBound == 0)
    }

    /// A file with holes says that it is long, and takes no room: memory must not follow it.
    @Test func longLengthsInFilesWithHoles() throws {
        for (length, problem) in [
            (UInt64(400_000_000), RecordError.Problem.damagedData),
            (10_000_000_000, .tooLong(byteCount: 10_000_000_000)),
            (1 << 63, .tooLong(byteCount: 1 << 63)),
        ] {
            var header: [UInt8] = []
            header.append(littleEndian: length)
            header.append(littleEndian: CRC32C.mask(CRC32C.checksum(of: header.span.bytes)))
            let path = try folder.write(header, to: "holes")
            try #require(truncate(path, 11_000_000_000) == 0)
            let before = Self.peakMemory
            var reader = try RecordReader(opening: path)
            let error = #expect(throws: RecordError.self) { try reader.next() }
            #expect(error?.problem == problem)
            #expect(Self.peakMemory - before < 200 << 20)
        }
    }

    /// Zeros between records, of which most are a hole of eight terabytes: it is passed over.
    @Test(.timeLimit(.minutes(1)), arguments: [8 << 40, Int.max - 100_000])
    func holes(byteCount: Int) throws {
        // Not on every file system can files be as long.
        let folder = try? TemporaryFolder(in: "/dev/shm")
        let path = try (folder ?? self.folder).write(framed([[1]]), to: "holes")
        guard truncate(path, byteCount) == 0 else { return }
        let file = try #require(fopen(path, "r+"))
        fseek(file, byteCount, SEEK_SET)
        let last = framed([[2], [3, 3]])
        #expect(fwrite(last, 1, last.count, file) == last.count)
        fclose(file)
        let before = Self.peakMemory
        var reader = try RecordReader(opening: path)
        #expect(try reader.next()?.data == [1])
        #expect(throws: RecordError.self) { try reader.next() }
        let skipped = try reader.skipDamage()
        #expect(skipped == 17..<byteCount)
        #expect(try reader.recordCount(of: skipped) == nil)
        #expect(try reader.next()?.data == [2])
        #expect(try reader.next()?.data == [3, 3])
        #expect(try reader.next() == nil)
        #expect(Self.peakMemory - before < 100 << 20)
    }

    /// Records whose lengths are whole are given, whatever their data are.
    @Test func damagedDataOnRequest() throws {
        let bytes = framed(records)
        var damaged = bytes
        damaged[12] ^= 1
        damaged[200] ^= 1
        var reader = try RecordReader(opening: folder.write(damaged, to: "damaged"))
        var (lengths, whole): ([Int], [Bool]) = ([], [])
        while let next = try reader.nextUnverified({ ($0.byteCount, $2) }) {
            lengths.append(next.0)
            whole.append(next.1)
        }
        #expect(lengths == records.map(\.count))
        #expect(whole == [false, true, false, true, true])
        #expect(try reader.isAtEnd())
        #expect(try reader.recordCount(of: 0..<bytes.count) == records.count)
        #expect(try reader.recordCount(of: 0..<bytes.count - 1) == nil)

        damaged[1] ^= 1
        reader = try RecordReader(opening: folder.write(damaged, to: "damaged"))
        let error = #expect(throws: RecordError.self) {
            try reader.nextUnverified { _, _, _ in () }
        }
        #expect(error?.problem == .damagedLength)
    }

    /// The most memory that the process has had, in bytes; 0 where the system does not tell.
    private static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let kilobytes = status.firstMatch(of: /VmHWM:\s*(\d+) kB/).flatMap { Int($0.1) }
        return (kilobytes ?? 0) * 1024
    }
}
