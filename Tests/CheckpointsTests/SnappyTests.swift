import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Snappy's raw format; the cases are those of snappy's own `snappy_unittest.cc` and its format's
/// description.
struct SnappyTests {
    private func unpacked(_ block: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
        // Not from index 0 on.
        try Snappy.unpacked(([7] + block + [7])[1..<block.count + 1], limit: limit)
    }

    /// A block of a literal.
    private func literal(_ bytes: [UInt8], lengthBytes: Int = 0) -> [UInt8] {
        let length = bytes.count - 1
        if lengthBytes == 0 { return [UInt8(length << 2)] + bytes }
        let number = withUnsafeBytes(of: UInt32(length).littleEndian) {
            Array($0.prefix(lengthBytes))
        }
        return [UInt8(59 + lengthBytes) << 2] + number + bytes
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func literals() throws {
        #expect(try unpacked([0]) == [])
        #expect(try unpacked([1] + literal([5])) == [5])
        let sixty = [UInt8](0..<60)
        #expect(try unpacked([60] + literal(sixty)) == sixty)
        for lengthBytes in 1...4 {
            #expect(try unpacked([60] + literal(sixty, lengthBytes: lengthBytes)) == sixty)
        }
        let many = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7 >> 3) }
        #expect(try unpacked([0xa0, 0x8d, 6] + literal(many, lengthBytes: 3)) == many)
        #expect(try unpacked([4] + literal([1, 2]) + literal([3, 4])) == [1, 2, 3, 4])
    }

    /// "xababab" of the format's description, by each kind of copy, and runs of one byte.
    @Test func copiesThatOverlapThemselves() throws {
        let start = literal(text("xab"))
        #expect(try unpacked([7] + start + [0b000_000_01, 2]) == text("xababab"))
        #expect(try unpacked([7] + start + [0b000011_10, 2, 0]) == text("xababab"))
        #expect(try unpacked([7] + start + [0b000011_11, 2, 0, 0, 0]) == text("xababab"))
        for length in 1...64 {
            #expect(
                try unpacked(
                    [UInt8(length + 1)] + literal([9]) + [UInt8(length - 1) << 2 | 2, 1, 0])
                    == [UInt8](repeating: 9, count: length + 1))
        }
        for length in 4...11 {
            #expect(
                try unpacked([UInt8(length + 3)] + start + [UInt8(length - 4) << 2 | 1, 3])
                    == (text("xab") + (0..<length).map { text("xab")[$0 % 3] }))
        }
    }

    @Test func offsetsOfEveryLength() throws {
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 5) }
        let start = [0xf4, 0xa2, 4] + literal(bytes, lengthBytes: 3)  // 70004 bytes
        #expect(
            try unpacked(start + [0b111_000_01, 0xff]).suffix(4) == bytes.suffix(2047).prefix(4))
        #expect(
            try unpacked(start + [0b000011_10, 0xff, 0xff]).suffix(4)
                == bytes.suffix(65535).prefix(4))
        #expect(
            try unpacked(start + [0b000011_11, 0x70, 0x11, 1, 0]).suffix(4) == bytes.prefix(4))
    }

    /// What is wrong, and where.
    @Test(
        arguments: [
            ([], 0), ([0x80], 0), ([0xff, 0xff, 0xff, 0xff, 0x1f], 0),
            // A literal that is longer than the block or its output; one without its length.
            ([2, 0b000001_00, 5], 1), ([1, 0b000001_00, 5, 6], 1), ([3, 60 << 2], 1),
            ([3, 63 << 2, 0xff, 0xff, 0xff, 0xff, 1], 1),
            // A copy first of all, from nowhere, from before the start, too long, cut.
            ([4, 0b000_000_01, 1], 1), ([5, 0, 9, 0b000_000_01, 0], 3),
            ([5, 0, 9, 0b000_000_01, 2], 3),
            ([4, 0, 9, 0b000_000_01, 1], 3), ([5, 0, 9, 0b000_000_01], 3),
            ([5, 0, 9, 0b000011_10, 1], 3), ([5, 0, 9, 0b000011_11, 1, 0, 0], 3),
            ([5, 0, 9, 0b000011_11, 1, 0, 0, 0x80], 3),
            // Too few bytes, too many.
            ([2, 0, 9], 3), ([1, 0, 9, 0, 9], 3), ([0, 0, 9], 1),
        ] as [([UInt8], Int)])
    func malformed(block: [UInt8], offset: Int) {
        #expect(throws: Snappy.Malformed(offset: offset)) { try unpacked(block) }
    }

    @Test func noMoreMemoryThanABlockCanHave() throws {
        // 4 GB promised by a few bytes; and more than the limit.
        #expect(throws: Snappy.Malformed(offset: 0)) {
            try unpacked(
                [0xff, 0xff, 0xff, 0xff, 0x0f] + [UInt8](repeating: 0, count: 1000),
                limit: .max)
        }
        #expect(throws: Snappy.Malformed(offset: 0)) {
            try unpacked([2] + literal([1, 2]), limit: 1)
        }
        #expect(try unpacked([2] + literal([1, 2]), limit: 2) == [1, 2])
    }

    /// The blocks of tables that snappy itself compressed, cut and with flipped bits: never a crash.
    @Test func everyTruncationAndFlippedBit() throws {
        let index = try Fixtures.bytes("public/checkpoint-1.index")
        let block = Array(index[..<0x98])
        let whole = try unpacked(block)
        #expect(whole.count == 178)
        for count in block.indices {
            #expect(throws: Snappy.Malformed.self) { try unpacked(Array(block[..<count])) }
        }
        for position in block.indices {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
                var damaged = block
                damaged[position] ^= flip
                let result = try? unpacked(damaged)
                #expect(result != whole, "byte \(position) flipped by \(flip)")
            }
        }
    }
}

/// Checkpoints whose tables have compressed blocks.
struct CompressedTableTests {
    @Test func aPublicCheckpoint() throws {
        let checkpoint = try Checkpoint(opening: Fixtures.path("public/checkpoint-1"))
        #expect(
            checkpoint.tensors.map(\.name) == [
                "_CHECKPOINTABLE_OBJECT_GRAPH", "module/b/.ATTRIBUTES/VARIABLE_VALUE",
                "save_counter/.ATTRIBUTES/VARIABLE_VALUE",
            ])
        #expect(
            try checkpoint.tensor(named: "module/b/.ATTRIBUTES/VARIABLE_VALUE")
                == TensorValue((0..<27).map(Float.init), shape: [3, 3, 3]))
        #expect(
            try checkpoint.tensor(named: "save_counter/.ATTRIBUTES/VARIABLE_VALUE").values()
                == [1] as [Int64])
        let graph = try checkpoint.tensor(named: "_CHECKPOINTABLE_OBJECT_GRAPH")
        #expect(graph.strings[0].starts(with: [0x0a, 0x1e, 0x0a, 0x0a, 0x08, 0x01, 0x12, 0x06]))
    }

    @Test func theSameAsUncompressed() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixtures.bytes("types-compressed.index"), to: "m.index")
        try folder.write(
            Fixtures.bytes("types.data-00000-of-00001"), to: "m.data-00000-of-00001")
        let (plain, compressed) = (
            try Checkpoint(opening: Fixtures.path("types")),
            try Checkpoint(opening: folder.path(of: "m"))
        )
        #expect(compressed.tensors == plain.tensors)
        for tensor in plain.tensors {
            #expect(
                try compressed.tensor(named: tensor.name) == plain.tensor(named: tensor.name))
        }
    }

    @Test func severalBlocks() throws {
        let folder = try TemporaryFolder()
        for (name, file) in [("a", "many.index.gz"), ("b", "many-compressed.index.gz")] {
            try folder.write(Fixtures.unpacked(file), to: "\(name).index")
        }
        let plain = try Checkpoint(opening: folder.path(of: "a")).tensors
        #expect(try Checkpoint(opening: folder.path(of: "b")).tensors == plain)
        #expect(plain.count == 10_000)
    }

    @Test func anUnknownCompression() throws {
        let folder = try TemporaryFolder()
        var table = TableBytes(try Fixtures.bytes("saver/model.ckpt-12.index"))
        table.bytes[table.types[0]] = 2
        table.correctChecksums()
        try folder.write(table.bytes, to: "m.index")
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint(opening: folder.path(of: "m"))
        }
        #expect(error?.problem == .compressed(type: 2))
        #expect(error?.offset == table.types[0])
    }
}
