public import RecordIO

/// Why data could not be read. Its description is one line that names the file, the byte where that
/// helps, and what to do.
public struct DatasetError: Error, Equatable, Sendable {
    /// What is wrong with a file or folder.
    public enum Problem: Equatable, Sendable {
        /// The folder is not there.
        case missingFolder
        /// A file or something else is in the folder's place.
        case noFolder
        /// Neither the file nor the same name with a dot or `.gz` is in its folder, in which some of the
        /// others are or none.
        case missingFile(besideOthers: Bool)
        /// It is something else than an IDX file.
        case foreign(ForeignFile)
        /// The system refuses to open or read it, or it is not read.
        case unreadable(FileError)
        /// It holds, or promises, more bytes than are read into memory.
        case tooLarge(bytes: Int, limit: Int)
        /// Its first bytes are not those of an IDX file of the expected rank.
        case wrongMagic([UInt8], expected: [UInt8])
        /// Its arrays have another shape than images of MNIST.
        case wrongShape([Int], expected: String)
        /// It ends before what its header promises.
        case truncated(promised: Int)
        /// More bytes follow where it should end.
        case trailingBytes
        /// The gzip stream ends too early.
        case gzipCut
        /// The gzip stream is damaged; what zlib says about it.
        case gzipDamaged(String)
        /// There are as many labels as said here, for another number of images.
        case countsDiffer(images: Int, labels: Int)
        /// It holds too few images.
        case tooFewImages(Int, needed: Int)
        /// It is no PNG image that can be read; why.
        case unreadableImage(String)
        /// A folder of images has none, or that of a class.
        case noImages
        /// Images lie beside the folders of classes.
        case imagesBesideClasses(String)
        /// There are more classes than labels can tell apart.
        case tooManyClasses(Int)
        /// No image has the label, though others have greater ones.
        case emptyClass(Int)
        /// A folder has several of EMNIST's sets.
        case severalSets([String])
        /// A file names another number of classes than labels tell of.
        case wrongNameCount(Int, classes: Int)
    }

    /// The file or folder.
    public let path: String
    /// Where in the file the problem lies: in the bytes as stored when the gzip stream itself is at
    /// fault, otherwise in the unpacked bytes.
    public let offset: Int?
    /// What is wrong.
    public let problem: Problem

    init(_ problem: Problem, path: String, offset: Int? = nil) {
        self.path = path
        self.offset = offset
        self.problem = problem
    }

    init(_ error: FileError) {
        if case .tooLarge(let byteCount, let limit) = error.obstacle {
            self.init(.tooLarge(bytes: byteCount, limit: limit), path: error.path)
        } else {
            self.init(.unreadable(error), path: error.path)
        }
    }
}

extension DatasetError: CustomStringConvertible {
    /// The whole of it in one line: file, byte, problem, and what to do.
    public var description: String {
        if case .unreadable(let error) = problem { return "\(error)" }
        let place = offset.map { "\(path), byte \($0)" } ?? path
        let problem =
            problem == .missingFolder
            ? Folder.absence(of: path, kind: "folder") : "\(problem)"
        return "\(place): \(problem); \(remedy)"
    }

    private var remedy: String {
        switch problem {
        case .missingFolder, .missingFile(besideOthers: false):
            "tools/fetch-mnist \(folder) downloads MNIST"
        case .noFolder:
            "name the folder that MNIST's four files are in"
        case .unreadableImage:
            "replace it, or take it out"
        case .noImages:
            "put PNG images there, or take the folder out"
        case .imagesBesideClasses:
            "put each image into the folder of its class"
        case .tooManyClasses:
            "give fewer folders"
        case .emptyClass:
            "give images of it, or number the classes without gaps"
        case .severalSets(let names):
            "name one of them, like \(FilePath.joining(path, names.first ?? ""))"
        case .wrongNameCount:
            "give a name a line, in the order of the labels"
        case .unreadable:
            "check the path and its permissions"
        case .foreign(let file):
            file.advice
        case .truncated, .gzipCut, .gzipDamaged, .trailingBytes:
            "copy it again, or \(elsewhere)"
        case .missingFile(besideOthers: true), .tooLarge, .wrongMagic, .wrongShape, .countsDiffer,
            .tooFewImages:
            "give all four files in MNIST's format, or \(elsewhere)"
        }
    }

    /// Not into a folder that has files of the same names: these may be the user's own.
    private var elsewhere: String {
        "download MNIST into a folder of its own by tools/fetch-mnist MNIST"
    }

    private var folder: String {
        if problem == .missingFolder { return path }
        return FilePath.folder(of: path)
    }
}

extension DatasetError.Problem: CustomStringConvertible {
    /// The problem alone, without the file's name.
    public var description: String {
        switch self {
        case .missingFolder:
            "no such folder"
        case .noFolder:
            "is not a folder"
        case .missingFile:
            "no such file, nor one with .gz"
        case .foreign(let file):
            "\(file.name), not an IDX file"
        case .unreadable(let error):
            "\(error)"
        case .tooLarge(let bytes, let limit):
            "\(bytes) bytes are more than MNIST can have (\(limit))"
        case .wrongMagic(let bytes, let expected):
            "begins with \(hex(bytes)), where an IDX file begins with \(hex(expected))"
        case .wrongShape(let shape, let expected):
            "has the shape \(shape.map(String.init).joined(separator: " × ")), not \(expected)"
        case .truncated(let promised):
            "ends here, \(promised) bytes are promised by its header"
        case .trailingBytes:
            "more bytes follow the end of the data"
        case .gzipCut:
            "the gzip stream is cut off here"
        case .gzipDamaged(let reason):
            "the gzip stream is damaged (\(reason))"
        case .countsDiffer(let images, let labels):
            "\(labels) labels for \(images) images"
        case .tooFewImages(let count, let needed):
            "\(count) images, at least \(needed) are needed"
        case .unreadableImage(let reason):
            reason
        case .noImages:
            "no PNG images"
        case .imagesBesideClasses(let name):
            "\(name) lies beside folders of classes"
        case .tooManyClasses(let count):
            "\(count) folders of classes, where labels tell 256 apart"
        case .emptyClass(let label):
            "no image has the label \(label)"
        case .severalSets(let names):
            "has several sets, \(names.joined(separator: ", "))"
        case .wrongNameCount(let count, let classes):
            "\(count) names for \(classes) classes"
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "nothing" }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
