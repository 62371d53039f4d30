import Checkpoints
import Foundation
import RecordIO
import TensorFlowTypes
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
    /// What `Fixtures/python.safetensors` holds, which its Python package wrote.
    private static let tensors: [(name: String, tensor: TensorValue)] = [
        ("weights", TensorValue([0.5, -1, 2, 3, 4.25, 1e-8], shape: [2, 3])),
        ("half", TensorValue(half: [1, 0.5, -2], shape: [3])),
        ("deep/αβ \"quoted\"\\", TensorValue([7, -9] as [Int64], shape: [2])),
        ("double", TensorValue([3.141592653589793] as [Double], shape: [])),
        ("empty", TensorValue([Int32](), shape: [0, 3])),
        ("flags", TensorValue([true, false, true], shape: [3])),
        ("bytes", TensorValue([0, 1, 2, 3, 4] as [UInt8], shape: [5])),
    ]
    private static let metadata = ["made by": "safetensors 0.8\n\t\"x\" \u{1} é 😀"]

    private var file: SafeTensors {
        var file = SafeTensors()
        file.tensors = Self.tensors
        file.metadata = Self.metadata
        return file
    }

    @Test func readsWhatPythonWrote() throws {
        let read = try SafeTensors(reading: Fixtures.path("python.safetensors"))
        #expect(read.metadata == Self.metadata)
        #expect(read.tensors.count == Self.tensors.count)
        for (name, tensor) in Self.tensors { #expect(read.tensor(name) == tensor, "\(name)") }
    }

    @Test func ordersTensorsAsPythonDoes() throws {
        let python = try SafeTensors(reading: Fixtures.path("python.safetensors"))
        let read = try SafeTensors(file.bytes, path: "here")
        #expect(read.tensors.map(\.name) == python.tensors.map(\.name))
        #expect(read.metadata == Self.metadata)
        for (name, tensor) in Self.tensors { #expect(read.tensor(name) == tensor, "\(name)") }
        // All data begin where their elements' sizes want it.
        let header = Array(file.bytes[..<8]).reversed().reduce(0 as Int) { $0 << 8 | Int($1) }
        #expect(header.isMultiple(of: 8))
    }

    @Test func writesAndReadsAFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path(of: "a.safetensors")
        try file.write(to: path)
        #expect(try SafeTensors(reading: path).tensor("half") == Self.tensors[1].tensor)
        #expect(throws: SafeTensorsError.self) {
            try SafeTensors(reading: folder.path(of: "none"))
        }
    }

    /// What is cut anywhere is refused; what has a byte changed is refused or read, never more.
    @Test func survivesEveryTruncationAndEveryFlippedByte() {
        let bytes = file.bytes
        for count in bytes.indices {
            #expect(throws: SafeTensorsError.self) {
                try SafeTensors(Array(bytes[..<count]), path: "cut")
            }
        }
        for place in bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                var damaged = bytes
                damaged[place] ^= mask
                if let read = try? SafeTensors(damaged, path: "flipped") {
                    #expect(read.tensors.count <= Self.tensors.count)
                }
            }
        }
    }

    @Test(arguments: [
        ("{}", SafeTensorsError.Problem?.none),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", .truncated),
        (
            "{\"a\":{\"dtype\":\"F8\",\"shape\":[],\"data_offsets\":[0,0]}}",
            .unknownType("F8", tensor: "a")
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
            .wrongPlace(tensor: "a")
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,8],\"data_offsets\":[0,4]}}",
            .wrongPlace(tensor: "a")
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}",
            .wrongPlace(tensor: "a")
        ),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,0]}}", .wrongHeader),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}",
            .wrongHeader
        ),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[0]}}", .wrongHeader),
        ("{\"\\ud800\":{}}", .wrongHeader), ("{\"a\\u00zz\":{}}", .wrongHeader),
        ("[]", .wrongHeader),
        ("{} {", .wrongHeader),
    ])
    func refusesHeaders(header: String, problem: SafeTensorsError.Problem?) {
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
        do throws(SafeTensorsError) {
            _ = try SafeTensors(bytes, path: "there")
            #expect(problem == nil, "\(header)")
        } catch {
            #expect(error.problem == problem, "\(header)")
            #expect(error.description.hasPrefix("there"))
        }
    }
}
