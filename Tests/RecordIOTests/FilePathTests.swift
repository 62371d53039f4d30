import RecordIO
import Testing

@Suite struct FilePathTests {
    @Test(arguments: [
        ("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("/", "/", ""), ("a/", "a", ""),
        ("a/\u{301}b", "a", "\u{301}b"), ("\u{e9}/\u{20dd}", "\u{e9}", "\u{20dd}"), ("", ".", ""),
    ])
    func folderAndName(path: String, folder: String, name: String) {
        #expect(FilePath.folder(of: path) == folder)
        #expect(Array(FilePath.name(of: path).utf8) == Array(name.utf8))
    }

    @Test func joining() {
        #expect(FilePath.joining("a", "b") == "a/b")
        #expect(FilePath.joining("a/", "b") == "a/b")
        #expect(FilePath.joining("/", "\u{301}b").utf8.count == 4)
    }

    @Test func roots() {
        #expect(FilePath.isAbsolute("/\u{301}a") && !FilePath.isAbsolute("a/"))
        #expect(FilePath.withoutTrailingSlashes("a/b//") == "a/b")
        #expect(FilePath.withoutTrailingSlashes("//") == "/")
        #expect(FilePath.withoutTrailingSlashes("") == "")
    }

    @Test func parts() {
        #expect(FilePath.parts(of: "/a//b/") == ["a", "b"])
        #expect(FilePath.parts(of: "a/\u{301}b").map(\.utf8.count) == [1, 3])
    }
}
