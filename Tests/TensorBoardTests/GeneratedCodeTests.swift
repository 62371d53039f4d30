import Foundation
import TestSupport
import Testing

@Suite(.waiting) struct GeneratedCodeTests {
    /// `Sources/CTensorBoardProtos` is what `proto/` gives.
    @Test(.enabled(if: hasCompiler, "protobuf-c's compiler is not installed"))
    func generatedMessagesAreUpToDate() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = root.appending(path: "tools/generate-protos")
        process.arguments = ["--check"]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: text, as: UTF8.self))")
    }
}

/// The package's folder.
private let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private let hasCompiler = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/protoc-c") }
