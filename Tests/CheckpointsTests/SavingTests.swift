import Checkpoints
import TestSupport
import Testing

/// A folder of checkpoints with its state file.
struct SavingTests {
    private static let data = "data-00000-of-00001"

    /// The three variables of the fixture `saver`, at a step.
    private func variables(
        step: Int64, added: Float = 0
    ) -> [(name: String, tensor: TensorValue)] {
        let weights = (0..<24).map { Float($0) / 8 + added }
        return [
            ("global_step", TensorValue([step], shape: [])),
            ("conv1/weights", TensorValue(weights, shape: [2, 3, 4])),
            ("conv1/biases", TensorValue([-1.5, 0, 1e30] as [Float], shape: [3])),
        ]
    }

    private func step(of prefix: String) throws -> Int64? {
        try Checkpoint(opening: prefix).tensor(named: "global_step").values(of: Int64.self)?.first
    }

    private func state(_ folder: TemporaryFolder) throws -> String {
        String(decoding: try folder.read("checkpoint"), as: UTF8.self)
    }

    @Test func theFolderThatTensorFlowLeaves() throws {
        let folder = try TemporaryFolder()
        let saver = try CheckpointSaver(folder: folder.path, maxToKeep: 2)
        for (count, step) in [3, 7, 12].enumerated() {
            let prefix = try saver.save(
                variables(step: Int64(step), added: Float(count + 1)), globalStep: step)
            #expect(prefix == folder.path(of: "model.ckpt-\(step)"))
            #expect(saver.checkpoints.last == prefix)
        }
        let theirs = try Fixtures.copy(of: "saver")
        #expect(try folder.names() == theirs.names())
        for name in try theirs.names() {
            #expect(try folder.read(name) == theirs.read(name), "\(name)")
        }
    }

    @Test func goingOnInTensorFlowsFolder() throws {
        let folder = try Fixtures.copy(of: "saver")
        try folder.write([], to: "model.ckpt-7.meta")
        let saver = try CheckpointSaver(folder: folder.path, maxToKeep: 2)
        #expect(saver.checkpoints == ["model.ckpt-7", "model.ckpt-12"].map(folder.path(of:)))
        try saver.save(variables(step: 20), globalStep: 20)
        #expect(
            try folder.names() == [
                "checkpoint", "model.ckpt-12.\(Self.data)", "model.ckpt-12.index",
                "model.ckpt-20.\(Self.data)", "model.ckpt-20.index",
            ])
        #expect(
            try state(folder) == """
                model_checkpoint_path: "model.ckpt-20"
                all_model_checkpoint_paths: "model.ckpt-12"
                all_model_checkpoint_paths: "model.ckpt-20"

                """)
    }

    @Test func absolutePathsIntoTheFolderBecomeRelative() throws {
        let folder = try Fixtures.copy(of: "saver")
        let text = ["model.ckpt-7", "gone-8", "model.ckpt-12"]
            .map { "all_model_checkpoint_paths: \"\(folder.path(of: $0))\"\n" }
        let latest = "model_checkpoint_path: \"\(folder.path(of: "model.ckpt-12"))\"\n"
        try folder.write(Array((latest + text.joined()).utf8), to: "checkpoint")
        let saver = try CheckpointSaver(folder: folder.path, maxToKeep: 3)
        try saver.save(variables(step: 20), globalStep: 20)
        #expect(
            try state(folder) == """
                model_checkpoint_path: "model.ckpt-20"
                all_model_checkpoint_paths: "model.ckpt-7"
                all_model_checkpoint_paths: "model.ckpt-12"
                all_model_checkpoint_paths: "model.ckpt-20"

                """)
    }

    @Test func checkpointsOfOthersAreNotRemoved() throws {
        let folder = try Fixtures.copy(of: "saver")
        let elsewhere = try Fixtures.copy(of: "saver")
        try Checkpoint.write(variables(step: 1), to: folder.path(of: "best-1"))
        try folder.write(
            Array(
                """
                model_checkpoint_path: "best-1"
                all_model_checkpoint_paths: "\(elsewhere.path(of: "model.ckpt-7"))"
                all_model_checkpoint_paths: "best-1"
                """.utf8), to: "checkpoint")
        let saver = try CheckpointSaver(folder: folder.path, maxToKeep: 1)
        try saver.save(variables(step: 20), globalStep: 20)
        #expect(saver.checkpoints == [folder.path(of: "model.ckpt-20")])
        #expect(try step(of: folder.path(of: "best-1")) == 1)
        #expect(try step(of: elsewhere.path(of: "model.ckpt-7")) == 7)
    }

    /// A name of other bytes is another name, though it looks the same.
    @Test func namesThatLookAlike() throws {
        let folder = try TemporaryFolder()
        for (step, name) in ["caf\u{e9}", "cafe\u{301}", "caf\u{e9}"].enumerated() {
            let saver = try CheckpointSaver(folder: folder.path, name: name, maxToKeep: 1)
            try saver.save(variables(step: Int64(step)), globalStep: step)
        }
        #expect(try step(of: folder.path(of: "cafe\u{301}-1")) == 1)
        #expect(try step(of: folder.path(of: "caf\u{e9}-2")) == 2)
        #expect(try step(of: folder.path(of: "caf\u{e9}-0")) == 0)
    }

    @Test func escapesInTheState() throws {
        let folder = try Fixtures.copy(of: "states/escapes")
        let theirs = try state(folder)
        try Checkpoint.write(variables(step: 1), to: folder.path(of: "a-1"))
        let saver = try CheckpointSaver(
            folder: folder.path, name: "quo\"te's\\ \t\r\n\u{1}\u{7f} größer 😀")
        try saver.save(variables(step: 2), globalStep: 2)
        #expect(try state(folder) == theirs)
        try saver.save(variables(step: 2), globalStep: 2)
        #expect(try folder.names().count == 5)
    }

    @Test func theSameStepAgain() throws {
        let folder = try TemporaryFolder()
        let saver = try CheckpointSaver(folder: folder.path)
        for (step, content) in [(5, 1), (6, 2), (5, 3), (5, 4)] as [(Int, Int64)] {
            try saver.save(variables(step: content), globalStep: step)
        }
        #expect(
            try folder.names() == [
                "checkpoint", "model.ckpt-5.\(Self.data)", "model.ckpt-5.index",
                "model.ckpt-6.\(Self.data)", "model.ckpt-6.index",
            ])
        #expect(saver.checkpoints == ["model.ckpt-6", "model.ckpt-5"].map(folder.path(of:)))
        #expect(try step(of: folder.path(of: "model.ckpt-5")) == 4)
        #expect(try step(of: folder.path(of: "model.ckpt-6")) == 2)
    }

    @Test func theOnlyOneAgain() throws {
        let folder = try TemporaryFolder()
        let saver = try CheckpointSaver(folder: folder.path, maxToKeep: 1)
        for content in 1...3 {
            try saver.save(variables(step: Int64(content)), globalStep: 9)
            #expect(try latestCheckpoint(in: folder.path).map(step) == Int64(content))
        }
        #expect(
            try folder.names() == ["checkpoint", "model.ckpt-9.\(Self.data)", "model.ckpt-9.index"])
    }

    @Test func foldersAreMade() throws {
        let folder = try TemporaryFolder()
        let saver = try CheckpointSaver(folder: folder.path(of: "a/b"))
        #expect(saver.checkpoints == [])
        #expect(try latestCheckpoint(in: folder.path(of: "a/b")) == nil)
        #expect(try saver.save([], globalStep: 0) == folder.path(of: "a/b/model.ckpt-0"))
    }

    @Test func whatKilledSaversLeft() throws {
        let folder = try TemporaryFolder()
        let others = ["model.ckpt-3.index.tmp", "other-3.index.tmp-0123456789abcdef"]
        for name in others + [
            "model.ckpt-3.index.tmp-0123456789abcdef", "checkpoint.tmp-0123456789abcdef",
        ] {
            try folder.write([1], to: name)
        }
        _ = try CheckpointSaver(folder: folder.path)
        #expect(try folder.names() == others)
    }

    @Test func aDamagedStateFile() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("model".utf8), to: "checkpoint")
        #expect {
            try CheckpointSaver(folder: folder.path)
        } throws: { error in
            "\(error)" == """
                \(folder.path(of: "checkpoint")), byte 5: not the state of a folder's checkpoints; \
                remove this file and name the checkpoint itself
                """
        }
    }
}
