import Foundation

/// Files in memory, for readers that take paths.
public struct Scratch: Sendable {
    private let folder: String

    /// Makes a folder for this process.
    public init(names: [String]) {
        folder = "/dev/shm/fuzz-\(getpid())"
        mkdir(folder, 0o700)
        for name in names { write([], to: name) }
    }

    /// The path of a file.
    public func path(of name: String) -> String { "\(folder)/\(name)" }

    /// Gives a file other bytes.
    public func write(_ bytes: [UInt8], to name: String) {
        let file = open(path(of: name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let count = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
        precondition(count == bytes.count)
        close(file)
    }
}
