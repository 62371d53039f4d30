import Checkpoints
import Foundation
import GAN
import TensorBoard
import TestSupport
import Testing

/// `gan train --shards`, by one process and by several.
@Suite struct ShardCommandTests {
    let command: Command

    init() throws { command = try Command() }

    /// A training of networks so small that a pass takes a millisecond.
    private func words(_ run: String, batchSize: Int = 8, _ flags: [String]) -> [String] {
        ["train", "--logdir", "l", "--run", run, "--no-progress", "--judge-every", "0"]
            + SweepLog.networks.dropLast(2) + ["--batch-size", "\(batchSize)"] + flags
    }

    /// All of the newest checkpoint: variables, moments, averages and where the loop stands.
    private func checkpoint(_ run: String) throws -> Data {
        try SweepLog.checkpoint(path: command.folder.path(of: "l/\(run)"))
    }

    // MARK: One process

    @Test(arguments: [
        (["--shards", "3"], "it must be a power of two, 1...4096"),
        (["--shards", "0"], "it must be a whole number, 1 or more"),
        (["--shards", "-2"], "it must be a whole number, 1 or more"),
        (["--shards", "8192"], "it must be a power of two, 1...4096"),
        (["--shards", "two"], "it must be a whole number, 1 or more"),
        (
            ["--shards", "16", "--batch-size", "10"],
            "a batch of 10 cannot be cut into 16 shards: make --shards smaller, or --batch-size "
                + "larger"
        ),
        (
            ["--recipe", "dcgan", "--shards", "64", "--batch-size", "63"],
            "a batch of 63 cannot be cut into 64 shards"
        ),
    ])
    func refused(flags: [String], message: String) throws {
        let outcome = try command.run(["train", "--train-times", "1"] + flags)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.output == "")
        #expect(try command.names() == [])
    }

    /// Ten images in four shards: two in some, three in others.
    @Test func batchesNeedNotBeDivisible() throws {
        let outcome = try command.run(
            words("r", batchSize: 10, ["--shards", "4", "--train-times", "3"]))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(", 4 shards, "))
    }

    @Test func oneShardIsNone() throws {
        #expect(try command.run(words("a", ["--train-times", "4"])).status == 0)
        let outcome = try command.run(words("b", ["--train-times", "4", "--shards", "1"]))
        #expect(outcome.status == 0 && !outcome.output.contains("shards"))
        #expect(try checkpoint("a") == checkpoint("b"))
        // Shards have statistics of their own.
        #expect(
            try command.run(words("c", ["--train-times", "4", "--shards", "2"])).status == 0)
        #expect(try checkpoint("a") != checkpoint("c"))
    }

    @Test func aRunKeepsItsShards() throws {
        let begun = try command.run(words("r", ["--train-times", "4", "--shards", "4"]))
        #expect(begun.status == 0 && begun.output.contains(", 4 shards, "), "\(begun.errors)")
        let values = try EventLog(folder: command.folder.path(of: "l/r")).runs[0].values()
        let hparams = try #require(values.session).hparams
        #expect(hparams.values.first { $0.name == "shards" }?.value == .number(4))

        let resume = ["train", "--resume", "--logdir", "l", "--run", "r", "--no-progress"]
        let other = try command.run(resume + ["--train-times", "8", "--shards", "8"])
        #expect(other.status == 1)
        #expect(
            other.errors.contains(
                "the run was trained with --shards 4, not 8: resume it without --shards"),
            "\(other.errors)")
        let kept = try command.run(resume + ["--train-times", "6"])
        #expect(kept.status == 0 && kept.output.contains(", 4 shards, "), "\(kept.errors)")
        let told = try command.run(resume + ["--train-times", "8", "--shards", "4"])
        #expect(told.status == 0, "\(told.errors)")
        #expect(
            try command.run(words("whole", ["--train-times", "8", "--shards", "4"])).status == 0)
        #expect(try checkpoint("r") == checkpoint("whole"))
    }

    /// A launcher's variables without MPI in the program, or with one process, change nothing.
    @Test func oneLaunchedProcessIsAlone() throws {
        #expect(try command.run(words("a", ["--train-times", "4"])).status == 0)
        let flags = words("b", ["--train-times", "4"]).joined(separator: " ")
        let outcome = try command.shell(
            "OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0 exec \"$GAN\" \(flags)")
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        #expect(try checkpoint("a") == checkpoint("b"))
    }

    // MARK: Several

    #if MPI
        /// Runs as many processes of the command by the launcher that is there.
        private func together(_ count: Int, _ words: [String]) throws -> Outcome {
            let tools = URL(filePath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent().appending(path: "tools")
            let flags = words.map { "'\($0)'" }.joined(separator: " ")
            return try command.shell(
                "GAN_MPI_BINARY=$GAN exec '\(tools.path)/gan-mpi' --no-install -n \(count) \(flags)"
            )
        }

        /// Whatever number of processes a run is begun and gone on with.
        @Test(arguments: [(1, 2), (2, 1), (4, 2)])
        func resumesWithOthers(first: Int, second: Int) throws {
            let whole = try command.run(words("whole", ["--train-times", "9", "--shards", "4"]))
            #expect(whole.status == 0, "\(whole.errors)")
            let begun = try together(
                first, words("r", ["--train-times", "5", "--shards", "4", "--threads", "1"]))
            #expect(begun.status == 0, "\(begun.errors)")
            let rest = try together(
                second,
                [
                    "train", "--resume", "--logdir", "l", "--run", "r", "--no-progress",
                    "--train-times", "9", "--threads", "1", "--judge-every", "0",
                ])
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(try checkpoint("r") == checkpoint("whole"))
            // What its sums have cost is told where there are other processes.
            #expect(
                rest.output.contains(
                    #/between processes, a step: [0-9.]+ MB sent in [0-9.]+ messages/#)
                    == (second > 1), "\(rest.output)")
        }

        /// Without --shards there are as many as processes.
        @Test func asManyShardsAsProcesses() throws {
            let outcome = try together(2, words("r", ["--train-times", "3", "--threads", "1"]))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("1 thread in each of 2 processes, 2 shards"))
            let alone = try command.run(words("a", ["--train-times", "3", "--shards", "2"]))
            #expect(alone.status == 0)
            #expect(try checkpoint("r") == checkpoint("a"))
        }

        @Test(arguments: [
            (
                4, ["--shards", "2"],
                "2 shards cannot be divided equally among 4 processes: start 1 or 2"
            ),
            (
                2, ["--shards", "1"],
                "1 shards cannot be divided equally among 2 processes: start 1"
            ),
            (3, [], "3 processes cannot share a batch equally: start 2, 4, 8"),
            (2, ["--shards", "3"], "it must be a power of two"),
            (2, ["--shards", "16"], "a batch of 8 cannot be cut into 16 shards"),
        ])
        func refusedTogether(count: Int, flags: [String], message: String) throws {
            let outcome = try together(count, words("r", ["--train-times", "3"] + flags))
            #expect(outcome.status == 64, "\(outcome.output)")
            let lines = outcome.errors.split(separator: "\n").filter { $0.contains(message) }
            // A flag that each process refuses by itself is told by each.
            #expect(lines.count == (flags == ["--shards", "3"] ? count : 1), "\(outcome.errors)")
            #expect(try command.names() == [])
        }

        /// Where a launcher speaks another protocol than MPI does, no process takes itself for the only one.
        @Test func aLauncherThatIsUnknown() throws {
            let training = words("r", ["--train-times", "3"]).map { "'\($0)'" }
            for rank in 0..<2 {
                let outcome = try command.shell(
                    "SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=\(rank) exec $GAN "
                        + training.joined(separator: " "))
                #expect(outcome.status == 64, "\(outcome.output)")
                let message = "gan: 2 processes were started, of which MPI knows 1: "
                #expect(outcome.errors.contains(message) == (rank == 0), "\(outcome.errors)")
                #expect(try command.names() == [])
            }
        }

        /// One process is started as several are, and trains alone.
        @Test func oneProcess() throws {
            let outcome = try together(1, words("r", ["--train-times", "3"]))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(!outcome.output.contains("processes"))
            #expect(try command.run(words("a", ["--train-times", "3"])).status == 0)
            #expect(try checkpoint("r") == checkpoint("a"))
        }

        /// Processes of a launcher share a sweep's runs: each trains its part, and none twice.
        @Test func sweepTogether() throws {
            let sweep = SweepLog(command)
            let flags = ["--seed", "0...3", "--train-times", "4", "--judge-every", "0"]
            let outcome = try together(2, sweep.words(flags))
            #expect(outcome.status == 0, "\(outcome.errors)")
            for part in ["1 of 2", "2 of 2"] {
                #expect(outcome.output.contains("part \(part) by "))
            }
            #expect(try sweep.names() == (0...3).map { "seed=\($0)" })
            for seed in 0...3 {
                let begins = outcome.output.split(separator: "\n").filter {
                    $0.contains("seed=\(seed)") && $0.contains("begins")
                }
                #expect(begins.count == 1, "\(outcome.output)")
                #expect(try sweep.record("seed=\(seed)").passes == 4)
            }
        }

        /// `gan bench --processes` tells of both steps and of all of them.
        @Test func measuresProcesses() throws {
            let outcome = try together(
                2,
                [
                    "bench", "--processes", "--quick", "--json", "--width", "4", "--batch-size",
                    "8",
                    "--shards", "2",
                ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let tables = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                    as? [[String: Any]])
            #expect(tables.map { $0["name"] as? String } == ["link", "processes"])
            let rows = try #require(tables[1]["rows"] as? [[String: Any]])
            #expect(rows.map { $0["step"] as? String } == ["D", "G", "both"])
            for row in rows {
                let ratio = try #require(row["of a ring's"] as? Double)
                // Half of a ring's at the least: the weights, where rows travel in place of gradients.
                #expect(ratio > 0.5 && ratio < 1.5)
                #expect(try #require(row["computing ms"] as? Double) > 0)
            }
        }
    #endif
}
