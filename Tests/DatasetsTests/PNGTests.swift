import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Images that Pillow and Netpbm wrote; see Fixtures/png/make-png.py.
@Suite struct PNGTests {
    private static let folder = Bundle.module.bundleURL.appending(path: "Fixtures/png")

    /// What NumPy makes of the images, by name.
    private static let expected: [String: [UInt8]] = {
        let text = (try? String(contentsOf: folder.appending(path: "gray.txt"), encoding: .utf8))
        let lines = (text ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(
            uniqueKeysWithValues: lines.map {
                (String($0[0]), $0.dropFirst().compactMap { UInt8($0) })
            }
        )
    }()

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: "\(name).png")))
    }

    @Test(
        arguments: [
            "gray1", "gray8", "gray16", "graya8", "rgb8", "rgba8", "palette", "palette2",
            "palette_alpha", "gray8_interlaced", "rgb8_interlaced", "filter_nofilter", "filter_sub",
            "filter_up", "filter_avg", "filter_paeth",
        ])
    func grayValues(name: String) throws {
        let image = try PNG(bytes(name))
        #expect(image.width == 11 && image.height == 7)
        let expected = try #require(Self.expected[name])
        #expect(expected.count == 77)
        for (found, value) in zip(image.gray, expected) {
            #expect(abs(Int(found) - Int(value)) <= 1, "\(name)")
        }
    }

    /// Pillow computes with whole numbers: a value may be off by one.
    @Test(arguments: [("scaled_40x50", "scaled_40x50"), ("gray8", "scaled_gray8")])
    func scales(name: String, result: String) throws {
        let image = try PNG(bytes(name))
        let scaled = ImageFolder.scaled(
            image.gray, height: image.height, width: image.width, to: MNIST.side)
        let expected = try #require(Self.expected[result])
        #expect(expected.count == 784 && scaled.count == 784)
        for (found, value) in zip(scaled, expected) {
            #expect(abs(Int(found) - Int(value)) <= 1)
        }
    }

    /// Nothing that is cut off or changed is taken for the image; a chunk's checksum tells.
    @Test(arguments: ["gray8", "palette", "rgb8_interlaced"])
    func damage(name: String) throws {
        let whole = try bytes(name)
        let image = try PNG(whole)
        for end in 0..<whole.count {
            #expect(throws: PNG.Problem.self) { try PNG(Array(whole[..<end])) }
        }
        for place in whole.indices {
            var damaged = whole
            damaged[place] ^= 0x41
            // What is said of a text beside the image changes nothing.
            if let read = try? PNG(damaged) { #expect(read.gray == image.gray) }
        }
    }

    /// A header that promises a gigabyte is not believed.
    @Test func hugePromise() throws {
        var bytes = try bytes("gray8")
        bytes.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
        var crc = UInt32.max
        for byte in bytes[12..<29] {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        crc = ~crc
        bytes.replaceSubrange(
            29..<33, with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) })
        let error = #expect(throws: PNG.Problem.self) { try PNG(bytes) }
        #expect(error?.words == "its pixels are cut off")
    }
}

/// Folders of images, and sets of other names than MNIST's.
@Suite struct OtherSetTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ image: String, _ path: String) throws {
        let source = Bundle.module.bundleURL.appending(path: "Fixtures/png/\(image).png")
        let target = URL(fileURLWithPath: folder.path(of: path))
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: source, to: target)
    }

    private func message(_ name: String) -> String? {
        do {
            let data = try MNIST(folder: folder.path(of: name), validationCount: 0)
            try data.checkClasses(path: folder.path(of: name))
            return nil
        } catch {
            return "\(error)".replacing(folder.path(of: ""), with: "")
        }
    }

    @Test func aFolderAClass() throws {
        for (index, name) in ["2", "10", "1"].enumerated() {
            for copy in 0...index { try put("gray8", "set/\(name)/\(copy).png") }
        }
        try put("scaled_40x50", "set/1/upper.PNG")
        let data = try MNIST(folder: folder.path(of: "set"), validationCount: 0)
        #expect(data.classNames == ["1", "2", "10"])
        #expect(data.all.count == 7 && data.train.count == 7 && data.validation.count == 0)
        #expect(data.all.labels.map { $0.sorted() } == [0, 0, 0, 0, 1, 2, 2])
        #expect(data.test == nil)
        #expect(data.all.pixels(0..<7).allSatisfy { (0...1).contains($0) })
    }

    @Test func imagesWithoutClasses() throws {
        try put("gray8", "set/a.png")
        try put("rgb8", "set/b.png")
        let data = try MNIST(folder: folder.path(of: "set"), validationCount: 0)
        #expect(data.all.count == 2 && data.all.labels == nil && data.classNames.isEmpty)
        #expect(throws: DatasetError.self) { try MNIST(folder: folder.path(of: "set")) }
    }

    @Test func whatIsWrongWithAFolder() throws {
        try put("gray8", "empty/a/1.png")
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "empty/b"), withIntermediateDirectories: true)
        #expect(
            message("empty")
                == "empty/b: no PNG images; put PNG images there, or take the folder out")
        try put("gray8", "beside/a/1.png")
        try put("gray8", "beside/2.png")
        #expect(
            message("beside")
                == "beside: 2.png lies beside folders of classes; put each image into the folder of "
                + "its class")
        try folder.write([1, 2, 3], to: "other.png")
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "damaged"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: folder.path(of: "other.png"), toPath: folder.path(of: "damaged/a.png"))
        #expect(
            message("damaged")
                == "damaged/a.png, byte 0: it does not begin as a PNG image does; replace it, or take "
                + "it out")
    }

    /// Writes a set of EMNIST's names, whose pixels are their place in the image.
    private func writeEMNIST(_ set: String, labels: [UInt8]) throws {
        let image = (0..<784).map { UInt8($0 % 256) }
        let images = idxFile([labels.count, 28, 28], labels.flatMap { _ in image })
        for part in ["train", "test"] {
            try folder.write(images, to: "\(set)-\(part)-images-idx3-ubyte")
            try folder.write(
                gzip(idxFile([labels.count], labels)), to: "\(set)-\(part)-labels-idx1-ubyte.gz")
        }
    }

    @Test func lettersOfEMNIST() throws {
        try writeEMNIST("emnist-letters", labels: (1...26).map { $0 })
        let data = try MNIST(folder: folder.path(of: ""), validationCount: 0)
        #expect(data.classNames.first == "a" && data.classNames.count == 26)
        #expect(data.all.labels.map(Array.init) == (0..<26).map { $0 })
        // The pixel of row 1 and column 0 is the second of its file.
        #expect(data.all.pixels(0..<1)[28] == 1.0 / 255)
        #expect(data.test?.count == 26)
    }

    @Test func severalSetsOfEMNIST() throws {
        try writeEMNIST("emnist-balanced", labels: (0..<47).map { $0 })
        try writeEMNIST("emnist-digits", labels: (0..<10).map { $0 })
        let error = #expect(throws: DatasetError.self) {
            try MNIST(folder: folder.path(of: ""), validationCount: 0)
        }
        #expect(error?.problem == .severalSets(["emnist-balanced", "emnist-digits"]))
        let data = try MNIST(folder: folder.path(of: "emnist-balanced"), validationCount: 0)
        #expect(data.classNames.count == 47)
        #expect(data.classNames[10] == "A" && data.classNames[46] == "t")
    }

    @Test func namesOfClasses() throws {
        let small = try SmallMNIST()
        #expect(try MNIST(folder: small.folder.path(of: "")).classNames == MNIST.digitNames)
        let names = (0..<10).map { "piece \($0)" }
        try small.folder.write(
            Array(names.joined(separator: "\n").utf8), to: "classes.txt")
        #expect(try MNIST(folder: small.folder.path(of: "")).classNames == names)
        try small.folder.write(Array("one\ntwo\n".utf8), to: "classes.txt")
        let error = #expect(throws: DatasetError.self) {
            try MNIST(folder: small.folder.path(of: ""))
        }
        #expect(error?.problem == .wrongNameCount(2, classes: 10))
    }

    @Test func aMissingClass() throws {
        let small = try SmallMNIST()
        let labels = (0..<SmallMNIST.trainingCount).map { UInt8([0, 1, 3][$0 % 3]) }
        try small.folder.write(idxFile([labels.count], labels), to: "train-labels-idx1-ubyte")
        let data = try MNIST(folder: small.folder.path(of: ""))
        let error = #expect(throws: DatasetError.self) { try data.checkClasses(path: "set") }
        #expect(
            error?.description
                == "set: no image has the label 2; give images of it, or number the classes without "
                + "gaps")
    }
}
