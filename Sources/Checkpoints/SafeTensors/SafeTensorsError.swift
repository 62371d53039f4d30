public import RecordIO

/// Why a safetensors file could not be read. Its description is one line that names the file, the byte
/// where that helps, and what to do.
public struct SafeTensorsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What can be wrong.
    public enum Problem: Equatable, Sendable {
        /// The system refuses to open or read it.
        case system(FileError)
        /// It is something else.
        case foreign(ForeignFile)
        /// It ends before what its header promises.
        case truncated
        /// Its header is not as the format has it.
        case wrongHeader
        /// A tensor's elements are of a type that is not read.
        case unknownType(String, tensor: String)
        /// A tensor does not lie where the one before ends, or takes not as many bytes as its shape
        /// says.
        case wrongPlace(tensor: String)
        /// Bytes follow that belong to no tensor.
        case trailingBytes
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

    /// The whole of it in one line.
    public var description: String {
        let words =
            switch problem {
            case .system(let error): "\(error)"
            case .foreign(let file): "\(file.name), not a safetensors file; \(file.advice)"
            case .truncated: "the file ends here, before what its header promises; copy it again"
            case .wrongHeader: "is not the header of a safetensors file; name one"
            case .unknownType(let type, let tensor):
                "\(tensor) is of the type \(type), which is not read; save it as F32"
            case .wrongPlace(let tensor):
                "\(tensor) does not lie where its shape and the tensor before say; write it again"
            case .trailingBytes: "bytes follow that belong to no tensor; copy it again"
            }
        if case .system = problem { return words }
        return (offset.map { "\(path), byte \($0)" } ?? path) + ": \(words)"
    }
}
