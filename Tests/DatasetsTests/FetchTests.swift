import Foundation
import TestSupport
import Testing

/// `tools/fetch-mnist` with mirrors that are folders. The real ones are not asked.
@Suite(.waiting) struct FetchTests {
    let mirror: TemporaryFolder
    let folder: TemporaryFolder

    init() throws {
        mirror = try TemporaryFolder()
        folder = try TemporaryFolder()
    }

    /// Runs the tool on `folder`, and returns its exit status and what it said.
    func fetch(_ flags: String...) throws -> (status: Int32, output: String) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appendingPathComponent("tools/fetch-mnist")
        process.arguments = flags + [folder.path]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "MNIST_MIRRORS": "file:///nowhere file://\(mirror.path)"
        ]) { $1 }
        let output = Pipe()
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    @Test func leavesNothingBehindWhenNoMirrorAnswers() throws {
        let (status, output) = try fetch()
        #expect(status == 1)
        #expect(output.contains("no mirror gave train-images-idx3-ubyte"))
        #expect(try folder.names() == [])
    }

    @Test(arguments: [gzip([1, 2, 3]), Array(gzip([1, 2, 3]).dropLast()), []])
    func refusesWhatIsNotMNIST(served: [UInt8]) throws {
        try mirror.write(served, to: "train-images-idx3-ubyte.gz")
        let (status, output) = try fetch()
        #expect(status == 1)
        #expect(
            output.contains("train-images-idx3-ubyte.gz is not MNIST's train-images-idx3-ubyte"))
        #expect(try folder.names() == [])
    }

    @Test func keepsDamagedFilesUnderAnotherName() throws {
        try folder.write([1], to: "train-images-idx3-ubyte")
        try folder.write([2], to: "train-images-idx3-ubyte.gz")
        try folder.write([3], to: "train-images-idx3-ubyte.gz.damaged")
        #expect(try fetch().status == 1)
        #expect(
            try folder.names() == [
                "train-images-idx3-ubyte.damaged", "train-images-idx3-ubyte.gz.damaged",
                "train-images-idx3-ubyte.gz.damaged-2",
            ])
    }

    @Test(arguments: [("fashion", "Fashion-MNIST"), ("kmnist", "KMNIST")])
    func otherSets(name: String, title: String) throws {
        try mirror.write(gzip([1, 2, 3]), to: "train-images-idx3-ubyte.gz")
        let (status, output) = try fetch("--dataset", name)
        #expect(status == 1)
        #expect(
            output.contains("train-images-idx3-ubyte.gz is not \(title)'s train-images-idx3-ubyte"))
        #expect(try folder.names() == [])
    }

    @Test func refusesASetThatThereIsNot() throws {
        let (status, output) = try fetch("--dataset", "cifar")
        #expect(status == 64)
        #expect(output.contains("--dataset takes mnist, fashion and kmnist"))
        #expect(try folder.names() == [])
    }
}
