import Foundation
import TensorBoard
import TestSupport
import Testing

/// Files that have an event file's name and are something else.
@Suite struct ForeignFormatTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func failure(of bytes: [UInt8]) throws -> EventFileError? {
        let path = try folder.write(bytes, to: "x.tfevents")
        var reader = try EventFileReader(path: path)
        var errors: [EventFileError] = []
        while let part = try reader.nextPart() {
            if case .damage(let damage) = part { errors.append(damage.error) }
        }
        #expect(errors.count <= 1)
        #expect(EventLog.check(path).problem?.problem == errors.first?.problem)
        return errors.first
    }

    static let textFiles = [
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "git lfs pull"
        ),
        ("/annex/objects/SHA256E-s31390--f50d7ac4c6b9\n", "git annex get"),
        ("<!DOCTYPE html>\n<html lang=\"en\"><head>", "a web page"),
        ("\n  <html><body>Sign in</body></html>", "a web page"),
        ("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">", "a web page"),
        ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "an XML text"),
        ("{\"message\": \"Not Found\"}", "JSON text"),
        ("step,loss\n1,0.5\n", "is text, not an event file"), ("okay", "is text"),
        ("größe: 3\n", "is text"),
        ("model_checkpoint_path: \"model.ckpt-7\"\n", "the file that names a folder's checkpoints"),
    ]

    @Test(arguments: textFiles) func texts(text: String, words: String) throws {
        let error = try #require(try failure(of: Array(text.utf8)))
        #expect(error.problem == .otherFormat && error.offset == 0)
        #expect(error.description.contains(words))
        #expect(error.description.hasPrefix("\(folder.path)/x.tfevents: is "))
    }

    static let binaryFiles: [([UInt8], String)] = [
        ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "gunzip"),
        (Array("PK\u{3}\u{4}".utf8) + [20, 0], "unzip"),
        (Array("BZh91AY&SY".utf8) + [0xff], "bunzip2"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0], "unxz"), ([0x28, 0xb5, 0x2f, 0xfd, 4], "unzstd"),
        (Array(repeating: 0, count: 257) + Array("ustar\u{0}00".utf8), "tar xf"),
        ([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13], "a PNG image"),
        ([0xff, 0xd8, 0xff, 0xe0, 0, 16], "a JPEG image"),
        ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0], "an array of NumPy's"),
        ([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10], "an HDF5 file"),
        ([0xff, 0xfe, 0x61, 0, 0x62, 0], "is text"),
    ]

    @Test(arguments: binaryFiles) func signatures(bytes: [UInt8], words: String) throws {
        let error = try #require(try failure(of: bytes))
        #expect(error.problem == .otherFormat)
        #expect(error.description.contains(words))
    }

    @Test func anIndexOfACheckpoint() throws {
        let magic: [UInt8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]
        let error = try #require(
            try failure(of: [0, 0, 7] + Array(repeating: 1, count: 60) + magic))
        #expect(error.description.contains("the index of a checkpoint"))
    }

    /// A PNG image with an event file behind its first bytes is none; a whole record is one.
    @Test func realEventFilesAreNotTaken() throws {
        for fixture in ["tensorflow1.tfevents", "torch.tfevents", "tensorboardX.tfevents"] {
            let bytes = try Fixtures.bytes(fixture)
            #expect(try failure(of: bytes) == nil)
            for length in [1, 5, 11, 12, 13, 30] {
                #expect(try failure(of: Array(bytes[..<length]))?.problem == .truncated)
            }
        }
    }

    /// As FTP's text mode, or Git with `autocrlf`, makes it.
    @Test(arguments: ["tensorflow1.tfevents", "torch.tfevents", "tensorflow2.tfevents"])
    func carriageReturns(fixture: String) throws {
        let bytes = try Fixtures.bytes(fixture).flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] }
        let path = try folder.write(bytes, to: "x.tfevents")
        let problem = try #require(EventLog.check(path).problem)
        #expect(problem.description.contains("a carriage return stands before each line feed"))
    }

    /// As a program makes it that takes bytes for Latin-1 and writes UTF-8.
    @Test(arguments: ["tensorflow1.tfevents", "torch.tfevents", "tensorflow2.tfevents"])
    func latin1AsUTF8(fixture: String) throws {
        let text = String(
            String.UnicodeScalarView(try Fixtures.bytes(fixture).map { Unicode.Scalar($0) }))
        let path = try folder.write(Array(text.utf8), to: "x.tfevents")
        let problem = try #require(EventLog.check(path).problem)
        #expect(problem.description.contains("each byte above 127 was made a character of UTF-8"))
    }

    /// What programs do that take a log for text.
    enum Change: String, CaseIterable {
        case unix, carriageReturnsAway, universalNewlines, oldMacintosh, windows, byteOrderMark
        case sevenBits, zerosAway

        func apply(_ bytes: [UInt8]) -> [UInt8] {
            switch self {
            case .unix:
                bytes.indices.filter { index in
                    bytes[index] != 13 || index + 1 == bytes.count || bytes[index + 1] != 10
                }.map { bytes[$0] }
            case .carriageReturnsAway: bytes.filter { $0 != 13 }
            case .universalNewlines: Change.unix.apply(bytes).map { $0 == 13 ? 10 : $0 }
            case .oldMacintosh: bytes.map { $0 == 10 ? 13 : $0 }
            case .windows: bytes.flatMap { $0 == 10 ? [13, 10] : [$0] }
            case .byteOrderMark: [0xef, 0xbb, 0xbf] + bytes
            case .sevenBits: bytes.map { $0 & 0x7f }
            case .zerosAway: bytes.filter { $0 != 0 }
            }
        }

        /// What is said: where both are changed, of the one that comes first.
        var words: [String] {
            switch self {
            case .unix, .carriageReturnsAway: ["carriage returns were taken away"]
            case .universalNewlines:
                ["carriage returns were made line feeds", "carriage returns were taken away"]
            case .oldMacintosh: ["line feeds were made carriage returns"]
            case .windows: ["a carriage return stands before each line feed"]
            case .byteOrderMark: ["a byte order mark was put before it"]
            case .sevenBits: ["the highest bit of each byte was taken away"]
            case .zerosAway: ["the bytes that are zero were taken away"]
            }
        }
    }

    /// Wherever the first byte stands that was changed: in a length, in its checksum, in data.
    @Test(arguments: Change.allCases) func takenForText(change: Change) throws {
        var random = SeededGenerator(seed: 5)
        var changedCount = 0
        for _ in 0..<60 {
            var file = RawEvents()
            for step in 1...200 as ClosedRange<Int64> {
                let tag = step.isMultiple(of: 40) ? "two lines\r\nin a tag" : "loss"
                file.add(
                    step: step, wallTime: .random(in: 1.7e9...1.9e9, using: &random),
                    .scalar(.random(in: 0...1, using: &random), tag))
            }
            let bytes = change.apply(file.bytes)
            guard bytes != file.bytes else { continue }
            changedCount += 1
            let path = try folder.write(bytes, to: "x.tfevents")
            let problem = try #require(EventLog.check(path).problem)
            #expect(change.words.contains { problem.description.contains($0) }, "\(problem)")
        }
        #expect(changedCount == 60)
    }

    /// As a program makes it that reads bytes as text.
    @Test(arguments: ["tensorflow1.tfevents", "torch.tfevents"])
    func brokenUTF8(fixture: String) throws {
        let text = String(decoding: try Fixtures.bytes(fixture), as: UTF8.self)
        let error = try #require(try failure(of: Array(text.utf8)))
        #expect(error.problem == .otherFormat)
        #expect(error.description.contains("written as UTF-8"))
    }

    @Test func zeros() throws {
        let start = DamagedLog.framed([DamagedLog.scalar(1)])
        for bytes in [Array(repeating: 0, count: 1000), start + Array(repeating: 0, count: 100)] {
            let path = try folder.write(bytes, to: "x.tfevents")
            let problem = try #require(EventLog.check(path).problem)
            #expect(problem.problem == .damagedLength)
            #expect(problem.description.contains("there are zeros"))
        }
    }

    /// Records of TensorFlow's examples: whole, but no events.
    @Test func otherRecords() throws {
        // An Example of one feature, which has a message where an event has a double.
        let example: [UInt8] = [0x0a, 4, 0x0a, 2, 0x0a, 0]
        let error = try #require(
            try {
                let path = try folder.write(DamagedLog.framed([example]), to: "x.tfevents")
                return EventLog.check(path).problem
            }())
        #expect(error.problem == .notAnEvent)
        #expect(error.description.contains("examples"))
    }
}
