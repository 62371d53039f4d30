import Foundation
import RecordIO
import TestSupport
import Testing

@Suite struct FileNameTests {
    @Test(
        arguments: [
            ([], ""),
            (Array("é/ü".utf8), "é/ü"),
            ([0x61, 0xff], "a\u{10feff}"),
            // A byte that begins a character of four, and ends too soon.
            ([0xf0, 0x9f, 0x98], "\u{10fef0}\u{10fe9f}\u{10fe98}"),
            // What stands for a byte, as the name itself.
            ([0xf4, 0x8f, 0xbb, 0xbf], "\u{10fef4}\u{10fe8f}\u{10febb}\u{10febf}"),
            // A surrogate, an overlong slash.
            ([0xed, 0xa0, 0x80, 0xc0, 0xaf], "\u{10feed}\u{10fea0}\u{10fe80}\u{10fec0}\u{10feaf}"),
        ] as [([UInt8], String)])
    func everyNameHasAText(bytes: [UInt8], text: String) {
        #expect(FileName.text(of: bytes).unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(FileName.bytes(of: text) == bytes)
    }

    @Test func anyBytesComeBack() {
        var numbers = SeededGenerator(seed: 12)
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...9, using: &numbers)).map { _ in
                let parts: [ClosedRange<UInt8>] = [0...255, 0x80...0xbf, 0xf0...0xf4, 0x8f...0x90]
                return UInt8.random(
                    in: parts.randomElement(using: &numbers) ?? 0...255, using: &numbers)
            }
            #expect(FileName.bytes(of: FileName.text(of: bytes)) == bytes)
        }
    }

    @Test func ordersByBytes() {
        // Composed and decomposed, which Swift takes for equal; and a byte below all of UTF-8's.
        let names: [[UInt8]] = [
            [0x65, 0xcc, 0x81], [0x80], [0xc3, 0xa9], [0xef, 0xbf, 0xbd], [0xff],
        ]
        let texts = names.map { FileName.text(of: $0) }
        #expect(FileName.precedes(texts[0], texts[2]) && !FileName.precedes(texts[2], texts[0]))
        #expect(
            texts.reversed().sorted(by: FileName.precedes).map { FileName.bytes(of: $0) } == names)
        #expect(texts.map(FileName.printable).suffix(1) == ["\u{fffd}"])
    }

    @Test func foldersWithAnyNames() throws {
        let folder = try TemporaryFolder()
        let names = [[0x61, 0xff], [0x80], Array("é".utf8), Array("e\u{301}".utf8)] as [[UInt8]]
        for name in names {
            let path = folder.path(of: FileName.text(of: name))
            try Folder.create("\(path)/below")
            try OutputFile(creating: "\(path)/file").append(([7] as [UInt8]).span.bytes)
            #expect(try InputFile.contents(of: "\(path)/file", limit: 1) == [7])
            #expect(Folder.exists("\(path)/file") && Folder.file(at: "\(path)/file") != nil)
        }
        let entries = try Folder.entries(of: folder.path)
        #expect(
            entries.map { FileName.bytes(of: $0.name) }
                == names.sorted { $0.lexicographicallyPrecedes($1) })
        for entry in entries {
            let path = folder.path(of: entry.name)
            let staged = try StagedFile("\(path)/staged")
            try staged.commit()
            #expect(try Folder.entries(of: path).map(\.name) == ["below", "file", "staged"])
            Folder.removeFile("\(path)/file")
            Folder.removeFile("\(path)/staged")
            Folder.removeIfEmpty("\(path)/below")
            Folder.removeIfEmpty(path)
        }
        #expect(try Folder.entries(of: folder.path).isEmpty)
    }

    @Test func aZeroInAPathIsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "a")
        let path = folder.path(of: "a\0b")
        let calls: [() throws -> Void] = [
            { _ = try InputFile(opening: path) },
            { _ = try InputFile.contents(of: path, limit: 9) },
            { _ = try OutputFile(creating: path) },
            { _ = try OutputFile(overwriting: path) },
            { _ = try StagedFile(path) },
            { try Folder.create("\(path)/c") },
            { _ = try Folder.entries(of: path) },
            { _ = try Folder.isFolder(path) },
        ]
        for call in calls {
            let error = #expect(throws: FileError.self) { try call() }
            #expect(error?.code == EINVAL)
            #expect(error?.description.contains("zero byte") == true)
        }
        Folder.removeFile(path)
        #expect(!Folder.exists(path))
        #expect(try folder.names() == ["a"])
        #expect(try folder.read("a") == [1])
    }
}
