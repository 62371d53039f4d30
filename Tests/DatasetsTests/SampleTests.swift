import Foundation
import TestSupport
import Testing

@testable import Datasets

/// The images that the binary carries.
@Suite(.waiting) struct SampleTests {
    @Test func hasTheArticlesSplit() throws {
        let data = try MNIST.sample
        #expect(data.validation.count == 5000)
        #expect(data.train.count == 1000)
        #expect(data.train.labels?.prefix(10).map { $0 } == [7, 3, 4, 6, 1, 8, 1, 0, 9, 8])
        #expect(data.validation.labels?.prefix(10).map { $0 } == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect(data.test == nil)
    }

    /// The digest that Sources/CMNISTSample/README.md states.
    @Test func isTheFileOfItsReadme() throws {
        let images = try MNIST.sampleImages
        #expect(
            try sha256(idxFile([6000, 28, 28], images.values))
                == "2782ff6f3467f3487a520503c34fe99b761aa97623af029969e59716ac3585c3")
    }

    /// The ten images that the article trains on: the digits 7 3 4 6 1 8 1 0 9 8. The digest is that
    /// of bytes 3,920,016..<3,927,856 of the unpacked train-images-idx3-ubyte.
    @Test func trainsFirstOnTheArticlesImages() throws {
        let batch = try MNIST.sample.train.part(0..<10)
        #expect(
            try sha256(Array(batch.bytes))
                == "195a3d7183fbaea70208e3140304a6b4cff01009ee606a9bb33b7e7d05688e19")

        let first = try MNIST.sample.train.pixels(0..<1)
        let rows = stride(from: 0, to: MNIST.pixelCount, by: MNIST.side).map { row in
            String(first[row..<row + MNIST.side].map { $0 > 0.5 ? "#" : "." })
        }
        #expect(
            rows[8..<26].joined(separator: "\n") == """
                ....##############..........
                ..#################.........
                ..########.....#####........
                .................###........
                ..................###.......
                ..................###.......
                .................####.......
                .............#########......
                ...........###########......
                ........########..###.......
                .......####.......###.......
                ......###.........###.......
                ..................###.......
                .................###........
                ................####........
                ................###.........
                ................##..........
                ...............###..........
                """)
    }

    /// The SHA-256 of `bytes` in hexadecimal, by the system's tool.
    func sha256(_ bytes: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write(bytes, to: "bytes")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "sha256sum \"$1\" 2>/dev/null || shasum -a 256 \"$1\"", "sh",
            folder.path(of: "bytes"),
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}
