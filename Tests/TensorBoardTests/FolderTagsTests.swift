import Foundation
import TensorBoard
import TestSupport
import Testing

/// A tag is of one kind in all that the writers of a process log into a folder.
@Suite struct FolderTagsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func writer(_ run: String = "run") throws -> SummaryWriter {
        try SummaryWriter(logdir: folder.path(of: run))
    }

    func refusal(_ body: () throws -> Void) -> String? {
        let error = #expect(throws: EventFileError.self) { try body() }
        #expect(error?.problem == .refused)
        return error?.description
    }

    func name(_ writer: SummaryWriter) -> String { URL(filePath: writer.path).lastPathComponent }

    @Test(arguments: [true, false])
    func anotherKindIsRefused(isOpen: Bool) throws {
        let first = try writer()
        try first.addScalar(1, tag: "x", step: 1)
        try first.addText("t", tag: "note", step: 1)
        if !isOpen { try first.close() }
        let second = try writer()
        #expect(
            refusal { try second.addText("t", tag: "x", step: 2) } == "\(second.path): not logged: "
                + "the tag \"x\" was logged for the plugin scalars in \(name(first)), and now for "
                + "the plugin text: TensorBoard would not show that; choose another tag")
        #expect(refusal { try second.addScalar(1, tag: "note", step: 2) } != nil)
        #expect(
            refusal { try second.addHistogram([1] as [Float], tag: "x", step: 2) } != nil)
        // Nothing of a call that is refused counts.
        #expect(
            refusal {
                try second.add(
                    Summary([.scalar(1, tag: "new"), .scalar(1, tag: "note")]), step: 2)
            } != nil)
        try second.addText("t", tag: "new", step: 3)
        try second.addScalar(2, tag: "x", step: 3)
        try second.addText("u", tag: "note", step: 3)
        if isOpen {
            #expect(refusal { try first.addScalar(1, tag: "new", step: 4) } != nil)
            try first.close()
        }
        try second.close()
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        #expect(run.values()["x"]?.scalars.map(\.step) == [1, 3])
        #expect(run.values()["note"]?.stored.map(\.step) == [1, 3])
        #expect(run.values()["new"]?.stored.map(\.step) == [3])
    }

    /// The folder is known by its identity, and each for itself.
    @Test func whichFolderItIs() throws {
        let first = try writer()
        try first.addScalar(1, tag: "x", step: 1)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path(of: "link"), withDestinationPath: folder.path(of: "run"))
        let linked = try writer("link")
        #expect(refusal { try linked.addText("t", tag: "x", step: 1) } != nil)
        let other = try writer("other")
        try other.addText("t", tag: "x", step: 1)
        // Tags are told from each other by their bytes.
        try linked.addScalar(1, tag: "caf\u{e9}", step: 1)
        try first.addText("t", tag: "cafe\u{301}", step: 1)
        for writer in [first, linked, other] { try writer.close() }
        // A folder that was moved is the same one.
        try FileManager.default.moveItem(
            atPath: folder.path(of: "run"), toPath: folder.path(of: "moved"))
        let moved = try writer("moved")
        #expect(refusal { try moved.addText("t", tag: "x", step: 1) } != nil)
    }

    /// What was removed does not bind.
    @Test func filesThatAreGone() throws {
        let first = try writer()
        try first.addScalar(1, tag: "x", step: 1)
        try first.close()
        try FileManager.default.removeItem(atPath: first.path)
        let second = try writer()
        try second.addText("t", tag: "x", step: 1)
        #expect(refusal { try second.addScalar(1, tag: "x", step: 1) } != nil)
        try second.close()
        for _ in 0..<3 {
            try FileManager.default.removeItem(atPath: folder.path(of: "run"))
            let again = try writer()
            try again.addScalar(1, tag: "x", step: 1)
            try again.addText("t", tag: "y", step: 1)
            try again.close()
            try FileManager.default.removeItem(atPath: folder.path(of: "run"))
            let other = try writer()
            try other.addScalar(1, tag: "y", step: 1)
            try other.addText("t", tag: "x", step: 1)
            try other.close()
            try FileManager.default.removeItem(at: URL(filePath: other.path))
            // The same kinds again, in another file.
            let third = try writer()
            try third.addText("t", tag: "x", step: 1)
            let last = try writer()
            #expect(refusal { try last.addScalar(1, tag: "x", step: 1) } != nil)
        }
    }

    @Test func twoThreadsOfWhichOneIsRefused() async throws {
        let writers = try (0..<2).map { _ in try writer() }
        let refused = await withTaskGroup(of: Int.self) { group in
            for (index, writer) in writers.enumerated() {
                group.addTask {
                    var count = 0
                    for tag in 0..<500 {
                        do {
                            if index == 0 {
                                try writer.addScalar(1, tag: "\(tag)", step: 1)
                            } else {
                                try writer.addText("t", tag: "\(tag)", step: 1)
                            }
                        } catch {
                            count += 1
                        }
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(refused == 500)
        for writer in writers { try writer.close() }
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        #expect(run.values().tags.count == 500)
        #expect(run.values().tags.allSatisfy { $0.count == 1 && $0.unshown.isEmpty })
    }

    // MARK: What a check finds of other processes' files

    func problems(_ files: RawEvents...) throws -> [[EventFileError]] {
        for (number, file) in files.enumerated() {
            try folder.write(file.bytes, to: "events.out.tfevents.\(number).h")
        }
        var problems: [[EventFileError]] = []
        try EventLog(folder: folder.path).check { problems.append($0.tagProblems) }
        return problems
    }

    static func text(_ tag: String) -> RawEvents.Value {
        .tensor(tag, plugin: "text", type: 7, field(8, Array("t".utf8)))
    }

    @Test func aCheckNamesBothFiles() throws {
        var first = RawEvents()
        first.add(step: 1, .scalar(1, "x"))
        first.add(step: 1, Self.text("note"))
        var second = RawEvents()
        second.add(step: 2, .scalar(1, "x"))
        for step in 2...4 as ClosedRange<Int64> { second.add(step: step, Self.text("x")) }
        second.add(step: 2, .image([1], "note"))
        let found = try problems(first, first, second)
        #expect(found.map(\.count) == [0, 0, 2])
        #expect(found[2].allSatisfy { $0.problem == .kindsDiffer })
        #expect(found[2].map(\.offset) == [second.offsets[2], second.offsets[5]])
        let path = folder.path(of: "events.out.tfevents")
        #expect(
            found[2][0].description
                == "\(path).2.h: the tag \"x\" has a value for the plugin text at byte "
                + "\(second.offsets[2]), but its first one is for scalars, at byte "
                + "\(first.offsets[1]) of \(path).0.h: TensorBoard shows the tag's scalars alone; "
                + "log the others under another tag")
    }

    @Test func aCheckNamesTagsOfNoKind() throws {
        let bare = RawEvents.Value.tensor("x", plugin: nil, type: 1, field(5, little(UInt32(0))))
        var first = RawEvents()
        first.add(step: 1, bare)
        first.add(step: 2, bare)
        first.add(step: 2, .scalar(1, "y"))
        var second = RawEvents()
        second.add(step: 3, bare)
        second.add(step: 3, .tensor("y", plugin: nil, type: 1, field(5, little(UInt32(0)))))
        let found = try problems(first, second)
        #expect(found.map { $0.map(\.problem) } == [[.noKind], []])
        #expect(found[0].first?.offset == first.offsets[1])
        // One file by itself.
        #expect(
            EventLog.check(folder.path(of: "events.out.tfevents.1.h")).tagProblems.map(
                \.description)
                == [
                    "\(folder.path(of: "events.out.tfevents.1.h")): the first values of 2 tags "
                        + "(\"x\", \"y\"), from byte \(second.offsets[1]) on, have no metadata that "
                        + "name a plugin, and TensorBoard's default reader shows nothing of those "
                        + "tags; a repair gives them to scalars, histograms and images"
                ])
    }

    /// Of any number of tags a few are named.
    @Test(arguments: [3, 5, 6, 2000])
    func manyTagsAreCounted(count: Int) throws {
        var file = RawEvents()
        let zero = field(5, little(UInt32(0)))
        for index in 0..<count {
            file.add(step: 1, .tensor("bare \(index)", plugin: nil, type: 1, zero))
            file.add(step: 1, .scalar(1, "both \(index)"))
            file.add(step: 1, .tensor("both \(index)", plugin: "text", type: 1, zero))
        }
        let path = try folder.write(file.bytes, to: "events.out.tfevents.0.h")
        let found = EventLog.check(path).tagProblems
        let rest = count > 5 ? " and \(count - 5) more" : ""
        let names = (0..<min(count, 5)).map { "\"bare \($0)\"" }.joined(separator: ", ")
        #expect(found.first?.problem == .noKind)
        #expect(found.first?.description.contains(" \(count) tags (\(names)\(rest)), ") == true)
        #expect(found.dropFirst().allSatisfy { $0.problem == .kindsDiffer })
        #expect(found.count == (count > 5 ? 3 : 1 + count))
        if count > 5 {
            let both = (0..<5).map { "\"both \($0)\"" }.joined(separator: ", ")
            #expect(
                found[2].description
                    == "\(path): \(count) tags (\(both) and \(count - 5) more) hold two kinds of "
                    + "value each, like that one")
        }
    }
}
