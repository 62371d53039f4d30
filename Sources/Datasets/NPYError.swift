public import RecordIO

/// Why a NumPy file could not be read. Its description is one line that names the file, the byte
/// where that helps, and what to do.
public struct NPYError: Error, Equatable, Sendable {
    /// What can be wrong.
    public enum Problem: Equatable, Sendable {
        /// The system refuses to open or read it.
        case system(FileError)
        /// It does not begin as a NumPy file does.
        case noNPY
        /// It is something else.
        case foreign(ForeignFile)
        /// It is of a version of the format that there is not.
        case wrongVersion(UInt8)
        /// It ends inside its header.
        case truncated
        /// Its header is no dictionary of a type, an order and a shape.
        case wrongHeader
        /// Its elements are not real numbers; NumPy's name for what they are.
        case wrongType(String)
        /// A number of this type is not one of float32.
        case notAFloat(String, type: String)
        /// Its array has another shape than is needed.
        case wrongShape([Int], expected: [Int?])
        /// So many bytes of data follow the header, which promises another number; `nil` for more
        /// than any file can have.
        case wrongLength(promised: Int?, found: Int)
    }

    /// The file.
    public let path: String
    /// Where in the file the problem lies: bytes from its start.
    public let offset: Int?
    /// What is wrong.
    public let problem: Problem

    init(_ problem: Problem, path: String, offset: Int? = nil) {
        self.path = path
        self.offset = offset
        self.problem = problem
    }
}

extension NPYError: CustomStringConvertible {
    /// The whole of it in one line: file, byte, problem, and what to do.
    public var description: String {
        if case .system(let error) = problem { return "\(error)" }
        let place = offset.map { "\(path), byte \($0)" } ?? path
        return "\(place): \(problem); \(remedy)"
    }

    private var remedy: String {
        switch problem {
        case .foreign(let file): file.advice
        case .wrongType, .notAFloat: "write array.astype('float32') by numpy.save"
        default: "write it by numpy.save"
        }
    }
}

extension NPYError.Problem: CustomStringConvertible {
    /// The problem alone, without the file's name.
    public var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .noNPY: "not an array of NumPy's"
        case .foreign(let file): "\(file.name), not an array of NumPy's"
        case .wrongVersion(let version): "version \(version) of NumPy's format is not known"
        case .truncated: "ends inside its header"
        case .wrongHeader: "the header is not a type, an order and a shape"
        case .wrongType(let name): "the elements are '\(name)', not real numbers"
        case .notAFloat(let number, let type): "\(number) of type '\(type)' is no float32"
        case .wrongShape(let shape, let expected):
            "the shape is \(text(shape)), not \(text(expected))"
        case .wrongLength(let promised, let found):
            "\(found) bytes of data, where the header promises \(promised.map(String.init) ?? "too many")"
        }
    }

    /// A shape as NumPy writes it, `n` for any size.
    private func text(_ shape: [Int?]) -> String {
        let sizes = shape.map { $0.map(String.init) ?? "n" }
        return "(\(sizes.joined(separator: ", "))\(sizes.count == 1 ? "," : ""))"
    }
}
