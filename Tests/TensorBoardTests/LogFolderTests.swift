import Foundation
import TensorBoard
import TestSupport
import Testing

/// Which folders and files of a log are found.
@Suite struct LogFolderTests {
    let folder: TemporaryFolder
    let files = FileManager.default

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Makes an event file, and the folders above it.
    func makeFile(_ name: String) throws {
        try makeFolder(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
        try folder.write(Fixtures.bytes("tensorflow1.tfevents"), to: name)
    }

    func makeFolder(_ name: String) throws {
        try files.createDirectory(
            atPath: folder.path(of: name), withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) throws {
        try files.createSymbolicLink(
            atPath: folder.path(of: name), withDestinationPath: target)
    }

    func runs(_ name: String = "") throws -> [String] {
        try EventLog(folder: folder.path(of: name)).runs.map(\.name)
    }

    /// `test_basic` and `test_add_remove` of TensorBoard's `run.rs`: any place in the name will do.
    @Test func filesOfAnyName() throws {
        let names = [
            "tfevents", "tfevents.1", "a.tfevents", "xtfeventsy", "events.tfevents\u{301}",
        ]
        for name in names { try makeFile("run/\(name)") }
        for name in ["tfevent", "TFEVENTS", "events.out"] { try makeFile("run/\(name)") }
        try makeFolder("run/below.tfevents")
        let log = try EventLog(folder: folder.path)
        #expect(log.runs.map(\.name) == ["run"])
        let found = log.runs[0].files.map { String($0.split(separator: "/").last ?? "") }
        #expect(found == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(log.problems == [])
    }

    @Test func aLinkToTheLogFolder() throws {
        try makeFile("log/a/tfevents")
        try makeFile("log/tfevents")
        try link("log/a/up", to: "..")
        try link("log/again", to: folder.path(of: "log"))
        #expect(try runs("log") == [".", "a"])
    }

    /// A folder's own path comes before that of a link; a link from elsewhere has only its own.
    @Test func linksToFolders() throws {
        try makeFile("log/b/deep/run/tfevents")
        try makeFile("elsewhere/tfevents")
        try makeFile("elsewhere/below/tfevents")
        try link("log/a", to: "b/deep/run")
        try link("log/x", to: "../elsewhere")
        try link("log/y", to: "../elsewhere")
        try link("log/nowhere", to: "missing")
        let log = try EventLog(folder: folder.path(of: "log"))
        #expect(log.runs.map(\.name) == ["b/deep/run", "x", "x/below"])
        #expect(log.problems == [])
    }

    @Test(.timeLimit(.minutes(1))) func foldersThatLinkToEachOther() throws {
        for index in 0..<10 {
            try makeFile("each/\(index)/tfevents")
            try makeFolder("self")
            try link("self/\(index)", to: ".")
        }
        for index in 0..<10 {
            for other in 0..<10 { try link("each/\(index)/to\(other)", to: "../\(other)") }
        }
        try makeFile("self/tfevents")
        #expect(try runs("each") == (0..<10).map { "\($0)" })
        #expect(try runs("self") == ["."])
    }

    /// A link to itself is what a folder that may not be read is, also for those who may read all.
    @Test func foldersThatCannotBeRead() throws {
        try makeFile("log/a/tfevents")
        try makeFile("log/c/tfevents")
        try link("log/b", to: "b")
        let log = try EventLog(folder: folder.path(of: "log"))
        #expect(log.runs.map(\.name) == ["a", "c"])
        #expect(log.problems.map(\.path) == ["\(folder.path)/log/b"])
        #expect(log.problems.map(\.problem) == [.system(code: ELOOP)])

        var follower = EventFollower(folder: folder.path(of: "log"))
        var (paths, problems): (Set<String>, [EventFileError]) = ([], [])
        for _ in 1...2 {
            try follower.poll { update in
                paths.insert(update.path)
                if case .problem(let problem) = update.news { problems.append(problem) }
            }
        }
        #expect(paths.count == 3 && problems == log.problems)
    }

    /// Names sort as TensorBoard sorts them, whatever Unicode calls equal.
    @Test func namesAreBytes() throws {
        let composed = "caf\u{e9}"
        let decomposed = "cafe\u{301}"
        for name in [composed, decomposed, "cafz", "caff"] { try makeFile("\(name)/tfevents") }
        let found = try runs().map { Array($0.utf8) }
        #expect(found == [decomposed, "caff", "cafz", composed].map { Array($0.utf8) })
    }
}
