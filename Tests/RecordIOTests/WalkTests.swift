import Foundation
import RecordIO
import TestSupport
import Testing

/// Trees of folders that links make endless.
@Suite struct WalkTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.path(of: name), withDestinationPath: target)
    }

    /// The names of the folders that are visited.
    private func walk(_ path: String? = nil) throws -> [String] {
        var names: [String] = []
        try Folder.walk(path ?? folder.path) {
            Issue.record($0)
        } visit: { visit in
            #expect((try? Folder.isFolder(visit.path)) == true)
            names.append(visit.name)
        }
        return names
    }

    @Test func inTheOrderOfNames() throws {
        for name in ["b/x", "b/a", "a", "b-"] { try Folder.create(folder.path(of: name)) }
        try folder.write([], to: "b/file")
        #expect(try walk() == [".", "a", "b", "b/a", "b/x", "b-"])
        #expect(try walk(folder.path + "/") == [".", "a", "b", "b/a", "b/x", "b-"])
    }

    @Test func aLinkToTheFolderItself() throws {
        try Folder.create(folder.path(of: "run"))
        try link("all", to: ".")
        #expect(try walk() == [".", "run"])
    }

    @Test func manyLinksToTheSame() throws {
        try Folder.create(folder.path(of: "run"))
        for number in 1...30 { try link("link\(number)", to: number % 2 == 0 ? "." : "run") }
        #expect(try walk() == [".", "run"])
    }

    @Test func foldersThatLinkToEachOther() throws {
        for number in 0..<30 { try Folder.create(folder.path(of: "f\(number)")) }
        for number in 0..<30 {
            for other in 0..<30 { try link("f\(number)/l\(other)", to: "../f\(other)") }
        }
        #expect(try Set(walk()) == Set((0..<30).map { "f\($0)" } + ["."]))
    }

    @Test func aFolderIsNamedByItselfAndNotByALink() throws {
        try Folder.create(folder.path(of: "z/inner"))
        let outside = try TemporaryFolder()
        try Folder.create(outside.path(of: "below"))
        try link("a", to: "z/inner")
        try link("elsewhere", to: outside.path)
        try link("elsewhere again", to: outside.path)
        try link("nowhere", to: "missing")
        #expect(try walk() == [".", "z", "z/inner", "elsewhere", "elsewhere/below"])
    }

    @Test func theFolderMayBeALink() throws {
        try Folder.create(folder.path(of: "log/run"))
        try link("link", to: "log")
        #expect(try walk(folder.path(of: "link")) == [".", "run"])
    }

    /// One that may not be read, and one that may not be searched.
    @Test(.enabled(if: geteuid() != 0, "nothing is closed to root"), arguments: [0, 0o444])
    func oneThatCannotBeReadIsReported(mode: mode_t) throws {
        for name in ["a", "b/c", "d"] { try Folder.create(folder.path(of: name)) }
        chmod(folder.path(of: "b"), mode)
        defer { chmod(folder.path(of: "b"), 0o755) }
        var (names, errors) = ([String](), [FileError]())
        try Folder.walk(folder.path) {
            errors.append($0)
        } visit: {
            names.append($0.name)
        }
        #expect(names == [".", "a", "d"])
        #expect(errors == [FileError(path: folder.path(of: "b"), action: .open, code: EACCES)])
    }

    @Test func oneWithTooLongAPathIsReported() throws {
        // Made from inside: no call takes the whole path.
        let part = String(repeating: "x", count: 250)
        let depth = 18
        let made = try TemporaryFolder()
        var inner = made.path(of: part)
        try Folder.create(inner)
        for _ in 1..<depth {
            // Put what is there into a new folder, whose path is short.
            let outer = made.path(of: "outer")
            try Folder.create(outer)
            try FileManager.default.moveItem(atPath: inner, toPath: "\(outer)/\(part)")
            inner = made.path(of: part)
            try FileManager.default.moveItem(atPath: outer, toPath: inner)
        }
        defer {
            // What removes folders needs short paths, too.
            var next = inner
            for number in 0..<depth {
                let below = made.path(of: "below\(number)")
                try? FileManager.default.moveItem(atPath: "\(next)/\(part)", toPath: below)
                Folder.removeIfEmpty(next)
                next = below
            }
        }
        try Folder.create(made.path(of: "z"))
        var (names, errors) = ([String](), [FileError]())
        try Folder.walk(made.path) {
            errors.append($0)
        } visit: {
            names.append($0.name)
        }
        #expect(names.last == "z")
        #expect(errors.map(\.code) == [ENAMETOOLONG])
    }

    @Test func noFolder() throws {
        let path = folder.path(of: "missing")
        #expect(throws: FileError(path: path, action: .open, code: ENOENT)) {
            try Folder.walk(path) { _ in
            } visit: { _ in
            }
        }
    }
}
