import Checkpoints
import RecordIO
import TestSupport
import Testing

/// Writing what TensorFlow would write, byte for byte.
struct WritingTests {
    private static let data = "data-00000-of-00001"

    /// Writes a checkpoint, and compares its files with those of a fixture.
    private func expectSameFiles(
        _ tensors: [(name: String, tensor: TensorValue)], as fixture: String
    ) throws {
        let folder = try TemporaryFolder()
        try Checkpoint.write(tensors, to: folder.path(of: "model"))
        #expect(try folder.names() == ["model.\(Self.data)", "model.index"])
        #expect(try folder.read("model.index") == Fixtures.bytes("\(fixture).index"))
        #expect(try folder.read("model.\(Self.data)") == Fixtures.bytes("\(fixture).\(Self.data)"))
    }

    @Test func aSaversCheckpoint() throws {
        let weights = (0..<24).map { Float($0) / 8 + 3 }
        try expectSameFiles(
            [
                ("global_step", TensorValue([12] as [Int64], shape: [])),
                ("conv1/weights", TensorValue(weights, shape: [2, 3, 4])),
                ("conv1/biases", TensorValue([-1.5, 0, 1e30] as [Float], shape: [3])),
            ], as: "saver/model.ckpt-12")
    }

    @Test func everyType() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("types"))
        let tensors = try checkpoint.tensors.map {
            (name: $0.name, tensor: try checkpoint.tensor(named: $0.name))
        }
        try expectSameFiles(tensors.shuffled(), as: "types")
    }

    @Test func noTensors() throws {
        let folder = try TemporaryFolder()
        try Checkpoint.write([], to: folder.path(of: "model"))
        #expect(try Checkpoint(opening: folder.path(of: "model")).tensors == [])
    }

    /// `table_name` of `make-fixtures.py`.
    private func tableName(_ i: Int) -> String {
        let start = ["", "layer/", "layer/conv_", String(repeating: "x", count: 20) + "/"][i % 4]
        return start + String(repeating: "w", count: i % 3) + "\(i)"
    }

    @Test func tablesOfOneToFortyTensors() throws {
        let folder = try TemporaryFolder()
        var records = try RecordReader(opening: Fixtures.path("tables.tfrecord"))
        for count in 1...40 {
            try Checkpoint.write(
                (0..<count).map { (tableName($0), TensorValue([0] as [Int8], shape: [])) },
                to: folder.path(of: "model-\(count)"))
            let expected = try #require(try records.next())
            #expect(try folder.read("model-\(count).index") == expected.data, "\(count) tensors")
        }
        #expect(try records.next() == nil)
    }

    @Test(arguments: ["many", "long"])
    func tablesOfSeveralBlocks(name: String) throws {
        let folder = try TemporaryFolder()
        let index = try Fixtures.unpacked("\(name).index.gz")
        try folder.write(index, to: "\(name).index")
        let names = try Checkpoint(opening: folder.path(of: name)).tensors.map(\.name)
        try Checkpoint.write(
            names.map { ($0, TensorValue([false], shape: [])) }, to: folder.path(of: "ours"))
        #expect(try folder.read("ours.index") == index)
    }

    @Test func largeAndSmallTensorsInTurn() throws {
        let folder = try TemporaryFolder()
        let counts = [3, 300_000, 0, 262_143, 1, 262_144, 262_145, 17, 1_000_000]
        let tensors = counts.enumerated().map { index, count in
            (name: "\(index)", tensor: TensorValue((0..<count).map(Float.init), shape: [count]))
        }
        try Checkpoint.write(tensors, to: folder.path(of: "model"))
        let checkpoint = try Checkpoint(opening: folder.path(of: "model"))
        for (name, tensor) in tensors {
            #expect(try checkpoint.tensor(named: name) == tensor)
        }
        let byteCount = tensors.map(\.tensor.bytes.count).reduce(0, +)
        #expect(try folder.read("model.\(Self.data)").count == byteCount)
    }

    @Test(arguments: [
        (["a", "b", "a"], CheckpointError.Problem.duplicateName), (["a", ""], .reservedName),
        (["\0a"], .reservedName),
    ])
    func namesThatCannotBe(names: [String], problem: CheckpointError.Problem) throws {
        let folder = try TemporaryFolder()
        #expect {
            try Checkpoint.write(
                names.map { ($0, TensorValue([1] as [Float], shape: [])) },
                to: folder.path(of: "model"))
        } throws: {
            ($0 as? CheckpointError)?.problem == problem
        }
        #expect(try folder.names() == [])
    }
}
