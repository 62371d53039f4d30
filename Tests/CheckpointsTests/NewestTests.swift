import Checkpoints
import Foundation
import TestSupport
import Testing

/// The newest whole checkpoint of a folder, whatever happened to others or to the state file.
@Suite struct NewestTests {
    let folder: TemporaryFolder

    /// Checkpoints of steps 1, 2, 9 and 10.
    init() throws {
        folder = try TemporaryFolder()
        let saver = try CheckpointSaver(folder: folder.path)
        for step in [1, 2, 9, 10] { try saver.save(tensors(step), globalStep: step) }
    }

    private func tensors(_ step: Int) -> [(name: String, tensor: TensorValue)] {
        [
            ("a", TensorValue([Float(step), 2, 3], shape: [3])),
            ("step", TensorValue([Int32(step)], shape: [])),
        ]
    }

    private func newest() throws -> (name: String, reasons: [String]) {
        let newest = try #require(try NewestCheckpoint(in: folder.path))
        let reasons = newest.passedOver.map { ($0 as? CheckpointError)?.cause ?? "\($0)" }
        return (String(newest.prefix.dropFirst(folder.path.count + 1)), reasons)
    }

    private func path(_ name: String) -> String { folder.path(of: name) }

    @Test func whole() throws {
        #expect(try newest() == ("model.ckpt-10", []))
        let empty = try TemporaryFolder()
        #expect(try NewestCheckpoint(in: empty.path) == nil)
    }

    /// Ways to damage the newest, and what is said of it.
    @Test(arguments: [
        ("data cut", "byte 15: step: the file ends too soon"),
        ("data emptied", "byte 0: a: the file ends too soon"),
        ("data flipped", "byte 0: a: the bytes from here on have a wrong checksum"),
        ("data gone", "cannot open"), ("index gone", "files of data without their index"),
        ("index emptied", "empty, not a checkpoint's file"),
        ("index flipped", "wrong checksum"), ("all gone", "no such checkpoint"),
    ])
    func damaged(way: String, reason: String) throws {
        let (data, index) = ("model.ckpt-10.data-00000-of-00001", "model.ckpt-10.index")
        let words = way.split(separator: " ")
        let file = words[0] == "index" ? index : data
        var bytes = try folder.read(file)
        switch words[1] {
        case "cut": try folder.write(Array(bytes.dropLast()), to: file)
        case "emptied": try folder.write([], to: file)
        case "flipped":
            bytes[5] ^= 16
            try folder.write(bytes, to: file)
        default:
            for name in words[0] == "all" ? [data, index] : [file] {
                try FileManager.default.removeItem(atPath: path(name))
            }
        }
        let found = try newest()
        #expect(found.name == "model.ckpt-9")
        #expect(found.reasons.count == 1 && found.reasons[0].contains(reason), "\(found.reasons)")
        #expect(found.reasons[0].hasPrefix(path("model.ckpt-10")))

        // The run goes on from there: the next process finds that one, and the damaged one is the
        // first to be removed.
        let saver = try CheckpointSaver(
            folder: folder.path, maxToKeep: 4, goingOnFrom: path(found.name))
        #expect(try latestCheckpoint(in: folder.path) == path("model.ckpt-9"))
        try saver.save(tensors(11), globalStep: 11)
        try saver.save(tensors(12), globalStep: 12)
        #expect(try newest() == ("model.ckpt-12", []))
        #expect(
            saver.checkpoints.map { String($0.dropFirst(folder.path.count + 1)) }
                == ["model.ckpt-2", "model.ckpt-9", "model.ckpt-11", "model.ckpt-12"])
    }

    @Test(arguments: ["gone", "empty", "garbage"]) func damagedState(way: String) throws {
        let state = path("checkpoint")
        if way == "gone" { try FileManager.default.removeItem(atPath: state) }
        if way == "empty" { try folder.write([], to: "checkpoint") }
        if way == "garbage" {
            try folder.write(Array(repeating: 0xfe, count: 99), to: "checkpoint")
        }
        let found = try newest()
        // 10 is newer than 9, though not by its letters.
        #expect(found.name == "model.ckpt-10")
        #expect(found.reasons.count == 1 && found.reasons[0].hasPrefix(state), "\(found.reasons)")
        let saver = try CheckpointSaver(folder: folder.path, goingOnFrom: path(found.name))
        #expect(saver.checkpoints.count == 4)
        #expect(try latestCheckpoint(in: folder.path) == path("model.ckpt-10"))
        #expect(try newest() == ("model.ckpt-10", []))
    }

    /// Older ones that are whole come after all that is damaged.
    @Test func severalDamaged() throws {
        for step in [9, 10] {
            try folder.write([1, 2, 3], to: "model.ckpt-\(step).index")
        }
        let found = try newest()
        #expect(found.name == "model.ckpt-2" && found.reasons.count == 2)
        for step in [1, 2] { try folder.write([], to: "model.ckpt-\(step).data-00000-of-00001") }
        do {
            _ = try NewestCheckpoint(in: folder.path)
            Issue.record("damaged checkpoints were taken")
        } catch let error as NewestCheckpoint.NoneIsWhole {
            #expect(error.reasons.count == 4)
            #expect("\(error)".hasPrefix("no checkpoint in \(folder.path) is whole: "))
            #expect(!"\(error)".contains("\n"))
        }
    }

    /// What a process has left that was killed while it saved is no checkpoint, however far it was: ours,
    /// or TensorFlow's.
    @Test(arguments: [
        ["index.tmp-0123456789abcdef"], ["index.tempstate17"],
        ["index.tmp-0123456789abcdef", "data-00000-of-00001.tmp-fedcba9876543210"],
        ["index.tmp-0123456789abcdef", "data-00000-of-00001"],
        ["index.tempstate17", "data-00000-of-00001"],
    ])
    func neverFinished(endings: [String]) throws {
        let empty = try TemporaryFolder()
        for place in [empty, folder] {
            for ending in endings {
                let kind = ending.hasPrefix("index") ? "index" : "data-00000-of-00001"
                try place.write(folder.read("model.ckpt-10.\(kind)"), to: "model.ckpt-11.\(ending)")
            }
        }
        #expect(try NewestCheckpoint(in: empty.path) == nil)
        #expect(try newest() == ("model.ckpt-10", []))
        // One whose index is there is whole, whatever lies beside it.
        try folder.write(folder.read("model.ckpt-10.index"), to: "model.ckpt-10.\(endings[0])")
        try FileManager.default.removeItem(atPath: path("checkpoint"))
        #expect(try newest().name == "model.ckpt-10")
    }

    /// Format V1 without a state file: in one file of any name, or in several.
    @Test(arguments: [false, true]) func formatV1(isInSeveralFiles: Bool) throws {
        let folder = try TemporaryFolder()
        for step in [9, 10] {
            if isInSeveralFiles {
                for number in 0..<2 {
                    try folder.write(
                        Fixtures.bytes("v1-slices-0000\(number)-of-00002"),
                        to: "model-\(step)-0000\(number)-of-00002")
                }
            } else {
                try folder.write(Fixtures.bytes("v1-types"), to: "model-\(step)")
            }
        }
        try folder.write(Array("notes".utf8), to: "model-11")
        let newest = try #require(try NewestCheckpoint(in: folder.path))
        #expect(newest.prefix == folder.path(of: "model-10"))
        #expect(newest.passedOver.count == 1)
    }

    /// What stands in a file's place is named.
    @Test func foreignFiles() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
        try folder.write(Array(pointer.utf8), to: "model.ckpt-10.data-00000-of-00001")
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint(opening: path("model.ckpt-10")).verify()
        }
        #expect(error?.description.contains("a pointer of Git LFS") == true)
        let state = #expect(throws: CheckpointError.self) {
            try Checkpoint(opening: path("checkpoint"))
        }
        #expect(state?.description.contains("the file that names a folder's checkpoints") == true)
        var log = RawEvents()
        log.add(
            [0x09] + [UInt8](repeating: 0, count: 8) + [0x1a, 0x0d] + Array("brain.Event:2".utf8))
        try folder.write(log.bytes + [UInt8](repeating: 1, count: 50), to: "events.out.tfevents.1")
        let event = #expect(throws: CheckpointError.self) {
            try Checkpoint(opening: path("events.out.tfevents.1"))
        }
        #expect(
            event?.description.contains("a log for TensorBoard") == true,
            "\(event.map { "\($0)" } ?? "")")
    }

    /// One that is whole and of no use is passed over as well.
    @Test func unusable() throws {
        struct Refused: Error {}
        let newest = try NewestCheckpoint(in: folder.path) { checkpoint in
            if checkpoint.prefix.hasSuffix("-10") { throw Refused() }
        }
        #expect(newest?.prefix == path("model.ckpt-9"))
        #expect(newest?.passedOver.first is Refused)
    }

    /// To go back to an older one that is whole: newer ones are the first to be forgotten.
    @Test func goingBack() throws {
        let saver = try CheckpointSaver(
            folder: folder.path, maxToKeep: 3, goingOnFrom: path("model.ckpt-2"))
        #expect(try latestCheckpoint(in: folder.path) == path("model.ckpt-2"))
        #expect(try newest() == ("model.ckpt-2", []))
        // A step that an abandoned one has, too.
        try saver.save(tensors(9), globalStep: 9)
        #expect(try newest() == ("model.ckpt-9", []))
        try saver.save(tensors(11), globalStep: 11)
        #expect(
            try Set(
                FileManager.default.contentsOfDirectory(atPath: folder.path)
                    .filter { $0.hasSuffix(".index") })
                == ["model.ckpt-2.index", "model.ckpt-9.index", "model.ckpt-11.index"])
    }
}
