internal import RecordIO

/// The MNIST database of handwritten digits by Yann LeCun and Corinna Cortes, in the parts that
/// TensorFlow 1's `read_data_sets` makes of it.
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

    /// How many classes the labels tell of: one more than the greatest; 0 without labels.
    public var classCount: Int { (all.labels?.max()).map { Int($0) + 1 } ?? 0 }

    /// Reads the four IDX files from `folder`: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    /// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`. Where a file is not there, the same name
    /// with `.gz` is, or with a dot for the second `-`; any of them may be gzip-compressed.
    ///
    /// Images and labels need not be those of MNIST: other sets have its format, such as EMNIST with
    /// its 62 classes.
    ///
    /// - Throws: when a file is missing, cannot be read or is damaged, when images and labels are not
    ///   equally many, or when there are 5000 training images or fewer.
    public init(folder: String) throws(DatasetError) {
        let isFolder: Bool
        do throws(FileError) {
            isFolder = try Folder.isFolder(folder)
        } catch {
            throw DatasetError(error)
        }
        guard isFolder else {
            throw DatasetError(Folder.exists(folder) ? .noFolder : .missingFolder, path: folder)
        }
        let training = try Self.examples("train", in: folder, atLeast: Self.validationCount + 1)
        self.init(training: training, test: try Self.examples("t10k", in: folder, atLeast: 1))
    }

    init(training: Examples, test: Examples?) {
        validation = training.part(0..<Self.validationCount)
        train = training.part(Self.validationCount..<training.count)
        all = training
        self.test = test
    }

    private static func examples(
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
