public import Foundation

/// The bytes of a checkpoint's only file of data, whatever number of files its name tells.
///
/// - Parameter prefix: The path of its files without their endings.
public func checkpointData(of prefix: String) throws -> Data {
    let index = URL(filePath: prefix)
    let folder = index.deletingLastPathComponent()
    let start = "\(index.lastPathComponent).data-"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasPrefix(start) }
    guard names.count == 1 else {
        throw CocoaError(.fileReadNoSuchFile, userInfo: [NSFilePathErrorKey: prefix])
    }
    return try Data(contentsOf: folder.appending(path: names[0]))
}
