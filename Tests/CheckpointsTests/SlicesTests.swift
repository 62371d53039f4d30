import Foundation
import RecordIO
import TestSupport
import Testing

@testable import Checkpoints

/// Partitioned variables, and checkpoints in format V1.
struct SlicesTests {
    private static let partitioned = ["all", "columns", "last", "one/part", "rows"]

    /// Both formats, each in two files.
    @Test(arguments: ["slices", "v1-slices", "v1-slices-00001-of-00002"])
    func partsArePutTogether(name: String) throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path(name))
        for name in Self.partitioned {
            #expect(
                try checkpoint.tensor(named: name)
                    == TensorValue((0..<24).map(Int32.init), shape: [4, 3, 2]), "\(name)")
        }
        #expect(
            try checkpoint.tensor(named: "words").strings == (0..<6).map { Array("w\($0)".utf8) })
        let names = checkpoint.tensors.map(\.name)
        #expect(
            names == Self.partitioned.prefix(3) + (name == "slices" ? [] : ["long"])
                + Self.partitioned.suffix(2) + ["words"])
    }

    @Test func keysWithNumbersOfSeveralBytes() throws {
        let long = try Checkpoint(opening: Fixtures.path("v1-slices")).tensor(named: "long")
        #expect(long.shape == [8200])
        #expect(
            long.bytes
                == [UInt8](repeating: 0, count: 63) + [1] + [UInt8](repeating: 2, count: 8128)
                + [UInt8](repeating: 3, count: 8))
    }

    /// TensorFlow's keys of parts that begin at every power of two.
    @Test func keysWithNumbersOfEveryLength() throws {
        let file = try InputFile(opening: Fixtures.path("v1-keys"))
        let table = try TableReader(file, longestBlock: 1 << 20)
        let entry = try #require(try table.entry([]))
        let meta = try #require(SavedSlicesMeta(decoding: entry.value))
        let tensor = try #require(meta.tensors.first)
        #expect(tensor.slices.count > 55)
        #expect(tensor.slices.contains { $0.extents[0].start > 1 << 59 })
        for slice in tensor.slices {
            #expect(try table.entry(slice.key(ofTensor: tensor.name)) != nil, "\(slice)")
        }
        #expect {
            try Checkpoint(opening: Fixtures.path("v1-keys")).tensor(named: tensor.name)
        } throws: {
            ($0 as? CheckpointError)?.problem == .damaged(.wrongParts)
        }
    }

    /// Zeros and the highest bytes in names have codes of their own; below zero all is inverted.
    @Test func keysOfOddNames() {
        let slice = TensorSlice(extents: [
            .init(start: 5, count: nil), .init(start: -65, count: 64),
        ])
        #expect(
            slice.key(ofTensor: "a\0b")
                == [0, 0x61, 0, 0xff, 0x62, 0, 1, 1, 2, 0x80, 0x7f, 0x3f, 0xbf, 0xc0, 0x40])
    }

    @Test(
        arguments: [
            ([4, 3, 2], [0..<4, 0..<3, 0..<2], 24, [0]),
            ([4, 3, 2], [1..<3, 0..<3, 0..<2], 12, [6]),
            ([4, 3, 2], [1..<3, 1..<2, 0..<2], 2, [8, 14]),
            ([4, 3, 2], [0..<2, 1..<3, 1..<2], 1, [3, 5, 9, 11]), ([], [], 1, [0]),
            ([5], [2..<4], 2, [2]),
        ] as [([Int], [Range<Int>], Int, [Int])])
    func runs(shape: [Int], ranges: [Range<Int>], length: Int, starts: [Int]) {
        let runs = SliceRuns(ranges, in: shape)
        #expect(runs.length == length)
        #expect(runs.starts == starts)
    }

    /// Parts that overlap, leave a hole, or lie outside.
    @Test func partsThatAreNotTheWhole() throws {
        func tensor(_ parts: [(Range<Int>, [Int32])]) -> TensorValue? {
            var whole = PartitionedTensor(elementType: .int32, shape: [4])
            guard whole.hasRoom(for: parts.map(\.1.count).reduce(0, +)) else { return nil }
            for (range, values) in parts {
                whole.add(TensorValue(values, shape: [values.count]), at: [range])
            }
            return whole.tensor()
        }
        #expect(tensor([(1..<4, [2, 3, 4]), (0..<1, [1])])?.values() == [1, 2, 3, 4] as [Int32])
        #expect(tensor([(0..<2, [1, 2]), (1..<3, [2, 3])]) == nil)
        #expect(tensor([(0..<2, [1, 2])]) == nil)
        #expect(tensor([(0..<4, [1, 2, 3, 4]), (0..<4, [1, 2, 3, 4])]) == nil)
        let slice = TensorSlice(extents: [.init(start: 3, count: 2)])
        #expect(slice.ranges(in: [4]) == nil)
        #expect(slice.ranges(in: [5]) == [3..<5])
        #expect(slice.ranges(in: [5, 1]) == nil)
        for (start, count) in [(-1, 1), (0, -2), (.max, 1), (1, .max)] {
            #expect(
                TensorSlice(extents: [.init(start: start, count: count)]).ranges(in: [4]) == nil)
        }
    }
}

/// Format V1, as TensorFlow writes it.
struct FormatV1Tests {
    @Test func aSaversFolder() throws {
        let folder = try Fixtures.path("v1-saver")
        let prefix = try #require(try latestCheckpoint(in: folder))
        #expect(prefix == "\(folder)/model.ckpt-12")
        let checkpoint = try Checkpoint(opening: prefix)
        #expect(
            checkpoint.tensors == [
                TensorDescription(name: "conv1/biases", type: .float, shape: [3]),
                TensorDescription(name: "conv1/weights", type: .float, shape: [2, 3, 4]),
                TensorDescription(name: "global_step", type: .int64, shape: []),
            ])
        #expect(
            try checkpoint.tensor(named: "conv1/biases").values() == [-1.5, 0, 1e30] as [Float])
        #expect(
            try checkpoint.tensor(named: "conv1/weights").values() == (0..<24).map { Float($0) / 8 }
        )
        #expect(try checkpoint.tensor(named: "global_step").values() == [12] as [Int64])
    }

    /// One of TensorFlow Serving's, named by its prefix and by its file.
    @Test(arguments: ["export", "export-00000-of-00001"])
    func aPublicCheckpoint(name: String) throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("public/\(name)"))
        #expect(checkpoint.tensors.map(\.name) == ["a", "b"])
        #expect(try checkpoint.tensor(named: "a") == TensorValue([0.5] as [Float], shape: []))
        #expect(try checkpoint.tensor(named: "b") == TensorValue([2] as [Float], shape: []))
    }

    @Test(arguments: ["v1-types", "v1-types-compressed"])
    func everyType(name: String) throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path(name))
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
        #expect(try values("bool") == [false, true, true, true, true, true])
        #expect(
            try values("complex64") == (0..<6).map { Complex(real: Float($0), imaginary: 0) })
        #expect(
            try values("complex128") == (0..<6).map { Complex(real: Double($0), imaginary: 0) })
        #if !(os(macOS) && arch(x86_64))
            #expect(try values("float16") == [0, 1, 2, 3, 4, 5] as [Float16])
        #endif
        #expect(try values("qint8") == [0, 1, -128, 127, 2, 3] as [Int8])
        #expect(try values("quint8") == [0, 1, 128, 255, 2, 3] as [UInt8])
        #expect(try values("qint32") == [0, 1, .min, .max, 2, 3] as [Int32])
        #expect(
            try checkpoint.tensor(named: "strings").strings
                == [[0x61], [], [0, 0xff], [UInt8](repeating: UInt8(ascii: "x"), count: 300)])
        #expect(try checkpoint.tensor(named: "scalar") == TensorValue([0.5] as [Float], shape: []))
        #expect(try checkpoint.tensor(named: "empty") == TensorValue([] as [Float], shape: [0, 3]))
        #expect(
            try checkpoint.tensor(named: "zeros")
                == TensorValue([Float](repeating: 0, count: 300), shape: [30, 10]))
        #expect(checkpoint.tensors.count == 19)
    }

    /// As TensorFlow's state file names a checkpoint of several files.
    @Test func aNameOfAllFiles() throws {
        let folder = try TemporaryFolder()
        for number in 0..<2 {
            try folder.write(
                Fixtures.bytes("v1-slices-0000\(number)-of-00002"),
                to: "m-5-0000\(number)-of-00002")
        }
        let name = "m-5-?????-of-00002"
        try folder.write(
            Array("model_checkpoint_path: \"\(name)\"\n".utf8), to: "checkpoint")
        let prefix = try #require(try latestCheckpoint(in: folder.path))
        #expect(prefix == folder.path(of: name))
        #expect(try Checkpoint(opening: prefix).tensors.count > 5)
    }

    @Test func aMissingFile() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixtures.bytes("v1-slices-00000-of-00002"), to: "m-00000-of-00002")
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint(opening: folder.path(of: "m"))
        }
        #expect(error?.path == folder.path(of: "m-00001-of-00002"))
        #expect(error?.description.contains("No such file or directory") == true)
    }

    /// An error that tells where, never a crash and never wrong numbers.
    @Test(arguments: ["v1-saver/model.ckpt-12", "v1-types-compressed"])
    func everyTruncationAndFlippedByte(name: String) throws {
        let folder = try TemporaryFolder()
        let bytes = try Fixtures.bytes(name)
        let path = folder.path(of: "m")
        func read() throws {
            let checkpoint = try Checkpoint(opening: path)
            for tensor in checkpoint.tensors { _ = try checkpoint.tensor(named: tensor.name) }
        }
        for count in bytes.indices {
            try folder.write(bytes[..<count], to: "m")
            #expect(throws: CheckpointError.self) { try read() }
        }
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= UInt8(1) << UInt8(position % 8)
            try folder.write(damaged, to: "m")
            let error = #expect(throws: CheckpointError.self) { try read() }
            #expect(error?.path == path)
        }
    }

    /// Behind right checksums, too.
    @Test func damageUnderRightChecksums() throws {
        let folder = try TemporaryFolder()
        for name in ["v1-saver/model.ckpt-12", "v1-types-compressed"] {
            let table = TableBytes(try Fixtures.bytes(name))
            for position in table.contents {
                for flip in [1, 16, 128, 255] as [UInt8] {
                    var damaged = table
                    damaged.bytes[position] ^= flip
                    damaged.correctChecksums()
                    try folder.write(damaged.bytes, to: "m")
                    guard let checkpoint = try? Checkpoint(opening: folder.path(of: "m")) else {
                        continue
                    }
                    for tensor in checkpoint.tensors {
                        _ = try? checkpoint.tensor(named: tensor.name)
                    }
                }
            }
        }
    }
}
