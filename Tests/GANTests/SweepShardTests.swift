import GAN
import Testing

/// Which part of a sweep a process takes.
@Suite struct SweepShardTests {
    @Test(arguments: [("1/4", 0, 4), ("4/4", 3, 4), ("1/1", 0, 1), ("12/250", 11, 250)])
    func texts(text: String, index: Int, count: Int) throws {
        let shard = try SweepShard(text)
        #expect(shard.index == index && shard.count == count && shard.variables == "")
    }

    @Test(arguments: [
        "0/4", "5/4", "1/0", "1", "/4", "1/", "a/b", "-1/4", "1/4/4", " 1/4",
        "1/99999999999999999999",
    ])
    func refusedTexts(text: String) {
        #expect(throws: SweepError.self) { try SweepShard(text) }
    }

    /// Every run is of one part, and parts differ by at most one run.
    @Test(arguments: 1...9)
    func parts(count: Int) throws {
        let shards = try (1...count).map { try SweepShard("\($0)/\(count)") }
        for run in 0..<30 { #expect(shards.count { $0.contains(run) } == 1) }
        let sizes = shards.map { shard in (0..<30).count { shard.contains($0) } }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    static let environments: [([String: String], Int, Int, String)] = [
        ([:], 0, 1, ""),
        (["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4"], 2, 4, "OMPI_COMM_WORLD_RANK"),
        (["PMI_RANK": "1", "PMI_SIZE": "3"], 1, 3, "PMI_RANK"),
        (["SLURM_PROCID": "1", "SLURM_NTASKS": "2"], 1, 2, "SLURM_PROCID"),
        (["SLURM_PROCID": "0", "SLURM_NTASKS": "2"], 0, 2, "SLURM_PROCID"),
        // A step of two tasks in a job of eight.
        (
            [
                "SLURM_PROCID": "1", "SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "2",
                "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0",
            ], 1, 2, "SLURM_PROCID"
        ),
        // A batch script of a job of eight tasks is none of them.
        (["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "7"], 0, 1, ""),
        (
            [
                "SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "1",
                "SLURM_ARRAY_TASK_MAX": "8",
                "SLURM_ARRAY_TASK_COUNT": "8",
            ], 4, 8, "SLURM_ARRAY_TASK_ID"
        ),
        (["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4"], 3, 4, "SLURM_ARRAY_TASK_ID"),
        // --array=10-40:10
        (
            [
                "SLURM_ARRAY_TASK_ID": "30", "SLURM_ARRAY_TASK_MIN": "10",
                "SLURM_ARRAY_TASK_MAX": "40", "SLURM_ARRAY_TASK_STEP": "10",
                "SLURM_ARRAY_TASK_COUNT": "4",
            ], 2, 4, "SLURM_ARRAY_TASK_ID"
        ),
        // --array=1,3,7 says nothing of parts.
        (
            [
                "SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1",
                "SLURM_ARRAY_TASK_MAX": "7", "SLURM_ARRAY_TASK_STEP": "1",
                "SLURM_ARRAY_TASK_COUNT": "3",
            ], 0, 1, ""
        ),
        // mpirun in a task of an array.
        (
            [
                "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "1",
                "SLURM_ARRAY_TASK_COUNT": "3", "OMPI_COMM_WORLD_RANK": "1",
                "OMPI_COMM_WORLD_SIZE": "2", "SLURM_PROCID": "0", "SLURM_NTASKS": "1",
            ], 3, 6, "SLURM_ARRAY_TASK_ID, OMPI_COMM_WORLD_RANK"
        ),
        // A rank without a size, or of one.
        (["PMI_RANK": "1"], 0, 1, ""), (["PMI_RANK": "0", "PMI_SIZE": "1"], 0, 1, ""),
    ]

    @Test(arguments: environments)
    func variables(
        environment: [String: String], index: Int, count: Int, variables: String
    ) throws {
        let shard = try SweepShard { environment[$0] }
        #expect(shard.index == index)
        #expect(shard.count == count)
        #expect(shard.variables == variables)
    }

    @Test(arguments: [
        ["OMPI_COMM_WORLD_RANK": "4", "OMPI_COMM_WORLD_SIZE": "4"],
        ["PMI_RANK": "x", "PMI_SIZE": "4"], ["PMI_RANK": "0", "PMI_SIZE": "0"],
        ["SLURM_ARRAY_TASK_ID": "-1", "SLURM_ARRAY_TASK_COUNT": "4"],
        ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_MIN": "2", "SLURM_ARRAY_TASK_COUNT": "4"],
        ["PMI_RANK": "99999999999999999999", "PMI_SIZE": "4"],
    ])
    func refusedVariables(environment: [String: String]) {
        #expect(throws: SweepError.self) { try SweepShard { environment[$0] } }
    }
}
