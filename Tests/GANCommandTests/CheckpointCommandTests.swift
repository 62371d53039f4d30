import Checkpoints
import Foundation
import TestSupport
import Testing

/// `gan checkpoint list` and `gan checkpoint diff`.
@Suite(.waiting) struct CheckpointCommandTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    func write(_ name: String, _ tensors: [(String, TensorValue)]) throws {
        try Checkpoint.write(tensors.map { ($0.0, $0.1) }, to: command.folder.path(of: name))
    }

    @Test func listsTypesShapesChecksumsAndStatistics() throws {
        try write(
            "model",
            [
                ("bias", TensorValue([1, 2, 3, .nan], shape: [2, 2])),
                ("count", TensorValue([Int64(7)], shape: [])),
                ("flags", TensorValue([true, false], shape: [2])),
                ("name", TensorValue(strings: ["a", "bc"], shape: [2])),
            ])
        let outcome = try command.run("checkpoint", "list", "model")
        #expect(outcome.status == 0)
        let rows = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        #expect(
            rows[0] == ["TENSOR", "TYPE", "SHAPE", "CRC32C", "MEAN", "STD", "MIN", "MAX"])
        #expect(Array(rows[1].prefix(3)) == ["bias", "float32", "2×2"])
        #expect(Array(rows[1].suffix(4)) == ["2", "0.816", "1", "3"])
        #expect(Array(rows[2].prefix(3)) == ["count", "int64", "scalar"])
        #expect(rows[2].suffix(4) == ["7", "0", "7", "7"])
        #expect(rows[3].suffix(4) == ["0.500", "0.500", "0", "1"])
        #expect(rows[4].suffix(4) == ["-", "-", "-", "-"])
        #expect(outcome.output.contains("bias: 1 of 4 numbers are not finite"))
        #expect(outcome.output.contains("model: 4 tensors, 9 elements"))
    }

    /// Names of variables as networks have them and numbers of any size take no more than 100 columns;
    /// a terminal of fewer gets a second table, and no name is cut.
    @Test func fitsIntoALine() throws {
        let name = "discriminator/batch_norm1/gamma/Adam_1"
        let numbers = TensorValue([-1e-12, -123_456, 0.0123, 99_999.9] as [Float], shape: [2, 2])
        let weights = (0..<25).map { Float($0) / 300 - 0.05 }
        let conv = "discriminator/conv1/weights/Adam_1"
        try write("model", [(name, numbers), (conv, TensorValue(weights, shape: [5, 5, 1, 1]))])
        let outcome = try command.run("checkpoint", "list", "model")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 100 }, "\(outcome.output)")
        let cells = lines.map { $0.split(separator: " ").map(String.init) }
        #expect(cells[1].prefix(3) == [name, "float32", "2×2"])
        #expect(cells[1].suffix(4) == ["-5864", "79221", "-1.2e5", "1.0e5"])
        #expect(cells[2].prefix(3) == [conv, "float32", "5×5×1×1"])
        #expect(cells[2].suffix(4) == ["-0.010", "0.024", "-0.050", "0.030"])

        let narrow = try command.runInTerminal(width: 80, "checkpoint list model")
        let rows = narrow.output.split(separator: "\r\n")
        #expect(rows.allSatisfy { $0.count <= 80 }, "\(narrow.output)")
        #expect(rows.count { $0.hasPrefix(name + " ") } == 2)
        #expect(rows.count { $0.contains("79221") } == 1)
    }

    @Test func equalTensorsHaveEqualChecksums() throws {
        let value = TensorValue([1, 2] as [Float], shape: [2])
        try write(
            "model", [("a", value), ("b", value), ("c", .init([1, 3] as [Float], shape: [2]))])
        let outcome = try command.run("checkpoint", "list", "model", "--tensor", "[abc]")
        // Brackets are no pattern.
        #expect(outcome.status == 1 && outcome.errors.contains("no such tensor"))
        let all = try command.run("checkpoint", "list", "model")
        let sums = all.output.split(separator: "\n").dropFirst().prefix(3).map {
            $0.split(separator: " ", omittingEmptySubsequences: true)[3]
        }
        #expect(sums[0] == sums[1] && sums[0] != sums[2])
        #expect(sums[0].count == 8)
    }

    @Test func oneDamagedTensorDoesNotHideTheOthers() throws {
        try write(
            "model",
            [
                ("a", .init([1, 2] as [Float], shape: [2])),
                ("b", .init([3, 4] as [Float], shape: [2])),
            ])
        var data = try command.folder.read("model.data-00000-of-00001")
        data[1] ^= 1
        try command.folder.write(data, to: "model.data-00000-of-00001")
        let outcome = try command.run("checkpoint", "list", "model")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("model.data-00000-of-00001"))
        #expect(outcome.output.contains("damaged") && outcome.output.contains("3.50"))
    }

    @Test func comparesTwo() throws {
        try write(
            "one",
            [
                ("same", .init([1, 2] as [Float], shape: [2])),
                ("moved", .init([1, 2, 4] as [Float], shape: [3])),
                ("shape", .init([1, 2] as [Float], shape: [2])),
                ("gone", .init([1] as [Float], shape: [1])),
                ("nan", .init([.nan, 1] as [Float], shape: [2])),
                ("name", .init(strings: ["a", "b"], shape: [2])),
            ])
        try write(
            "other",
            [
                ("same", .init([1, 2] as [Float], shape: [2])),
                ("moved", .init([1, 2.5, 3] as [Float], shape: [3])),
                ("shape", .init([1, 2] as [Float], shape: [1, 2])),
                ("new", .init([Int32(1)], shape: [1])),
                ("nan", .init([.nan, 1] as [Float], shape: [2])),
                ("name", .init(strings: ["a", "c"], shape: [2])),
            ])
        let outcome = try command.run("checkpoint", "diff", "one", "other")
        #expect(outcome.status == 1)
        #expect(outcome.errors.isEmpty)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.contains("only in one: gone, float32 [1]"))
        #expect(lines.contains("only in other: new, int32 [1]"))
        #expect(lines.contains("shape, float32 [2] in one, float32 [1, 2] in other"))
        #expect(
            lines.contains {
                $0.hasPrefix("moved") && $0.hasSuffix("2   3  0.5000    1.0000    0.2500")
            })
        #expect(lines.contains { $0.hasPrefix("name") && $0.contains("1   2") })
        #expect(lines.last == "2 tensors are the same, 5 differ")
        let near = try command.run(
            "checkpoint", "diff", "one", "other", "--tensor", "moved", "--tolerance", "1")
        #expect(near.status == 0 && near.output == "1 tensors are the same, 0 differ\n")
        let same = try command.run("checkpoint", "diff", "one", "one")
        #expect(same.status == 0 && same.output == "6 tensors are the same, 0 differ\n")
    }

    /// Whole numbers that one double stands for.
    @Test func largeNumbersAreCompared() throws {
        let large = 1 << 53
        try write("one", [("state", .init([Int64(large), 1], shape: [2]))])
        try write("other", [("state", .init([Int64(large + 1), 1], shape: [2]))])
        let outcome = try command.run("checkpoint", "diff", "one", "other")
        #expect(outcome.status == 1)
        #expect(outcome.output.hasSuffix("0 tensors are the same, 1 differ\n"))
    }

    @Test func whatIsNoCheckpoint() throws {
        let outcome = try command.run("checkpoint", "list", "nothing")
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.contains("nothing"))
        #expect(try command.run("checkpoint", "diff", "one").status == 64)
    }
}
