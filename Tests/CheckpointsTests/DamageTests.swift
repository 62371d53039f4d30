import Checkpoints
import RecordIO
import TestSupport
import Testing

/// Damaged and hostile files: an error that tells where, never a crash and never wrong numbers.
struct DamageTests {
    private let folder: TemporaryFolder
    private let prefix: String
    private let index: [UInt8]
    private let data: [UInt8]

    private static let indexName = "model.index"
    private static let dataName = "model.data-00000-of-00001"

    init() throws {
        folder = try TemporaryFolder()
        prefix = folder.path(of: "model")
        index = try Fixtures.bytes("saver/model.ckpt-12.index")
        data = try Fixtures.bytes("saver/model.ckpt-12.data-00000-of-00001")
        try folder.write(index, to: Self.indexName)
        try folder.write(data, to: Self.dataName)
    }

    /// Opens the checkpoint and reads all its tensors.
    private func read() throws -> [TensorValue] {
        let checkpoint = try Checkpoint(opening: prefix)
        return try checkpoint.tensors.map { try checkpoint.tensor(named: $0.name) }
    }

    /// The error that reading gives.
    private func failure(
        _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) -> CheckpointError? {
        do {
            _ = try read()
            Issue.record("reading gives no error: \(comment)", sourceLocation: sourceLocation)
        } catch let error as CheckpointError {
            #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
            return error
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
        return nil
    }

    @Test(arguments: [indexName, dataName])
    func everyTruncation(name: String) throws {
        let bytes = name == Self.indexName ? index : data
        for count in bytes.indices {
            try folder.write(bytes[..<count], to: name)
            let error = failure("\(name) cut to \(count) bytes")
            #expect(error?.path == folder.path(of: name))
        }
    }

    @Test(arguments: [indexName, dataName])
    func everyFlippedByte(name: String) throws {
        let bytes = name == Self.indexName ? index : data
        for position in bytes.indices {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
                var damaged = bytes
                damaged[position] ^= flip
                try folder.write(damaged, to: name)
                let error = failure("\(name), byte \(position) flipped by \(flip)")
                #expect(error?.path == folder.path(of: name))
            }
        }
    }

    @Test func bytesBehindTheIndex() throws {
        try folder.write(index + [0], to: Self.indexName)
        #expect(failure("a byte more")?.problem == .damaged(.noTable))
    }

    @Test func whereTheDataAreDamaged() throws {
        var damaged = data
        damaged[50] ^= 1
        try folder.write(damaged, to: Self.dataName)
        let error = try #require(failure("byte 50 flipped"))
        #expect(error.problem == .damaged(.wrongChecksum))
        #expect(error.tensor == "conv1/weights")
        #expect(error.offset == 12)
        #expect(
            error.description == """
                \(folder.path(of: Self.dataName)), byte 12: conv1/weights: \
                the bytes from here on have a wrong checksum; \
                restore another checkpoint, or copy all its files again
                """)
    }

    @Test func aMissingCheckpoint() {
        let missing = folder.path(of: "other")
        #expect {
            try Checkpoint(opening: missing)
        } throws: { error in
            "\(error)" == """
                \(missing): no such checkpoint; \
                name the files without their endings, such as log/model.ckpt-100
                """
        }
    }

    @Test func aMissingFileOfData() throws {
        try folder.remove(Self.dataName)
        let error = try #require(failure("no data"))
        #expect(error.path == folder.path(of: Self.dataName))
        #expect(error.tensor == "conv1/biases")
        #expect(error.description.contains("No such file or directory"))
    }

    @Test func aFolderInPlaceOfTheIndex() throws {
        try folder.remove(Self.indexName)
        try folder.makeFolder(Self.indexName)
        #expect(failure("a folder")?.path == folder.path(of: Self.indexName))
    }

    /// Everything behind the checksums: with these made right again, a reader that believed any
    /// length, offset or restart would crash.
    @Test func damageUnderRightChecksums() throws {
        let table = TableBytes(index)
        var generator = SeededGenerator(seed: 7)
        for position in table.contents {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
                var damaged = table
                damaged.bytes[position] ^= flip
                damaged.correctChecksums()
                try folder.write(damaged.bytes, to: Self.indexName)
                _ = try? read()
            }
        }
        for _ in 0..<2000 {
            var damaged = table
            for _ in 0..<Int.random(in: 2...6, using: &generator) {
                let position = table.contents.randomElement(using: &generator) ?? 0
                damaged.bytes[position] = .random(in: 0...255, using: &generator)
            }
            damaged.correctChecksums()
            try folder.write(damaged.bytes, to: Self.indexName)
            _ = try? read()
        }
    }
}
