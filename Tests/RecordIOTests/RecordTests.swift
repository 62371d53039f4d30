import RecordIO
import TestSupport
import Testing

/// Records of several lengths, one empty, one longer than the reader's window.
private let recordsOfAllSizes: [[UInt8]] = [
    Array("first".utf8), [], Array(repeating: 7, count: 200_000), Array(0..<100),
]

@Suite struct RecordTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func readsWhatWasFramed() throws {
        let path = try folder.write(framed(recordsOfAllSizes), to: "records")
        var reader = try RecordReader(opening: path)
        var offset = 0
        for data in recordsOfAllSizes {
            let record = try #require(try reader.next())
            #expect(record.offset == offset)
            #expect(record.data == data)
            offset += data.count + 16
            #expect(reader.offset == offset)
        }
        #expect(try reader.next() == nil)
    }

    @Test func framesAsTensorFlowDoes() {
        // What tf.io.TFRecordWriter made of b"123456789" and b"".
        let expected: [UInt8] = [
            9, 0, 0, 0, 0, 0, 0, 0, 0x37, 0xf9, 0x71, 0x39,
            0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xe5, 0xb0, 0x8a, 0xc7,
            0, 0, 0, 0, 0, 0, 0, 0, 0x29, 0x03, 0x98, 0x07, 0xd8, 0xea, 0x82, 0xa2,
        ]
        #expect(framed([Array("123456789".utf8), []]) == expected)
    }

    @Test func recordEndsAreKnown() {
        var buffer = RecordBuffer()
        for data in recordsOfAllSizes { buffer.append(data.span.bytes) }
        #expect(buffer.recordEnds == [21, 37, 200_053, 200_169])
        #expect(buffer.byteCount == 200_169)
        buffer.removeAll()
        #expect(buffer.recordEnds == [] && buffer.byteCount == 0)
        buffer.append(([1] as [UInt8]).span.bytes)
        #expect(buffer.withBytes { $0.withUnsafeBytes(Array.init) } == framed([[1]]))
    }

    @Test func everyTruncationIsTold() throws {
        let bytes = framed([[1, 2, 3], [], [4, 5]])
        let boundaries = [0, 19, 35, 53]
        #expect(bytes.count == boundaries.last)
        for length in 0...bytes.count {
            var reader = try RecordReader(opening: folder.write(bytes[..<length], to: "cut"))
            let reached = boundaries.filter { $0 <= length }
            for start in reached.dropLast() {
                #expect(try reader.next()?.offset == start)
            }
            if reached.last == length {
                #expect(try reader.next() == nil)
            } else {
                expectProblem(.truncated, at: reached[reached.count - 1], in: &reader)
            }
        }
    }

    @Test func everyFlippedByteIsFound() throws {
        let bytes = framed([[1, 2, 3], [], [4, 5]])
        let starts = [0, 19, 35]
        for position in bytes.indices {
            for bit in [UInt8(1), 0x80, 0xff] {
                var damaged = bytes
                damaged[position] ^= bit
                var reader = try RecordReader(opening: folder.write(damaged, to: "flipped"))
                let start = try #require(starts.last { $0 <= position })
                for whole in starts where whole < start {
                    #expect(try reader.next()?.offset == whole)
                }
                expectProblem(
                    position < start + 12 ? .damagedLength : .damagedData, at: start, in: &reader)
            }
        }
    }

    /// A length with a right checksum, but longer than the file: nothing is allocated for it.
    @Test func hostileLengths() throws {
        for (length, problem) in [
            (1 << 30, .truncated), (1 << 40, .tooLong(byteCount: 1 << 40)),
            (.max, .tooLong(byteCount: .max)),
        ] as [(UInt64, RecordError.Problem)] {
            var bytes: [UInt8] = []
            bytes.append(littleEndian: length)
            let checksum = CRC32C.checksum(of: bytes.span.bytes)
            bytes.append(littleEndian: CRC32C.mask(checksum))
            var reader = try RecordReader(opening: folder.write(bytes, to: "hostile"))
            expectProblem(problem, at: 0, in: &reader)
        }
    }

    @Test func zerosAreNotARecord() throws {
        let bytes = framed([[1]]) + Array(repeating: 0, count: 64)
        var reader = try RecordReader(opening: folder.write(bytes, to: "zeros"))
        #expect(try reader.next()?.data == [1])
        expectProblem(.damagedLength, at: 17, in: &reader)
    }

    @Test func longRecordsAreRefusedOnRequest() throws {
        let path = try folder.write(framed([[1, 2, 3]]), to: "long")
        var reader = try RecordReader(opening: path, maximumLength: 2)
        expectProblem(.tooLong(byteCount: 3), at: 0, in: &reader)
    }

    @Test func followsAFileThatGrows() throws {
        let bytes = framed([[1], [2]])
        var reader = try RecordReader(opening: folder.write(bytes[..<20], to: "growing"))
        #expect(try reader.next()?.data == [1])
        expectProblem(.truncated, at: 17, in: &reader)
        try folder.write(bytes, to: "growing")
        #expect(try reader.next()?.data == [2])
        #expect(try reader.next() == nil)
    }

    @Test func errorsNameFileAndOffset() throws {
        let path = try folder.write([1, 2, 3], to: "short")
        var reader = try RecordReader(opening: path)
        let error = #expect(throws: RecordError.self) { try reader.next() }
        #expect(error?.description == "\(path): the file ends inside the record at byte 0")
    }

    private func framed(_ records: [[UInt8]]) -> [UInt8] {
        var buffer = RecordBuffer()
        for data in records { buffer.append(data.span.bytes) }
        return buffer.withBytes { $0.withUnsafeBytes(Array.init) }
    }

    /// The same problem each time, since the file does not change.
    private func expectProblem(
        _ problem: RecordError.Problem, at offset: Int, in reader: inout RecordReader,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for _ in 1...2 {
            let error = #expect(throws: RecordError.self, sourceLocation: sourceLocation) {
                try reader.next()
            }
            #expect(error?.problem == problem, sourceLocation: sourceLocation)
            #expect(error?.offset == offset, sourceLocation: sourceLocation)
        }
    }
}
