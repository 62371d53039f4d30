import Checkpoints
import Foundation
import TestSupport
import Testing

/// Processes that are killed while they save or write.
@Suite(.waiting) struct KillTests {
    /// Tensors of some hundred kilobytes whose values tell the step that they were saved at.
    private static func tensors(step: Int) -> [(name: String, tensor: TensorValue)] {
        (0..<20).map {
            let count = $0 * 1000
            let values = (0..<count).map { Float($0 + step) }
            return ("v\($0)", TensorValue(values, shape: [count]))
        } + [("step", TensorValue([Int64(step)], shape: []))]
    }

    /// Saves in a loop until a thread of the process kills it at a random moment: each step twice,
    /// so that it is replaced, too.
    ///
    /// - Parameter isFirstSafe: Whether one checkpoint is saved before.
    private static func saveUntilKilled(in folder: String, isFirstSafe: Bool) throws -> Never {
        let saver = try CheckpointSaver(folder: folder, maxToKeep: 2)
        let latest = saver.checkpoints.last?.split(separator: "-").last.flatMap { Int($0) }
        var step = latest.map { $0 + 1 } ?? 0
        if isFirstSafe { try saver.save(tensors(step: step), globalStep: step) }
        let delay = UInt32.random(in: 0...100_000)
        Thread.detachNewThread {
            usleep(delay)
            kill(getpid(), SIGKILL)
        }
        while true {
            try saver.save(tensors(step: step), globalStep: step)
            try saver.save(tensors(step: step), globalStep: step)
            step += 1
        }
    }

    @Test func theStateFileNamesWholeCheckpoints() async throws {
        let folder = try TemporaryFolder()
        var lastStep: Int64 = 0
        for attempt in 0..<20 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = folder.path as String, isFirstSafe = !attempt.isMultiple(of: 2) as Bool] in
                try Self.saveUntilKilled(in: path, isFirstSafe: isFirstSafe)
            }
            // Before the first state file there is nothing to find.
            guard let latest = try latestCheckpoint(in: folder.path) else { continue }
            let saver = try CheckpointSaver(folder: folder.path)
            #expect(saver.checkpoints.last == latest)
            // A line for each that is there, and one for the latest.
            let state = try String(decoding: folder.read("checkpoint"), as: UTF8.self)
            #expect(state.split(separator: "\n").count == saver.checkpoints.count + 1)
            for prefix in saver.checkpoints {
                let checkpoint = try Checkpoint(opening: prefix)
                let step = try #require(try checkpoint.tensor(named: "step").values(of: Int64.self))
                for (name, tensor) in Self.tensors(step: Int(step[0])) {
                    #expect(try checkpoint.tensor(named: name) == tensor)
                }
                if prefix == latest {
                    #expect(step[0] >= lastStep)
                    lastStep = step[0]
                }
            }
            #expect(try folder.names().allSatisfy { !$0.contains(".tmp-") })
        }
        #expect(lastStep >= 9)
    }

    /// Writes checkpoints of one prefix in a loop until a thread of the process kills it at a random
    /// moment.
    private static func writeUntilKilled(_ prefix: String, from first: Int) throws -> Never {
        try Checkpoint.write(tensors(step: first), to: prefix)
        let delay = UInt32.random(in: 0...30_000)
        Thread.detachNewThread {
            usleep(delay)
            kill(getpid(), SIGKILL)
        }
        var step = first
        while true {
            step += 1
            try Checkpoint.write(tensors(step: step), to: prefix)
        }
    }

    @Test func aPrefixThatIsWrittenAgainIsAlwaysWhole() async throws {
        let folder = try TemporaryFolder()
        let prefix = folder.path(of: "best")
        var last = 0
        for _ in 0..<15 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [prefix = prefix as String, last = last as Int] in
                try Self.writeUntilKilled(prefix, from: last + 1)
            }
            let checkpoint = try Checkpoint(opening: prefix)
            let step = try #require(try checkpoint.tensor(named: "step").values(of: Int64.self))[0]
            for (name, tensor) in Self.tensors(step: Int(step)) {
                #expect(try checkpoint.tensor(named: name) == tensor)
            }
            #expect(step > last)
            last = Int(step)
        }
        try Checkpoint.write(Self.tensors(step: 0), to: prefix)
        let names = try folder.names()
        #expect(names.count == 2 && names.allSatisfy { !$0.contains(".tmp-") }, "\(names)")
    }
}
