import CZlib
import Foundation
import TestSupport
import Testing

/// The files of the folder `Fixtures`, which TensorFlow made; its README.md tells how.
enum Fixtures {
    /// The path of a file, or the prefix of a checkpoint's files.
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)").path
    }

    /// The bytes of a file.
    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: path(name))))
    }

    /// The bytes that a gzip-compressed file has when unpacked.
    static func unpacked(_ name: String) throws -> [UInt8] {
        let file = try #require(gzopen(path(name), "rb"))
        defer { gzclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = gzread(file, &part, UInt32(part.count))
            try #require(count >= 0)
            if count == 0 { return bytes }
            bytes += part[..<Int(count)]
        }
    }

    /// A temporary folder with copies of a folder's files.
    static func copy(of folder: String) throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: path(folder)) {
            try copy.write(bytes("\(folder)/\(name)"), to: name)
        }
        return copy
    }
}

extension TemporaryFolder {
    /// Removes something in the folder.
    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(of: name))
    }

    /// Makes a folder in the folder.
    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path(of: name), withIntermediateDirectories: false)
    }
}
