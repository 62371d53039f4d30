import Foundation
import RecordIO
import TestSupport
import Testing

@testable import Datasets

/// Arrays of NumPy's, beside files that NumPy wrote (`Fixtures/make-npy.py`).
@Suite struct NPYTests {
    private func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            .appending(component: "\(name).npy").path
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: fixture(name))))
    }

    private func problem(
        _ bytes: [UInt8], shape: [Int?] = [nil, 4]
    ) -> (problem: NPYError.Problem, offset: Int?)? {
        do throws(NPYError) {
            _ = try NPY.array(bytes, path: "a.npy", shape: shape)
            return nil
        } catch {
            return (error.problem, error.offset)
        }
    }

    static let numbers = (0..<12).map { Float($0) / 2 - 2 }

    @Test(arguments: ["little4", "big4", "little8", "big8", "columns", "version2", "version3"])
    func everyWayToStoreNumbers(name: String) throws {
        let array = try NPY.read(fixture(name), shape: [nil, 4])
        #expect(array.shape == [3, 4])
        #expect(array.floats == Self.numbers)
    }

    @Test func noDimensionsAndNoElements() throws {
        #expect(try NPY.read(fixture("scalar"), shape: []).floats == [0.25])
        #expect(
            try NPY.read(fixture("empty"), shape: [nil, 20]) == TensorValue([], shape: [0, 20]))
    }

    @Test(
        arguments: [
            ("int32", TensorValue([1, -2] as [Int32], shape: [2])),
            ("int8", TensorValue([-1, 2] as [Int8], shape: [2, 1])),
            ("uint16", TensorValue([40_000] as [UInt16], shape: [])),
            ("float16", TensorValue(half: [0.5, -2], shape: [2])),
            ("float64", TensorValue([0.1] as [Double], shape: [1])),
            ("complex64", TensorValue([Complex<Float>(real: 1, imaginary: -2)], shape: [1, 1])),
            ("bool", TensorValue([true, false, true], shape: [3])),
        ])
    func theBytesThatNumPyWrites(name: String, array: TensorValue) throws {
        #expect(NPY.bytes(of: array) == (try bytes("written-\(name)")))
    }

    @Test func theBytesThatNumPyWrites() throws {
        #expect(NPY.bytes(of: TensorValue(Self.numbers, shape: [3, 4])) == (try bytes("little4")))
        #expect(NPY.bytes(of: TensorValue([0.25], shape: [])) == (try bytes("scalar")))
        #expect(NPY.bytes(of: TensorValue([], shape: [0, 20])) == (try bytes("empty")))
        // A vector's shape has a comma, too.
        let vector = TensorValue([1, .nan], shape: [2])
        #expect(String(decoding: NPY.bytes(of: vector)[10..<128], as: UTF8.self).contains("(2,)"))
        #expect(try NPY.array(NPY.bytes(of: vector), path: "v", shape: [2]).floats[1].isNaN)
    }

    @Test func whatCannotBeRead() throws {
        let record = try #require(problem(try bytes("record"))?.problem)
        guard case .wrongType(let type) = record else {
            Issue.record("\(record)")
            return
        }
        #expect(type.hasPrefix("[('"))
        #expect(
            problem(try bytes("little4"), shape: [nil, 20])?.problem
                == .wrongShape([3, 4], expected: [nil, 20]))
        #expect(problem(try bytes("little4"), shape: [12])?.offset == 6)
        #expect(problem(Array("PK".utf8))?.problem == .noNPY)
        #expect(
            NPYError(problem([0x50, 0x4b, 3, 4])?.problem ?? .noNPY, path: "z.npz").description
                == "z.npz: a zip archive, not an array of NumPy's; unpack it first (unzip)")
        var future = try bytes("little4")
        future[6] = 4
        #expect(problem(future)?.problem == .wrongVersion(4))
        future = try bytes("little4") + [0]
        #expect(problem(future)?.problem == .wrongLength(promised: 48, found: 49))
    }

    @Test func everyTruncation() throws {
        let whole = try bytes("little4")
        for count in whole.indices {
            let found = try #require(problem(Array(whole[..<count])), "\(count) bytes")
            #expect((found.offset ?? 0) <= count)
        }
    }

    /// No byte of the header is read as something that it is not, and none makes a trap.
    @Test func everyByteOfTheHeader() throws {
        let whole = try bytes("little4")
        for index in 0..<128 {
            for byte in [0, 1, 9, 32, 39, 40, 44, 57, 76, 125, 255] as [UInt8] {
                var damaged = whole
                damaged[index] = byte
                if let array = try? NPY.array(damaged, path: "a", shape: [nil, nil]) {
                    #expect(array.floats.count == 12)
                }
            }
        }
    }

    @Test(arguments: [
        "(99999999999999999999, 4)", "(4611686018427387904, 4)", "(-3, 4)", "(3 4)", "3, 4",
        "((3, 4)",
    ])
    func hostileShapes(text: String) {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(text), }\n"
        let bytes = NPY.magic + [1, 0, UInt8(header.utf8.count), 0] + header.utf8
        #expect(problem(bytes, shape: [nil, nil]) != nil)
    }

    @Test func errorsNameTheFileAndTheWayOut() throws {
        #expect(throws: NPYError.self) { try NPY.read("/nowhere/z.npy", shape: [1]) }
        let header = "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }\n"
        let bytes = NPY.magic + [1, 0, UInt8(header.utf8.count), 0] + header.utf8
        do throws(NPYError) {
            _ = try NPY.array(bytes, path: "z.npy", shape: [1])
            Issue.record("complex numbers were read")
        } catch {
            #expect(
                error.description == """
                    z.npy, byte 6: the elements are '<c8', not real numbers; \
                    write array.astype('float32') by numpy.save
                    """)
        }
    }

    /// A file of one dimension.
    private func array(_ type: String, _ data: [UInt8], count: Int) -> [UInt8] {
        let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(count),), }\n"
        return NPY.magic + [1, 0, UInt8(header.utf8.count), 0] + header.utf8 + data
    }

    @Test(
        arguments: [
            ("|b1", [0, 1, 2], [0, 1, 1]), ("|i1", [0, 127, 128], [0, 127, -128]),
            ("|u1", [0, 127, 255], [0, 127, 255]), ("<i2", [1, 0, 0, 0x80], [1, -32768]),
            (">i2", [0, 1, 0x80, 0], [1, -32768]), ("<u2", [0xff, 0xff], [65535]),
            ("<i4", [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1], [-1, 16_777_216]),
            (">u4", [0xff, 0xff, 0xff, 0], [4_294_967_040]),
            ("<i8", [0, 0, 0, 0, 0, 0, 0, 0x80], [-9.223372036854775808e18]),
            (">u8", [0, 0, 0, 0, 0, 0, 0, 3], [3]),
            // 1, -2, the largest, the smallest, the smallest that is normal, infinity.
            (
                "<f2", [0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0, 0, 4, 0, 0x7c],
                [1, -2, 65504, 5.9604645e-08, 6.1035156e-05, .infinity]
            ),
            (">f2", [0x80, 0], [-0.0]), ("=f4", [0, 0, 0x80, 0x3f], [1]),
        ] as [(String, [UInt8], [Float])])
    func everyTypeOfRealNumbers(type: String, data: [UInt8], values: [Float]) throws {
        let read = try NPY.array(array(type, data, count: values.count), path: "a", shape: [nil])
        #expect(read.floats == values)
        #expect(read.floats.map(\.sign) == values.map(\.sign))
    }

    /// Whole numbers that float32 does not have are not rounded.
    @Test(
        arguments: [
            ("<i4", [1, 0, 0, 1], "16777217"), (">u4", [0xff, 0xff, 0xff, 0xff], "4294967295"),
            ("<i8", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], "9223372036854775807"),
            ("<i4", [0xff, 0xff, 0xff, 0xfe], "-16777217"),
        ] as [(String, [UInt8], String)])
    func numbersThatAreNoFloats(type: String, data: [UInt8], number: String) throws {
        let bytes = array(type, [UInt8](repeating: 0, count: data.count) + data, count: 2)
        let error = #expect(throws: NPYError.self) { try NPY.array(bytes, path: "a", shape: [nil]) }
        #expect(error?.problem == .notAFloat(number, type: type))
        #expect(error?.offset == bytes.count - data.count)
    }

    @Test(arguments: ["<c8", "|O", "<U5", "|S3", "<M8[s]", "<f16", "|i2", "<i3", "f4", "", "<f"])
    func typesOfOtherThings(type: String) {
        #expect(problem(array(type, [], count: 0), shape: [nil])?.problem == .wrongType(type))
    }

    /// What was there under the name stays as it was until the new file is whole.
    @Test func replacesAFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "a.npy")
        try NPY.write(TensorValue([2], shape: [1]), to: path)
        #expect(try NPY.read(path, shape: [1]).floats == [2])
        #expect(try folder.names() == ["a.npy"])
        #expect(throws: FileError.self) {
            try NPY.write(TensorValue([1], shape: []), to: folder.path)
        }
    }
}
