import Foundation
import TensorBoard
import TestSupport
import Testing

/// What `gan train` repeats, and what it does when it cannot go on.
@Suite(.waiting) struct TrainFaultTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// The lines with losses.
    private func losses(_ arguments: String...) throws -> [Substring] {
        let outcome = try command.run(["train", "--train-times", "3"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").filter { $0.contains("_loss") }
    }

    @Test func theSameSeedGivesTheSameLosses() throws {
        let first = try losses("--run", "a", "--seed", "3", "--threads", "1")
        #expect(first.count == 4)
        #expect(try losses("--run", "b", "--seed", "3", "--threads", "1") == first)
        #expect(try losses("--run", "c", "--seed", "3", "--threads", "2") == first)
        #expect(try losses("--run", "d", "--seed", "4", "--threads", "1") != first)
    }

    @Test func stopsAtALossThatIsNoNumber() throws {
        let outcome = try command.run("train", "--run", "r", "--learning-rate", "1e30")
        #expect(outcome.status == 1)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(outcome.errors.contains("discriminator_loss is no number any more after step 1"))
        let check = try command.run("log", "check", "log")
        #expect(check.status == 0, "\(check.errors)")
    }

    /// A checkpoint needs 20 MB, the log some 400 kB for its graph, and 20 kB a pass.
    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "only root can mount a small disk"))
    func stopsWhenTheDiskIsFull() throws {
        for size in [64 << 10, 21 << 20, 23 << 20] {
            let disk = try TemporaryFileSystem(bytes: size)
            let outcome = try command.run(
                "train", "--logdir", disk.path, "--run", "r", "--train-times", "300")
            #expect(outcome.status == 1)
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(
                outcome.errors.contains("\(disk.path)/r/events.out.tfevents.")
                    || outcome.errors.contains("\(disk.path)/r/model.ckpt-"))
            #expect(outcome.errors.contains("No space left on device"))
            if size < 1 << 20 {
                // The first checkpoint comes before the log: there is no run yet.
                #expect(!FileManager.default.fileExists(atPath: "\(disk.path)/r"))
                continue
            }
            let check = try command.run("log", "check", disk.path)
            #expect(check.status == 0, "\(check.output) \(check.errors)")
        }
    }
}
