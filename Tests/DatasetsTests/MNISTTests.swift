import Foundation
import RecordIO
import TestSupport
import Testing

@testable import Datasets

@Suite struct MNISTTests {
    func failure(_ folder: String) -> DatasetError? {
        do throws(DatasetError) {
            _ = try MNIST(folder: folder)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [false, true])
    func splitsAFolder(compressed: Bool) throws {
        let small = try SmallMNIST(compressed: compressed)
        for path in [small.folder.path, small.folder.path + "/"] {
            let data = try MNIST(folder: path)
            let test = try #require(data.test)
            #expect(data.validation.count == 5000)
            #expect(data.train.count == 3)
            #expect(test.count == 7)
            #expect(data.validation.labels?.count == 5000)
            #expect(data.train.labels.map(Array.init) == [0, 1, 2])
            #expect(test.labels.map(Array.init) == [0, 1, 2, 3, 4, 5, 6])
            #expect(data.validation.pixels(4999..<5000).allSatisfy { $0 == 230 / 255 })
            #expect(data.train.bytes.first == 231)
            #expect(data.train.pixels(2..<3).allSatisfy { $0 == 233 / 255 })
            #expect(test.pixels(6..<7).allSatisfy { $0 == 6 / 255 })
        }
    }

    @Test func prefersAFileThatIsNotCompressed() throws {
        let small = try SmallMNIST()
        try small.folder.write([1, 2, 3], to: "train-images-idx3-ubyte.gz")
        #expect(failure(small.folder.path) == nil)
    }

    @Test func scalesEveryByteAsNumPyDoes() throws {
        let bytes = (0..<MNIST.pixelCount).map { UInt8($0 % 256) }
        let pixels = Examples(bytes: bytes[...], labels: nil).pixels(0..<1)
        #expect(pixels.count == 784)
        // numpy.float32(byte) / numpy.float32(255), as bits.
        let expected: [Int: UInt32] = [
            0: 0, 1: 0x3b80_8081, 3: 0x3c40_c0c1, 37: 0x3e14_9495, 128: 0x3f00_8081,
            254: 0x3f7e_feff, 255: 0x3f80_0000,
        ]
        for (byte, bits) in expected { #expect(pixels[byte].bitPattern == bits) }
    }

    @Test func nothingIsAskedOfNoImages() throws {
        #expect(try MNIST.sample.train.pixels(0..<0).isEmpty)
    }

    @Test func reportsAMissingFolder() throws {
        let error = try #require(failure("/nowhere/MNIST"))
        #expect(
            error.description
                == "/nowhere/MNIST: no such folder; tools/fetch-mnist /nowhere/MNIST downloads MNIST"
        )
    }

    @Test func reportsAFileInPlaceOfTheFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "file")
        #expect(
            failure(folder.path(of: "file"))?.description
                == "\(folder.path)/file: is not a folder; "
                + "name the folder that MNIST's four files are in")
        try #require(mkfifo(folder.path(of: "pipe"), 0o600) == 0)
        #expect(failure(folder.path(of: "pipe"))?.problem == .noFolder)
    }

    static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]

    private static let elsewhere =
        "download MNIST into a folder of its own by tools/fetch-mnist MNIST"

    @Test(arguments: names)
    func reportsEachMissingFile(name: String) throws {
        let small = try SmallMNIST()
        try FileManager.default.removeItem(atPath: small.folder.path(of: name))
        let path = small.folder.path
        #expect(
            failure(path)?.description
                == "\(path)/\(name): no such file, nor one with .gz; "
                + "give all four files in MNIST's format, or \(Self.elsewhere)")
    }

    @Test func reportsAnEmptyFolder() throws {
        let path = try TemporaryFolder().path
        let folder = try TemporaryFolder()
        #expect(failure(path)?.problem == .missingFolder)
        #expect(
            failure(folder.path)?.description
                == "\(folder.path)/train-images-idx3-ubyte: no such file, nor one with .gz; "
                + "tools/fetch-mnist \(folder.path) downloads MNIST")
    }

    @Test(arguments: [false, true]) func namesWithADot(compressed: Bool) throws {
        let small = try SmallMNIST(compressed: compressed)
        for name in try small.folder.names() {
            try FileManager.default.moveItem(
                atPath: small.folder.path(of: name),
                toPath: small.folder.path(of: name.replacing("-idx", with: ".idx")))
        }
        let data = try MNIST(folder: small.folder.path)
        #expect(data.train.count == 3)
        #expect(data.test?.count == SmallMNIST.testCount)
    }

    /// What people have in a file's place.
    @Test(arguments: [
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "a pointer of Git LFS, not an IDX file; get the file itself by git lfs pull"
        ),
        (
            " <html><title>404</title>",
            "a web page, not an IDX file; "
                + "download the file itself, not the page that shows it or asks for a login"
        ),
        ("", "empty, not an IDX file; copy it again"),
        ("PK\u{3}\u{4}", "a zip archive, not an IDX file; unpack it first (unzip)"),
    ])
    func saysWhatAFileIs(text: String, message: String) throws {
        for name in Self.names {
            let small = try SmallMNIST()
            let path = try small.folder.write(Array(text.utf8), to: name)
            #expect(failure(small.folder.path)?.description == "\(path): \(message)")
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: names) func aPipeInPlaceOfAFile(name: String) throws {
        let small = try SmallMNIST()
        let path = small.folder.path(of: name)
        try FileManager.default.removeItem(atPath: path)
        try #require(mkfifo(path, 0o600) == 0)
        #expect(
            failure(small.folder.path)?.description
                == "\(path): is a pipe, not a file; check the path")
    }

    @Test(arguments: names) func aSparseFile(name: String) throws {
        let small = try SmallMNIST()
        let path = small.folder.path(of: name)
        try #require(truncate(path, 1 << 43) == 0)
        #expect(
            failure(small.folder.path)?.problem == .tooLarge(bytes: 1 << 43, limit: 1 << 30))
    }

    @Test(arguments: names)
    func reportsAFolderInPlaceOfAFile(name: String) throws {
        let small = try SmallMNIST()
        try FileManager.default.removeItem(atPath: small.folder.path(of: name))
        try FileManager.default.createDirectory(
            atPath: "\(small.folder.path)/\(name)", withIntermediateDirectories: false)
        let error = try #require(failure(small.folder.path))
        #expect(error.path == "\(small.folder.path)/\(name)")
        let reason = FileError(path: error.path, action: .open, code: EISDIR)
        #expect(error.problem == .unreadable(reason))
    }

    @Test(arguments: names)
    func reportsEachDamagedFile(name: String) throws {
        let small = try SmallMNIST()
        let path = "\(small.folder.path)/\(name)"
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))

        try small.folder.write(Array(whole.dropLast()), to: name)
        #expect(
            failure(small.folder.path)?.description
                == "\(path), byte \(whole.count - 1): ends here, \(whole.count) bytes are promised "
                + "by its header; copy it again, or \(Self.elsewhere)")

        try small.folder.write(whole + [0], to: name)
        #expect(
            failure(small.folder.path)?.description
                == "\(path), byte \(whole.count): more bytes follow the end of the data; "
                + "copy it again, or \(Self.elsewhere)")

        try small.folder.write([0x50, 0x4b, 3] + whole.dropFirst(3), to: name)
        #expect(
            failure(small.folder.path)?.description.hasPrefix(
                "\(path), byte 0: begins with 50 4b 03 0\(name.contains("images") ? 3 : 1), "
                    + "where an IDX file begins with 00 00 08 0") == true)
    }

    @Test(arguments: ["train", "t10k"], [-1, 1])
    func reportsCountsThatDiffer(part: String, surplus: Int) throws {
        let small = try SmallMNIST()
        let count = part == "train" ? SmallMNIST.trainingCount : SmallMNIST.testCount
        try small.folder.write(
            SmallMNIST.labels(count + surplus), to: "\(part)-labels-idx1-ubyte")
        let path = small.folder.path
        #expect(
            failure(path)?.description
                == "\(path)/\(part)-labels-idx1-ubyte: \(count + surplus) labels for \(count) images; "
                + "give all four files in MNIST's format, or \(Self.elsewhere)")
    }

    @Test func reportsImagesOfAnotherSize() throws {
        let small = try SmallMNIST()
        try small.folder.write(
            idxFile([7, 32, 32], repeatElement(0, count: 7 * 32 * 32)), to: "t10k-images-idx3-ubyte"
        )
        let error = try #require(failure(small.folder.path))
        #expect(error.problem == .wrongShape([7, 32, 32], expected: "n × 28 × 28"))
        #expect(error.offset == 4)
    }

    @Test func reportsTooFewImagesToTrainOn() throws {
        let small = try SmallMNIST()
        try small.folder.write(SmallMNIST.images(5000), to: "train-images-idx3-ubyte")
        #expect(failure(small.folder.path)?.problem == .tooFewImages(5000, needed: 5001))
    }

    /// EMNIST has letters, too.
    @Test func labelsOfMoreClasses() throws {
        let small = try SmallMNIST()
        var labels = SmallMNIST.labels(SmallMNIST.testCount)
        labels[8 + 5] = 61
        labels[8 + 6] = 255
        try small.folder.write(labels, to: "t10k-labels-idx1-ubyte")
        let test = try #require(try MNIST(folder: small.folder.path).test)
        #expect(test.labels.map(Array.init)?.suffix(3) == [4, 61, 255])
    }

    @Test func refusesAFileBeyondTheLimit() throws {
        let folder = try TemporaryFolder()
        try folder.write([UInt8](repeating: 0, count: 101), to: "file")
        #expect(
            throws: DatasetError(
                .tooLarge(bytes: 101, limit: 100), path: folder.path(of: "file"))
        ) {
            try IDX(path: folder.path(of: "file"), shape: [nil], limit: 100)
        }
    }

    /// A device has no size that could be looked at beforehand.
    @Test func refusesAnEndlessFile() throws {
        #expect(throws: DatasetError.self) {
            try IDX(path: "/dev/zero", shape: [nil], limit: 1 << 20)
        }
    }
}
