import Foundation

/// A new folder that is removed with all its contents when nothing refers to it any more.
public final class TemporaryFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// Makes a folder.
    ///
    /// - Parameter parent: Where; among the system's temporary files unless said.
    public init(in parent: String? = nil) throws {
        let parent =
            parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let url = parent.appending(component: "ganboard-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something in the folder.
    public func path(of name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file into the folder, over one of that name.
    ///
    /// - Returns: The file's path.
    @discardableResult
    public func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
        let path = path(of: name)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// The bytes of a file in the folder.
    public func read(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: path(of: name))))
    }

    /// The names of what lies in the folder, sorted.
    public func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
