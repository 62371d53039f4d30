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
        #expect(failure(folder.path(of: "file"))?.problem == .missingFolder)
    }

    static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]

    @Test(arguments: names)
    func reportsEachMissingFile(name: String) throws {
        let small = try SmallMNIST()
        try FileManager.default.removeItem(atPath: small.folder.path(of: name))
        let path = small.folder.path
        #expect(
            failure(path)?.description
                == "\(path)/\(name): no such file, nor one with .gz; "
                + "tools/fetch-mnist \(path) downloads MNIST")
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
                + "by its header; tools/fetch-mnist \(small.folder.path) downloads MNIST anew")

        try small.folder.write(whole + [0], to: name)
        #expect(
            failure(small.folder.path)?.description
                == "\(path), byte \(whole.count): more bytes follow the end of the data; "
                + "tools/fetch-mnist \(small.folder.path) downloads MNIST anew")

        try small.folder.write([0x50, 0x4b, 3] + whole.dropFirst(3), to: name)
        #expect(
            failure(small.folder.path)?.description.hasPrefix(
                "\(path), byte 0: begins with 50 4b 03 0\(name.contains("images") ? 3 : 1), "
                    + "where an IDX file begins with 00 00 08 0") == true)

        try small.folder.write([], to: name)
        #expect(
            failure(small.folder.path)?.description.hasPrefix(
                "\(path), byte 0: begins with nothing")
                == true)
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
                + "tools/fetch-mnist \(path) downloads MNIST anew")
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

    @Test func reportsALabelThatIsNoDigit() throws {
        let small = try SmallMNIST()
        var labels = SmallMNIST.labels(SmallMNIST.testCount)
        labels[8 + 5] = 10
        try small.folder.write(labels, to: "t10k-labels-idx1-ubyte")
        let error = try #require(failure(small.folder.path))
        #expect(error.problem == .labelOutOfRange(10))
        #expect(error.offset == 13)
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
