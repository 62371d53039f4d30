import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct EmbeddingTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func log(_ body: (SummaryWriter) throws -> Void) throws -> String {
        let writer = try SummaryWriter(logdir: folder.path)
        try body(writer)
        try writer.close()
        return String(decoding: try folder.read("projector_config.pbtxt"), as: UTF8.self)
    }

    @Test func writesVectorsMetadataAndPictures() throws {
        let images = (0..<5).map {
            Image(height: 1, width: 2, channels: 1, pixels: [UInt8($0), UInt8(10 * $0)])
        }
        let embedding = Embedding(
            [0.5, -1, 1e-20, .nan, .infinity, 6, 7, 8, 9, 10], dimensions: 2,
            metadata: .init(
                header: ["name", "class"],
                rows: [["a\tb", "1"], ["c\nd", "2"], ["é", "3"], ["", "4"], ["e", "5"]]),
            images: images)
        let configuration = try log { try $0.addEmbedding(embedding, tag: "out put/é", step: 12) }
        #expect(
            configuration == """
                embeddings {
                  tensor_name: "out put/\\303\\251:00012"
                  tensor_path: "00012/out%20put%2f%c3%a9/tensors.bytes"
                  tensor_shape: 5
                  tensor_shape: 2
                  metadata_path: "00012/out%20put%2f%c3%a9/metadata.tsv"
                  sprite {
                    image_path: "00012/out%20put%2f%c3%a9/sprite.png"
                    single_image_dim: 2
                    single_image_dim: 1
                  }
                }

                """)
        let place = "00012/out%20put%2f%c3%a9"
        let vectors = Data(try folder.read("\(place)/tensors.bytes")).numbers(Float.self)
        #expect(vectors == [0.5, -1, 1e-20, 0, 0, 6, 7, 8, 9, 10])
        let metadata = String(decoding: try folder.read("\(place)/metadata.tsv"), as: UTF8.self)
        #expect(metadata == "name\tclass\na\\tb\t1\nc\\nd\t2\né\t3\n\t4\ne\t5\n")
        let sprite = try DecodedPNG(try folder.read("\(place)/sprite.png"))
        // Three rows of three, of which the last four are empty.
        #expect((sprite.width, sprite.height, sprite.channels) == (6, 3, 1))
        #expect(
            sprite.pixels == [0, 0, 1, 10, 2, 20, 3, 30, 4, 40, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path(of: place)).count == 3)
    }

    /// TensorBoard takes bytes that are a text for one: zeros, for example.
    @Test func bytesThatLookLikeATextAreWrittenAsOne() throws {
        let configuration = try log {
            try $0.addEmbedding(Embedding([0, 0, 0, 0, 0, 0], dimensions: 3), tag: "zeros")
            try $0.addEmbedding(
                Embedding([1, -0.1, 1e30, 4], dimensions: 2, format: .tabSeparated), tag: "tabs")
        }
        #expect(configuration.contains("00000/zeros/tensors.tsv"))
        func text(_ name: String) throws -> String {
            String(decoding: try folder.read(name), as: UTF8.self)
        }
        #expect(try text("00000/zeros/tensors.tsv") == "0.0\t0.0\t0.0\n0.0\t0.0\t0.0\n")
        #expect(try text("00000/tabs/tensors.tsv") == "1.0\t-0.1\n1e+30\t4.0\n")
        // A line end as a byte of a number, before anything that is no text.
        let sneaky = Float(bitPattern: 0x0a30_3030)
        let other = try log { try $0.addEmbedding(Embedding([sneaky, -1], dimensions: 2)) }
        #expect(other.contains("00000/default/tensors.tsv"))
    }

    /// The page passes over lines that JavaScript's `trim` makes empty, and splits at tabs.
    @Test(arguments: [
        ["", "b", "c"], ["\n", "a\nb", "\r\n"], ["\t", " \t ", "a\tb"],
        ["\u{a0}", "\u{3000}", "\u{feff}"],
        ["\u{2028}", "\u{85}x", "\u{b}"],
    ])
    func everyLabelIsALineWithText(labels: [String]) throws {
        for columns in 1...2 {
            let rows = labels.map { Array(repeating: $0, count: columns) }
            let metadata =
                columns == 1
                ? Embedding.Metadata(labels: labels)
                : Embedding.Metadata(header: ["one", "two"], rows: rows)
            _ = try log {
                try $0.addEmbedding(
                    Embedding([1, 2, 3], dimensions: 1, metadata: metadata), tag: "t", step: 1)
            }
            let text = String(decoding: try folder.read("00001/t/metadata.tsv"), as: UTF8.self)
            #expect(!text.contains("\r"))
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
                .dropLast()
            #expect(lines.count == columns + 2)
            for line in lines {
                // No space, and nothing that JavaScript takes for one.
                #expect(line.contains { !$0.properties.isWhitespace && $0 != "\u{feff}" })
                #expect(line.filter { $0 == "\t" }.count == columns - 1)
            }
        }
    }

    @Test func configurationGrowsAndKeepsWhatOthersWrote() throws {
        let theirs = "embeddings {\n tensor_name: \"theirs\"\n tensor_path: \"x.tsv\"\n}"
        try folder.write(Array(theirs.utf8), to: "projector_config.pbtxt")
        let embedding = Embedding([1, 2], dimensions: 1)
        var configuration = ""
        for step in [1, 2, 1] as [Int64] {
            configuration = try log { try $0.addEmbedding(embedding, step: step) }
        }
        #expect(configuration.hasPrefix(theirs + "\n"))
        let names = configuration.matches(of: /tensor_name: "(.*)"/).map { String($0.1) }
        #expect(names == ["theirs", "default:00002", "default:00001"])
    }

    @Test func failureLeavesTheConfigurationAsItWas() throws {
        try folder.write([], to: "00003")
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addEmbedding(Embedding([1], dimensions: 1), step: 3)
        let error = #expect(throws: EventFileError.self) { try writer.flush() }
        #expect(error?.path.hasSuffix("/00003") == true)
        #expect(try folder.names().filter { $0.contains("projector") }.isEmpty)
    }
}
