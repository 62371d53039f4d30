import Checkpoints
import RecordIO
import TestSupport
import Testing

/// The state file, which names a folder's checkpoints.
struct StateTests {
    /// Puts a checkpoint that is none but for its index into a folder.
    private func addIndex(_ prefix: String, to folder: TemporaryFolder) throws {
        try folder.write([], to: "\(prefix).index")
    }

    private func latest(_ state: String, checkpoints: [String]) throws -> String? {
        let folder = try TemporaryFolder()
        try folder.write(Array(state.utf8), to: "checkpoint")
        for checkpoint in checkpoints { try addIndex(checkpoint, to: folder) }
        return try latestCheckpoint(in: folder.path).map {
            $0.hasPrefix("\(folder.path)/") ? String($0.dropFirst(folder.path.count + 1)) : $0
        }
    }

    @Test func noStateFile() throws {
        #expect(try latestCheckpoint(in: TemporaryFolder().path) == nil)
    }

    @Test func aSaversFolder() throws {
        let folder = try Fixtures.path("saver")
        #expect(try latestCheckpoint(in: folder) == "\(folder)/model.ckpt-12")
    }

    @Test func timestampsArePassedOver() throws {
        let folder = try Fixtures.copy(of: "states/timestamps")
        try addIndex("model.ckpt-20", to: folder)
        #expect(try latestCheckpoint(in: folder.path) == folder.path(of: "model.ckpt-20"))
    }

    @Test func escapes() throws {
        let folder = try Fixtures.copy(of: "states/escapes")
        let name = "quo\"te's\\ \t\r\n\u{1}\u{7f} größer 😀-2"
        try addIndex(name, to: folder)
        #expect(try latestCheckpoint(in: folder.path) == folder.path(of: name))
    }

    /// A path that is not UTF-8, as TensorFlow has it: by its bytes, or as an escape.
    @Test func pathsThatAreNotUTF8() throws {
        let folder = try TemporaryFolder()
        let prefix = folder.path(of: FileName.text(of: [0x61, 0xff]))
        try Checkpoint.write([("x", TensorValue([1] as [Float], shape: []))], to: prefix)
        for written in [[0x61, 0xff], Array("a\\377".utf8)] as [[UInt8]] {
            let state = Array("model_checkpoint_path: \"".utf8) + written + Array("\"\n".utf8)
            try folder.write(state, to: "checkpoint")
            #expect(try latestCheckpoint(in: folder.path) == prefix)
            #expect(try Checkpoint(opening: prefix).tensors.count == 1)
            // And written again.
            let saver = try CheckpointSaver(folder: folder.path)
            try saver.save([("x", TensorValue([1] as [Float], shape: []))], globalStep: 3)
            #expect(saver.checkpoints == [prefix, folder.path(of: "model.ckpt-3")])
            let text = String(decoding: try folder.read("checkpoint"), as: UTF8.self)
            #expect(text.contains("all_model_checkpoint_paths: \"a\\377\"\n"), "\(text)")
        }
    }

    @Test func absolutePaths() throws {
        let run = try TemporaryFolder()
        try addIndex("model-5", to: run)
        let path = run.path(of: "model-5")
        #expect(try latest("model_checkpoint_path: \"\(path)\"", checkpoints: []) == path)
        // The folder itself comes second: only where the path leads nowhere.
        #expect(try latest("model_checkpoint_path: \"\(path)\"", checkpoints: ["model-5"]) == path)
    }

    @Test func aFolderThatWasMoved() throws {
        let folder = try Fixtures.copy(of: "states/absolute")
        #expect {
            try latestCheckpoint(in: folder.path)
        } throws: { error in
            let error = error as? CheckpointError
            return error?.problem == .noCheckpoint && error?.path == "/data/run 1/model.ckpt-20"
        }
        try addIndex("model.ckpt-20", to: folder)
        #expect(try latestCheckpoint(in: folder.path) == folder.path(of: "model.ckpt-20"))
    }

    @Test(arguments: [
        #"model_checkpoint_path: "a-1""#,
        #"model_checkpoint_path:'a-1'  all_model_checkpoint_paths : "a-1" ;"#,
        "# a comment \" {\nmodel_checkpoint_path: \"a\" # goes on\n  '-1'",
        #"future: {deep <x: [1, 2, {y: "}"}]> z: 3} model_checkpoint_path: "a-1""#,
        #"list: ["]", 'b'], [some.extension]: -1.5e-3, model_checkpoint_path: "a-1""#,
        #"model_checkpoint_path: "\141\x2d\u0031""#,
        #"model_checkpoint_path: "old" model_checkpoint_path: "\U00000061-1""#,
    ])
    func otherWaysToWriteIt(state: String) throws {
        #expect(try latest(state, checkpoints: ["a-1"]) == "a-1")
    }

    @Test(arguments: [
        "", "model_checkpoint_path", "model_checkpoint_path:", #"model_checkpoint_path: """#,
        #"model_checkpoint_path: "a-1"#, #"model_checkpoint_path: "a-1\"#,
        #"model_checkpoint_path: "\q""#, #"model_checkpoint_path: "\x""#,
        #"model_checkpoint_path: "\ud800""#, #"model_checkpoint_path "a-1""#, #""a-1""#,
        #"model_checkpoint_path: {x: "a-1"}"#, #"model_checkpoint_path: "a-1" other: {"#,
        #"model_checkpoint_path: "a-1" other: {]"#, #"model_checkpoint_path: "a-1" }"#,
        #"all_model_checkpoint_paths: "a-1""#, "\0\u{1}\u{ff}",
    ])
    func damage(state: String) throws {
        #expect {
            try latest(state, checkpoints: ["a-1"])
        } throws: {
            ($0 as? CheckpointError)?.problem == .damaged(.wrongState)
        }
    }

    @Test func deepNestingNeedsNoStack() throws {
        let depth = 100_000
        let state =
            "x: " + String(repeating: "{x", count: depth) + String(repeating: "}", count: depth)
            + #" model_checkpoint_path: "a-1""#
        #expect(try latest(state, checkpoints: ["a-1"]) == "a-1")
    }
}
