internal import RecordIO

/// The MNIST database of handwritten digits by Yann LeCun and Corinna Cortes, in the parts that
/// TensorFlow 1's `read_data_sets` makes of it; or other images of its size.
///
///     let data = try MNIST(folder: "MNIST")
///     let batch = data.train.pixels(0..<10)   // [10, 784], 0...1
public struct MNIST: Sendable {
    /// Pixels along each side of an image.
    public static let side = 28
    /// Pixels of an image, 784.
    public static let pixelCount = side * side
    /// How many of the first training images are kept for validation.
    public static let validationCount = 5000

    /// What to train on: the training images from 5000 on.
    public let train: Examples
    /// The first 5000 training images.
    public let validation: Examples
    /// All training images, those of validation included.
    public let all: Examples
    /// The test images; nil in `sample`.
    public let test: Examples?

    /// The classes' names, in the order of their labels: for MNIST its digits; empty without labels.
    public let classNames: [String]

    /// Reads the images of a folder, or of one of the sets in it.
    ///
    /// | what is there | images | classes |
    /// |---|---|---|
    /// | MNIST's four files | as they are | labels, with the names of `classes.txt` if there is one |
    /// | EMNIST's four files | turned upright | its digits and letters |
    /// | PNG images | as gray, scaled to 28 × 28 | none |
    /// | folders of PNG images | the same | the folders, in the order of their names |
    ///
    /// MNIST's four files are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    /// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`. Where a file is not there, the same name
    /// with `.gz` is, or with a dot for the second `-`; any of them may be gzip-compressed.
    /// Fashion-MNIST's and KMNIST's are called the same. EMNIST's begin with the set's name,
    /// `emnist-letters-train-…` and `emnist-letters-test-…`; where a folder has several sets, the
    /// path ends in the name of one.
    ///
    /// - Parameters:
    ///   - folder: the folder's path, or that with the name of a set in it.
    ///   - validationCount: how many of the first training images are kept for ``validation``; there
    ///     have to be more.
    /// - Throws: when a file is missing, cannot be read or is damaged, when images and labels are not
    ///   equally many, when a class has no images, or when there are too few images.
    public init(
        folder: String, validationCount: Int = MNIST.validationCount
    ) throws(DatasetError) {
        if let (set, folder) = Self.emnist(at: folder) {
            try self.init(emnist: set, in: folder, validationCount: validationCount)
            return
        }
        let isFolder: Bool
        do throws(FileError) {
            isFolder = try Folder.isFolder(folder)
        } catch {
            throw DatasetError(error)
        }
        guard isFolder else {
            throw DatasetError(Folder.exists(folder) ? .noFolder : .missingFolder, path: folder)
        }
        let sets = try Self.emnistSets(in: folder)
        if sets.count > 1 { throw DatasetError(.severalSets(sets), path: folder) }
        if let set = sets.first {
            try self.init(emnist: set, in: folder, validationCount: validationCount)
            return
        }
        if let images = try ImageFolder(at: folder) {
            let examples = try images.examples(atLeast: validationCount + 1)
            self.init(
                training: examples, test: nil, classNames: images.classNames,
                validationCount: validationCount)
            return
        }
        let training = try Self.examples("train", in: folder, atLeast: validationCount + 1)
        self.init(
            training: training, test: try Self.examples("t10k", in: folder, atLeast: 1),
            classNames: try Self.classNames(of: training, in: folder),
            validationCount: validationCount)
    }

    init(
        training: Examples, test: Examples?, classNames: [String] = [],
        validationCount: Int = MNIST.validationCount
    ) {
        validation = training.part(0..<validationCount)
        train = training.part(validationCount..<training.count)
        all = training
        self.test = test
        self.classNames = classNames
    }

    static func examples(
        _ name: String, in folder: String, atLeast needed: Int
    ) throws(DatasetError) -> Examples {
        let imagesPath = try file("\(name)-images-idx3-ubyte", in: folder)
        let images = try IDX(path: imagesPath, shape: [nil, side, side])
        guard images.shape[0] >= needed else {
            throw DatasetError(.tooFewImages(images.shape[0], needed: needed), path: imagesPath)
        }

        let labelsPath = try file("\(name)-labels-idx1-ubyte", in: folder)
        let labels = try IDX(path: labelsPath, shape: [nil])
        guard labels.shape == [images.shape[0]] else {
            throw DatasetError(
                .countsDiffer(images: images.shape[0], labels: labels.shape[0]), path: labelsPath)
        }
        return Examples(bytes: images.values, labels: labels.values)
    }

    /// Where a file is in a folder: under its name or the one that browsers and archives give it, with
    /// a dot; compressed or not.
    private static func file(_ name: String, in folder: String) throws(DatasetError) -> String {
        if let path = existing(name, in: folder) { return path }
        let hasOthers = names.contains { existing($0, in: folder) != nil }
        throw DatasetError(
            .missingFile(besideOthers: hasOthers), path: path(of: name, in: folder))
    }

    private static func existing(_ name: String, in folder: String) -> String? {
        let dotted = name.replacing("-idx", with: ".idx")
        return [name, "\(name).gz", dotted, "\(dotted).gz"].map { path(of: $0, in: folder) }
            .first(where: Folder.exists)
    }

    private static func path(of name: String, in folder: String) -> String {
        FilePath.joining(folder, name)
    }

    private static let names = ["train", "t10k"].flatMap {
        ["\($0)-images-idx3-ubyte", "\($0)-labels-idx1-ubyte"]
    }
}
