import Checkpoints
import Testing

/// Restoring a model's variables by their names.
struct RestoringTests {
    private let biases = TensorDescription(
        name: "conv1/biases", type: .float, shape: [3])
    private let step = TensorDescription(name: "global_step", type: .int64, shape: [])
    private let wrongType = TensorDescription(
        name: "global_step", type: .int32, shape: [1])
    private let wrongShape = TensorDescription(
        name: "conv1/weights", type: .float, shape: [4, 3, 2])
    private let missing = TensorDescription(
        name: "conv2/weights", type: .float, shape: [2])

    @Test func inTheOrderAskedFor() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("saver/model.ckpt-7"))
        #expect(
            try checkpoint.restore([step, biases]) == [
                TensorValue([7] as [Int64], shape: []),
                TensorValue([-1.5, 0, 1e30] as [Float], shape: [3]),
            ])
    }

    @Test func oneErrorForAllThatDiffers() throws {
        let prefix = try Fixtures.path("saver/model.ckpt-7")
        let checkpoint = try Checkpoint(opening: prefix)
        #expect {
            try checkpoint.restore([biases, wrongType, wrongShape, missing])
        } throws: { error in
            "\(error)" == """
                \(prefix).index: 3 of 4 variables cannot be restored: \
                global_step is int64, not int32 and has the shape [], not [1], \
                conv1/weights has the shape [2, 3, 4], not [4, 3, 2], \
                conv2/weights is missing; it has conv1/biases, conv1/weights, global_step; \
                restore a checkpoint of the same model
                """
        }
    }

    @Test func onlyWhatAgrees() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("saver/model.ckpt-7"))
        let (tensors, mismatches) = try checkpoint.restorePartially(
            [missing, step, wrongShape], minimumShare: 0.3)
        #expect(tensors == [nil, TensorValue([7] as [Int64], shape: []), nil])
        #expect(mismatches.map(\.wanted) == [missing, wrongShape])
        #expect(mismatches.map(\.found?.shape) == [nil, [2, 3, 4]])
    }

    /// A model of which the checkpoint has less than half is another one, unless one says so.
    @Test func hardlyAnythingAgrees() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("saver/model.ckpt-7"))
        let others = (1...41).map {
            TensorDescription(name: "block\($0)", type: .float, shape: [])
        }
        let error = #expect(throws: CheckpointError.self) {
            try checkpoint.restorePartially([step] + others)
        }
        #expect(
            error?.description.hasSuffix(
                """
                : 41 of 42 variables cannot be restored: block1 is missing, block2 is missing, \
                block3 is missing and 38 more; it has conv1/biases, conv1/weights, global_step; \
                restore a checkpoint of the same model
                """) == true)
        let (tensors, mismatches) = try checkpoint.restorePartially(
            [step] + others, minimumShare: 0)
        #expect(tensors.compactMap(\.self).count == 1 && mismatches.count == 41)
        #expect(try checkpoint.restorePartially([step, missing]).tensors.count == 2)
        #expect(try checkpoint.restorePartially([]).tensors.isEmpty)
    }

    @Test func stringsAreNoNumbers() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("strange"))
        let strings = TensorDescription(name: "strings", type: .int8, shape: [2])
        #expect(
            try checkpoint.restorePartially([strings], minimumShare: 0).mismatches
                .map(\.description) == ["strings is string, not int8"])
    }
}
