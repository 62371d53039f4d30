import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Tensors of types that are seldom in a checkpoint, as TensorFlow wrote them.
struct RareTypeTests {
    private func tensor(_ name: String) throws -> TensorValue {
        try Checkpoint(opening: Fixtures.path("rare")).tensor(named: name)
    }

    @Test func quantizedNumbers() throws {
        #expect(try tensor("qint8").values() == [0, 1, -128, 127, 2, 3] as [Int8])
        #expect(try tensor("quint8").values() == [0, 1, 128, 255, 2, 3] as [UInt8])
        #expect(try tensor("qint16").values() == [0, 1, -32768, 32767, 2, 3] as [Int16])
        #expect(try tensor("quint16").values() == [0, 1, 32768, 65535, 2, 3] as [UInt16])
        #expect(try tensor("qint32").values() == [0, 1, .min, .max, 2, 3] as [Int32])
        #expect(try tensor("qint8").type == .qint8)
        #expect(try tensor("qint8").values(of: UInt8.self) == nil)
    }

    /// One in each of the short formats.
    @Test(arguments: [
        ("float8_e5m2", DataType.float8E5M2, 0x3c as UInt8),
        ("float8_e4m3fn", .float8E4M3FN, 0x38), ("float8_e4m3fnuz", .float8E4M3FNUZ, 0x40),
        ("float8_e4m3b11fnuz", .float8E4M3B11FNUZ, 0x58),
        ("float8_e5m2fnuz", .float8E5M2FNUZ, 0x40), ("int4", .int4, 1), ("uint4", .uint4, 1),
        ("int2", .int2, 1), ("uint2", .uint2, 1),
    ])
    func shortNumbers(name: String, type: DataType, one: UInt8) throws {
        let tensor = try tensor(name)
        #expect(tensor.type == type)
        #expect(tensor.shape == [2, 3])
        #expect(tensor.bytes == [0, one, one, 0, one, 0])
    }

    @Test func strings() throws {
        #expect(
            try tensor("strings")
                == TensorValue(
                    byteStrings: [
                        [0x61], [], [0, 0xff], [UInt8](repeating: UInt8(ascii: "x"), count: 300),
                    ], shape: [2, 2]))
        #expect(try tensor("no_strings") == TensorValue(byteStrings: [], shape: [0, 2]))
        #expect(
            try tensor("one_string") == TensorValue(byteStrings: [Array("größer".utf8)], shape: []))
        #expect(try tensor("strings").values(of: UInt8.self) == nil)
    }

    /// As TensorFlow writes them: the same bytes.
    @Test func stringsAreWrittenAsTheyAreRead() throws {
        let folder = try TemporaryFolder()
        let read = try Checkpoint(opening: Fixtures.path("rare"))
        try Checkpoint.write(
            read.tensors.map { ($0.name, try read.tensor(named: $0.name)) },
            to: folder.path(of: "rare"))
        for name in ["rare.index", "rare.data-00000-of-00001"] {
            #expect(try folder.read(name) == Fixtures.bytes(name), "\(name)")
        }
    }

    /// Cases of TensorFlow's `tensor_bundle_test.cc`: the lengths have a checksum, and all of it.
    @Test func damagedStrings() throws {
        let folder = try TemporaryFolder()
        let prefix = folder.path(of: "m")
        let strings = ["hello", "world"].map { Array($0.utf8) }
        try Checkpoint.write([("foo", TensorValue(byteStrings: strings, shape: [2]))], to: prefix)
        let data = try folder.read("m.data-00000-of-00001")
        #expect(data.count == 2 + 4 + 10)
        for position in data.indices {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
                var damaged = data
                damaged[position] ^= flip
                try folder.write(damaged, to: "m.data-00000-of-00001")
                #expect(throws: CheckpointError.self) {
                    try Checkpoint(opening: prefix).tensor(named: "foo")
                }
            }
        }
        for count in data.indices {
            try folder.write(data[..<count], to: "m.data-00000-of-00001")
            #expect(throws: CheckpointError.self) {
                try Checkpoint(opening: prefix).tensor(named: "foo")
            }
        }
    }

    /// Lengths that are believed by nobody.
    @Test(
        arguments: [
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x7f], [0x80], [],
        ] as [[UInt8]])
    func hostileLengths(bytes: [UInt8]) {
        for count in [0, 1, 2, 1 << 40] {
            let strings = StringTensor.strings(
                in: bytes + [0, 0, 0, 0], count: count, isBigEndian: false)
            #expect(strings == nil)
        }
    }
}
