import RecordIO
import Testing

@testable import Datasets

@Suite struct IDXTests {
    static let values = (0..<60).map { UInt8($0 * 37 % 256) }
    static let plain = idxFile([3, 4, 5], values)
    static let packed = gzip(plain)

    func parse(_ bytes: [UInt8], limit: Int = IDX.limit) throws(DatasetError) -> IDX {
        try IDX(bytes, path: "file", shape: [nil, 4, 5], limit: limit)
    }

    func failure(_ bytes: [UInt8], limit: Int = IDX.limit) -> DatasetError? {
        do throws(DatasetError) {
            _ = try parse(bytes, limit: limit)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [plain, packed])
    func readsShapeAndValues(file: [UInt8]) throws {
        let array = try parse(file)
        #expect(array.shape == [3, 4, 5])
        #expect(Array(array.values) == Self.values)
    }

    @Test(arguments: [idxFile([0, 4, 5], []), gzip(idxFile([0, 4, 5], []))])
    func readsAnArrayWithoutValues(file: [UInt8]) throws {
        let array = try parse(file)
        #expect(array.shape == [0, 4, 5])
        #expect(array.values.isEmpty)
    }

    @Test(arguments: plain.indices)
    func reportsEveryTruncation(length: Int) throws {
        let error = try #require(failure(Array(Self.plain.prefix(length))))
        if length == 0 {
            #expect(error.problem == .foreign(try #require(ForeignFile(beginningWith: []))))
        } else if length < 4 {
            #expect(error.offset == 0)
            #expect(
                error.problem
                    == .wrongMagic(Array(Self.plain.prefix(length)), expected: [0, 0, 8, 3]))
        } else {
            #expect(error.offset == length)
            #expect(error.problem == .truncated(promised: length < 16 ? 16 : 76))
        }
    }

    @Test(arguments: packed.indices)
    func reportsEveryTruncationOfAGzipStream(length: Int) throws {
        let error = try #require(failure(Array(Self.packed.prefix(length))))
        if length == 0 {
            #expect(error.problem == .foreign(try #require(ForeignFile(beginningWith: []))))
        } else if length < 2 {
            #expect(error.offset == 0)
        } else {
            #expect(error.problem == .gzipCut)
            #expect(error.offset == length)
        }
    }

    @Test(arguments: 0..<16, 0..<8)
    func reportsEveryFlippedBitOfTheHeader(byte: Int, bit: Int) throws {
        var file = Self.plain
        file[byte] ^= 1 << bit
        let error = try #require(failure(file))
        switch (byte, error.problem) {
        case (0..<4, .wrongMagic(let found, _)):
            #expect(found == Array(file[0..<4]))
        case (4..<8, .truncated), (4..<8, .trailingBytes), (4..<8, .tooLarge):
            break
        case (8..<16, .wrongShape(_, expected: "n × 4 × 5")):
            break
        default:
            Issue.record("byte \(byte), bit \(bit): \(error)")
        }
    }

    /// A gzip stream has bits that change nothing of its contents: those of its time stamp and of the
    /// system that made it, and those that fill deflate's last byte, before the CRC-32 and the length.
    @Test(arguments: packed.indices, 0..<8)
    func neverReadsWrongValuesFromAFlippedBit(byte: Int, bit: Int) throws {
        var file = Self.packed
        file[byte] ^= 1 << bit
        do throws(DatasetError) {
            let array = try parse(file)
            #expect(Array(array.values) == Self.values)
            #expect((3..<10).contains(byte) || byte == file.count - 9)
        } catch {
            #expect(!error.description.contains("\n"))
        }
    }

    @Test(arguments: [1, 2, 3, 1000])
    func reportsTrailingBytes(count: Int) throws {
        let rest = [UInt8](repeating: 0, count: count)
        for file in [Self.plain + rest, gzip(Self.plain + rest)] {
            let error = try #require(failure(file))
            #expect(error.problem == .trailingBytes)
            #expect(error.offset == Self.plain.count)
        }
        let error = try #require(failure(Self.packed + rest))
        #expect(error.problem == .trailingBytes)
        #expect(error.offset == Self.packed.count)
    }

    @Test func believesAHugePromiseOnlyAsFarAsTheFileGoes() throws {
        let promise = idxFile([40_000_000, 4, 5], Self.values)
        for file in [promise, gzip(promise)] {
            let error = try #require(failure(file))
            #expect(error.problem == .truncated(promised: 800_000_016))
            #expect(error.offset == promise.count)
        }
    }

    @Test func refusesMoreThanTheLimit() throws {
        let all = idxFile([Int(UInt32.max), 4, 5], Self.values)
        let error = try #require(failure(all))
        #expect(error.problem == .tooLarge(bytes: Int(UInt32.max) * 20, limit: IDX.limit))
        #expect(failure(Self.plain, limit: 76) == nil)
        #expect(failure(Self.plain, limit: 75)?.problem == .tooLarge(bytes: 60, limit: 75))
    }

    @Test func refusesAProductBeyondInt() throws {
        let huge = Int(UInt32.max)
        #expect(throws: DatasetError.self) {
            try IDX(idxFile([huge, huge, huge], []), path: "file", shape: [nil, nil, nil])
        }
    }

    /// 65 kB that would unpack to 64 MB, after a header that promises 60 bytes.
    @Test func stopsUnpackingWhereThePromiseEnds() throws {
        let bomb = gzip(Self.plain + [UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 70_000)
        let error = try #require(failure(bomb))
        #expect(error.problem == .trailingBytes)
        #expect(error.offset == Self.plain.count)
    }

    @Test func unpacksAStreamAtDeflatesBestRatio() throws {
        let count = 4 << 20
        let file = gzip(idxFile([count], [UInt8](repeating: 7, count: count)))
        #expect(count / file.count > 900)
        let array = try IDX(file, path: "file", shape: [nil])
        #expect(array.values.count == count && array.values.allSatisfy { $0 == 7 })
    }
}
