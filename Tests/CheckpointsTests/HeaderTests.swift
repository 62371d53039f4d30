import Foundation
import RecordIO
import TestSupport
import Testing

@testable import Checkpoints

/// What a checkpoint's header says; the cases of TensorFlow's `tensor_bundle_test.cc`.
struct HeaderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Writes a checkpoint of a number and a complex one with another header.
    private func write(_ header: [UInt8], data: [UInt8] = [0, 0, 0x80, 0x3f]) throws -> Checkpoint {
        var table = TableBuilder()
        table.append(key: [], value: header)
        let entry = BundleEntry(
            type: 1, shape: [], offset: 0, byteCount: 4,
            maskedChecksum: CRC32C.mask(CRC32C.checksum(of: data.span.bytes)))
        table.append(key: Array("x".utf8), value: entry.encoded())
        try folder.write(table.finish(), to: "m.index")
        try folder.write(data, to: "m.data-00000-of-00001")
        return try Checkpoint(opening: folder.path(of: "m"))
    }

    private func problem(_ versions: FormatVersions) -> CheckpointError.Problem? {
        do {
            var header = BundleHeader()
            header.versions = versions
            _ = try write(header.encoded())
            return nil
        } catch let error as CheckpointError {
            return error.problem
        } catch {
            return .noCheckpoint
        }
    }

    @Test func versions() {
        #expect(problem(FormatVersions(producer: 1)) == nil)
        #expect(problem(FormatVersions(producer: 0)) == nil)
        #expect(problem(FormatVersions(producer: 9, minimumReader: 1)) == nil)
        #expect(problem(FormatVersions(producer: -1)) == .tooOld(version: -1))
        #expect(problem(FormatVersions(producer: .init(Int32.min))) == .tooOld(version: -1 << 31))
        #expect(problem(FormatVersions(producer: 2, minimumReader: 2)) == .tooNew(version: 2))
        #expect(problem(FormatVersions(producer: 2, badReaders: [3, 1])) == .refusedReader)
        #expect(problem(FormatVersions(producer: 2, badReaders: [0, 2])) == nil)
    }

    /// A header that leaves the versions out says zero of all.
    @Test func noVersions() throws {
        #expect(try write([0x08, 1]).tensor(named: "x").values() == [1] as [Float])
    }

    @Test(arguments: [[], [0x08, 0], [0x0a, 1], [0xff]] as [[UInt8]])
    func noHeader(header: [UInt8]) {
        #expect {
            try write(header)
        } throws: {
            ($0 as? CheckpointError)?.problem == .damaged(.wrongHeader)
        }
    }

    /// Written by a machine that has the highest byte first.
    @Test func bigEndian() throws {
        let checkpoint = try write([0x08, 1, 0x10, 1], data: [0x3f, 0x80, 0, 0])
        #expect(try checkpoint.tensor(named: "x").values() == [1] as [Float])

        let complex: [UInt8] = [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]
        // Lengths are varints; the checksums are of what that machine had in memory.
        var checksum = CRC32C.checksum(of: ([0, 0, 0, 1, 0, 0, 0, 2] as [UInt8]).span.bytes)
        let stored = withUnsafeBytes(of: CRC32C.mask(checksum).bigEndian) { Array($0) }
        checksum = CRC32C.extend(checksum, by: (stored + Array("abc".utf8)).span.bytes)
        let strings = [1, 2] + stored + Array("abc".utf8)
        var table = TableBuilder()
        table.append(key: [], value: [0x08, 1, 0x10, 1])
        table.append(
            key: Array("c".utf8),
            value: BundleEntry(
                type: 8, shape: [1], offset: 0, byteCount: 8,
                maskedChecksum: CRC32C.mask(CRC32C.checksum(of: complex.span.bytes))
            ).encoded())
        table.append(
            key: Array("s".utf8),
            value: BundleEntry(
                type: 7, shape: [2], offset: 8, byteCount: strings.count,
                maskedChecksum: CRC32C.mask(checksum)
            ).encoded())
        try folder.write(table.finish(), to: "b.index")
        try folder.write(complex + strings, to: "b.data-00000-of-00001")
        let both = try Checkpoint(opening: folder.path(of: "b"))
        #expect(
            try both.tensor(named: "c").values() == [Complex(real: 1 as Float, imaginary: -2)])
        #expect(try both.tensor(named: "s").strings == [Array("a".utf8), Array("bc".utf8)])
    }
}

/// What people have in the place of a checkpoint's files.
struct WrongFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func message(_ name: String = "m") -> String {
        do {
            let checkpoint = try Checkpoint(opening: folder.path(of: name))
            for tensor in checkpoint.tensors { _ = try checkpoint.tensor(named: tensor.name) }
            return "read"
        } catch {
            return "\(error)".replacing("\(folder.path)/", with: "")
        }
    }

    private static let kinds: [(bytes: [UInt8], message: String)] = [
        (
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n".utf8),
            "a pointer of Git LFS, not a checkpoint's file; get the file itself by git lfs pull"
        ),
        (
            Array("\n<!DOCTYPE HTML>\n<html>".utf8) + [UInt8](repeating: 32, count: 100),
            "a web page, not a checkpoint's file; "
                + "download the file itself, not the page that shows it or asks for a login"
        ),
        ([], "empty, not a checkpoint's file; copy it again"),
        (
            [0x1f, 0x8b, 8] + [UInt8](repeating: 9, count: 100),
            "compressed with gzip, not a checkpoint's file; unpack it first (gunzip, or tar xzf)"
        ),
        (
            [0x50, 0x4b, 3, 4] + [UInt8](repeating: 9, count: 100),
            "a zip archive, not a checkpoint's file; unpack it first (unzip)"
        ),
        (
            Array("tensors".utf8) + [UInt8](repeating: 9, count: 100),
            "the file does not end as an index does; "
                + "restore another checkpoint, or copy all its files again"
        ),
    ]

    @Test(arguments: kinds) func saysWhatItIs(bytes: [UInt8], message expected: String) throws {
        for name in ["m.index", "v1"] {
            try folder.write(bytes, to: name)
            let text = message(name == "v1" ? "v1" : "m")
            #expect(text.hasPrefix(name))
            #expect(text.hasSuffix(": \(expected)"), "\(text)")
        }
    }

    @Test func oneOfItsFilesMayBeNamed() throws {
        let copy = try Fixtures.copy(of: "saver")
        for ending in [".index", ".data-00000-of-00001"] {
            let checkpoint = try Checkpoint(opening: copy.path(of: "model.ckpt-12\(ending)"))
            #expect(checkpoint.prefix == copy.path(of: "model.ckpt-12"))
            #expect(checkpoint.tensors.count == 3)
        }
    }

    @Test func dataWithoutAnIndex() throws {
        try folder.write([1], to: "m.data-00000-of-00001")
        #expect(
            message()
                == "m: files of data without their index; "
                + "restore another checkpoint, or copy all its files again")
        #expect(message("other").hasPrefix("other: no such checkpoint"))
    }

    /// No more memory than a machine has, and none for what is not there.
    @Test(.timeLimit(.minutes(1)), arguments: ["m.index", "v1", "m.data-00000-of-00001"])
    func sparseFiles(name: String) throws {
        if name.hasPrefix("m.data") {
            try folder.write(Fixtures.bytes("saver/model.ckpt-12.index"), to: "m.index")
        }
        try folder.write([], to: name)
        try #require(truncate(folder.path(of: name), 1 << 43) == 0)
        #expect(message(name == "v1" ? "v1" : "m").hasPrefix(name))
    }

    /// An index that promises a tensor of 8 TB, and a sparse file that has as many bytes.
    @Test(.timeLimit(.minutes(1))) func aTensorBeyondAllMemory() throws {
        var table = TableBuilder()
        table.append(key: [], value: BundleHeader().encoded())
        let entry = BundleEntry(
            type: 6, shape: [1 << 43], offset: 0, byteCount: 1 << 43, maskedChecksum: 0)
        table.append(key: Array("x".utf8), value: entry.encoded())
        try folder.write(table.finish(), to: "m.index")
        try folder.write([], to: "m.data-00000-of-00001")
        try #require(truncate(folder.path(of: "m.data-00000-of-00001"), 1 << 43) == 0)
        #expect(
            message().hasPrefix("m.data-00000-of-00001: has 8796093022208 bytes, at most"))
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["m.index", "v1", "checkpoint"])
    func pipes(name: String) throws {
        try #require(mkfifo(folder.path(of: name), 0o600) == 0)
        if name == "checkpoint" {
            #expect(throws: CheckpointError.self) { try latestCheckpoint(in: folder.path) }
        } else {
            #expect(
                message(name == "v1" ? "v1" : "m")
                    == "\(name): is a pipe, not a file; check the path")
        }
    }

    @Test func aSparseStateFile() throws {
        try folder.write([], to: "checkpoint")
        try #require(truncate(folder.path(of: "checkpoint"), 1 << 43) == 0)
        #expect {
            try latestCheckpoint(in: folder.path)
        } throws: {
            "\($0)".contains("has 8796093022208 bytes, at most")
        }
    }
}
