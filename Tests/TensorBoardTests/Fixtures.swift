import Foundation
import Testing

/// The files of the folder `Fixtures`, which TensorFlow made; its README.md tells how.
enum Fixtures {
    /// The path of a file.
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)").path
    }

    /// The bytes of a file.
    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: path(name))))
    }

    /// The rows of a JSON file.
    static func rows<Row: Decodable>(_ name: String, _: Row.Type = Row.self) throws -> [Row] {
        try JSONDecoder().decode([Row].self, from: Data(bytes(name)))
    }
}

extension Data {
    /// The numbers that the bytes are.
    func numbers<Number: BitwiseCopyable>(_: Number.Type = Number.self) -> [Number] {
        withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Number>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Number.self)
            }
        }
    }
}
