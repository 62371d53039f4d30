@testable import Checkpoints
import RecordIO
import TestSupport
import Testing

/// A checkpoint in place of one of the same prefix: at every moment one of the two is there, whole.
struct ReplacingTests {
    private let folder: TemporaryFolder
    private let prefix: String

    init() throws {
        folder = try TemporaryFolder()
        prefix = folder.path(of: "best")
    }

    private func tensors(_ value: Float) -> [(name: String, tensor: TensorValue)] {
        ["a", "b/c"].map { ($0, TensorValue([value, value + 1], shape: [2])) }
    }

    private func expectWhole(_ value: Float) throws {
        let checkpoint = try Checkpoint(opening: prefix)
        #expect(checkpoint.tensors.map(\.name) == ["a", "b/c"])
        for (name, tensor) in tensors(value) {
            #expect(try checkpoint.tensor(named: name) == tensor)
        }
    }

    /// As if the process was killed behind each step, and others wrote after it.
    @Test(arguments: 0...4) func stopsBetweenTheSteps(count: Int) throws {
        try Checkpoint.write(tensors(1), to: prefix)
        let before = try folder.names()
        var staged: StagedCheckpoint? = try StagedCheckpoint(tensors(2), prefix: prefix)
        if count > 0 { try staged?.placeData() }
        if count > 1 { try staged?.placeIndex() }
        if count > 2 { staged?.removeReplacedData() }
        if count > 3 { staged = nil }
        try expectWhole(count < 2 ? 1 : 2)
        withExtendedLifetime(staged) {}
        staged = nil
        if count == 0 { #expect(try folder.names() == before) }
        for value in 3...5 {
            try Checkpoint.write(tensors(Float(value)), to: prefix)
            try expectWhole(Float(value))
            #expect(try folder.names().count == 2)
        }
    }

    /// The index decides which bytes count, and nothing else of the folder is touched.
    @Test func theNamesOfTheFiles() throws {
        let others = [
            "best.data-00000-of-00001.txt", "best.meta", "best2.data-00000-of-00002", "other.index",
        ]
        for name in others { try folder.write([1], to: name) }
        for (value, number) in [(1, 1), (2, 2), (3, 1), (4, 2)] as [(Float, Int)] {
            try Checkpoint.write(tensors(value), to: prefix)
            let own = ["best.data-00000-of-0000\(number)", "best.index"]
            #expect(try folder.names() == (own + others).sorted())
            try expectWhole(value)
        }
    }

    /// Of several files of data, none is left.
    @Test func aCheckpointOfSeveralFiles() throws {
        for name in try Fixtures.copy(of: "saver").names() where name.contains("12.") {
            let ending = name.dropFirst("model.ckpt-12.".count)
            try folder.write(Fixtures.bytes("saver/\(name)"), to: "best.\(ending)")
        }
        try folder.write([1], to: "best.data-00001-of-00003")
        try folder.write([1], to: "best.data-00000-of-00003")
        try Checkpoint.write(tensors(1), to: prefix)
        #expect(try folder.names() == ["best.data-00000-of-00002", "best.index"])
        try expectWhole(1)
    }

    /// Bytes that no index names are no checkpoint: they are in nobody's way.
    @Test func dataWithoutAnIndex() throws {
        try folder.write([1], to: "best.data-00000-of-00001")
        try Checkpoint.write(tensors(1), to: prefix)
        #expect(try folder.names() == ["best.data-00000-of-00001", "best.index"])
        try expectWhole(1)
    }

    /// An index that cannot take its name leaves all as it was.
    @Test func anIndexThatIsInTheWay() throws {
        try Checkpoint.write(tensors(1), to: prefix)
        let staged = try StagedCheckpoint(tensors(2), prefix: prefix)
        let index = try folder.read("best.index")
        let data = try folder.read("best.data-00000-of-00001")
        try folder.remove("best.index")
        try folder.makeFolder("best.index")
        #expect(throws: FileError.self) { try staged.commit() }
        #expect(try folder.read("best.data-00000-of-00001") == data)
        #expect(try !folder.names().contains("best.data-00000-of-00002"))
        try folder.remove("best.index")
        try folder.write(index, to: "best.index")
        try expectWhole(1)
    }

    /// What a process has left that was killed while it wrote.
    @Test func leftoversAreRemoved() throws {
        try folder.write([1], to: "best.data-00000-of-00001.tmp-0123456789abcdef")
        try folder.write([1], to: "best.index.tmp-0123456789abcdef")
        try folder.write([1], to: "other.index.tmp-0123456789abcdef")
        try Checkpoint.write(tensors(1), to: prefix)
        #expect(
            try folder.names() == [
                "best.data-00000-of-00001", "best.index", "other.index.tmp-0123456789abcdef",
            ])
    }
}
