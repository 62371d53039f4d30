import Checkpoints
import RecordIO
import TestSupport
import Testing

/// Reading what TensorFlow wrote.
struct ReadingTests {
    @Test func aSaversCheckpoint() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("saver/model.ckpt-12"))
        #expect(
            checkpoint.tensors == [
                TensorDescription(name: "conv1/biases", type: .float, shape: [3]),
                TensorDescription(name: "conv1/weights", type: .float, shape: [2, 3, 4]),
                TensorDescription(name: "global_step", type: .int64, shape: []),
            ])
        #expect(
            try checkpoint.tensor(named: "conv1/biases")
                == TensorValue([-1.5, 0, 1e30] as [Float], shape: [3]))
        #expect(
            try checkpoint.tensor(named: "conv1/weights").values()
                == (0..<24).map { Float($0) / 8 + 3 })
        #expect(try checkpoint.tensor(named: "global_step").values() == [Int64(12)])
    }

    @Test func everyType() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("types"))
        func values<Element: TensorElement>(_ name: String) throws -> [Element]? {
            let tensor = try checkpoint.tensor(named: name)
            #expect(tensor.shape == [2, 3])
            return tensor.values()
        }
        #expect(try values("float32") == [0, 1, 2, 3, 4, 5] as [Float])
        #expect(try values("float64") == [0, 1, 2, 3, 4, 5] as [Double])
        #expect(try values("int8") == [0, 1, 2, 3, 4, 5] as [Int8])
        #expect(try values("int16") == [0, 1, 2, 3, 4, 5] as [Int16])
        #expect(try values("int32") == [0, 1, 2, 3, 4, 5] as [Int32])
        #expect(try values("int64") == [0, 1, 2, 3, 4, 5] as [Int64])
        #expect(try values("uint8") == [0, 1, 2, 3, 4, 5] as [UInt8])
        #expect(try values("uint16") == [0, 1, 2, 3, 4, 5] as [UInt16])
        #expect(try values("uint32") == [0, 1, 2, 3, 4, 5] as [UInt32])
        #expect(try values("uint64") == [0, 1, 2, 3, 4, 5] as [UInt64])
        #expect(try values("bool") == [false, true, true, true, true, true])
        let halves: [BFloat16]? = try values("bfloat16")
        #expect(halves?.map(\.float) == [0, 1, 2, 3, 4, 5])
        #expect(
            try values("complex64") == (0..<6).map { Complex(real: Float($0), imaginary: 0) })
        #expect(
            try values("complex128") == (0..<6).map { Complex(real: Double($0), imaginary: 0) })
        #if !(os(macOS) && arch(x86_64))
            #expect(try values("float16") == [0, 1, 2, 3, 4, 5] as [Float16])
        #endif
        let rare = try Checkpoint(opening: Fixtures.path("rare"))
        #expect(
            Set((checkpoint.tensors + rare.tensors).map(\.type))
                == Set(DataType.allCases.filter(\.isOfArrays)))
    }

    @Test func shapesOfAnyRank() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("types"))
        #expect(try checkpoint.tensor(named: "scalar") == TensorValue([0.5] as [Float], shape: []))
        #expect(try checkpoint.tensor(named: "empty") == TensorValue([] as [Float], shape: [0, 3]))
        #expect(
            try checkpoint.tensor(named: "rank6")
                == TensorValue((0..<64).map(Int32.init), shape: [2, 2, 2, 2, 2, 2]))
    }

    @Test func valuesOfAnotherType() throws {
        let tensor = TensorValue([1, 2] as [Float], shape: [2])
        #expect(tensor.values(of: Int32.self) == nil)
        #expect(tensor.values(of: UInt32.self) == nil)
    }

    @Test func truthValuesAreZeroOrOne() throws {
        let tensor = TensorValue(type: .bool, bytes: [0, 1, 255], shape: [3])
        #expect(tensor.bytes == [0, 1, 1])
        #expect(tensor.values() == [false, true, true])
    }

    @Test func severalFilesOfData() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("sharded"))
        #expect(checkpoint.tensors.count == 8)
        for i in 0..<8 {
            #expect(
                try checkpoint.tensor(named: "v\(i)")
                    == TensorValue([Float](repeating: Float(i), count: i + 1), shape: [i + 1]))
        }
    }

    @Test func stringsAndParts() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("strange"))
        #expect(checkpoint.tensors.map(\.name) == ["numbers", "partitioned", "strings"])
        #expect(try checkpoint.tensor(named: "numbers").values() == [1, 2] as [Int32])
        #expect(
            try checkpoint.tensor(named: "strings")
                == TensorValue(byteStrings: [Array("a".utf8), Array("bc".utf8)], shape: [2]))
        #expect(
            try checkpoint.tensor(named: "partitioned")
                == TensorValue([0, 0, 0, 0, 1, 1, 1, 1] as [Float], shape: [4, 2]))
    }

    @Test func namesOfOtherCodePointsAreOthers() throws {
        let folder = try TemporaryFolder()
        let prefix = folder.path(of: "model")
        let composed = "\u{e9}"
        let decomposed = "e\u{301}"
        try Checkpoint.write(
            [
                (composed, TensorValue([1] as [Float], shape: [])),
                (decomposed, TensorValue([2] as [Float], shape: [])),
            ], to: prefix)
        let checkpoint = try Checkpoint(opening: prefix)
        #expect(try checkpoint.tensor(named: composed).values() == [1] as [Float])
        #expect(try checkpoint.tensor(named: decomposed).values() == [2] as [Float])
    }

    /// The names are those that `make-fixtures.py` makes.
    @Test func tablesOfSeveralBlocks() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixtures.unpacked("many.index.gz"), to: "many.index")
        try folder.write([UInt8](repeating: 0, count: 10_000), to: "many.data-00000-of-00001")
        let checkpoint = try Checkpoint(opening: folder.path(of: "many"))
        #expect(checkpoint.tensors.count == 10_000)
        for (index, tensor) in checkpoint.tensors.enumerated() {
            let digits = String(index)
            let padding = String(repeating: "0", count: 4 - digits.count)
            #expect(tensor.name == "model/block_\(padding)\(digits)/self_attention/query/kernel")
        }
        #expect(
            try checkpoint.tensor(named: "model/block_7041/self_attention/query/kernel").values()
                == [false])

        try folder.write(Fixtures.unpacked("long.index.gz"), to: "long.index")
        let long = try Checkpoint(opening: folder.path(of: "long"))
        #expect(long.tensors.map(\.name.utf8.count).max() ?? 0 > 600_000)
    }
}
