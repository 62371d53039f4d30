public import RecordIO

/// Why a checkpoint could not be read or written. Its description is one line that names the file,
/// the tensor and the byte where there are any, and what to do.
public struct CheckpointError: Error, Equatable, Sendable {
    /// What is wrong.
    public let problem: Problem
    /// The file, or the prefix of a checkpoint's files.
    public let path: String
    /// Where in the file the problem lies: bytes from its start.
    public let offset: Int?
    /// The tensor that it was found at.
    public let tensor: String?

    /// What can be wrong.
    public enum Problem: Equatable, Sendable {
        /// The system refuses to open, read or write a file.
        case system(FileError)
        /// There is no checkpoint of this prefix.
        case noCheckpoint
        /// The file is not as it was written.
        case damaged(Damage)
        /// The index is compressed, which TensorFlow's never is.
        case compressed
        /// The numbers are stored with their highest byte first.
        case bigEndian
        /// It was written for readers of this version of the format or later ones.
        case tooNew(version: Int)
        /// The tensor holds something else than numbers; TensorFlow's number for its type.
        case notNumbers(type: Int)
        /// The tensor is stored in parts, as TensorFlow does with partitioned variables.
        case partitioned
        /// A tensor of this name is not in the checkpoint.
        case noSuchTensor
        /// These tensors are not in the checkpoint as they are wanted; of so many wanted ones.
        case mismatch([Mismatch], wanted: Int)
        /// Two tensors to be written have the same name.
        case duplicateName
        /// A tensor's name is empty, or begins with a zero, which the format keeps for itself.
        case reservedName
    }

    /// How a file is not as it was written.
    public enum Damage: Equatable, Sendable {
        /// The file ends too soon.
        case truncated
        /// The file does not end as an index does.
        case noTable
        /// The footer is not one.
        case wrongFooter
        /// The bytes do not have their checksum.
        case wrongChecksum
        /// A block's restarts do not fit its entries.
        case wrongRestarts
        /// An entry reaches beyond its block, or its lengths are not numbers.
        case wrongEntry
        /// A key is not above the one before it.
        case keysNotRising
        /// The keys would take far more memory than their file.
        case oversizedKeys
        /// The blocks do not lie one behind the other.
        case misplacedBlock
        /// The index of the blocks disagrees with them.
        case wrongIndex
        /// The first entry is not a checkpoint's header.
        case wrongHeader
        /// An entry does not describe a tensor.
        case wrongTensor
        /// A state file is not in protobuf's text format, or names no checkpoint.
        case wrongState
    }

    init(_ problem: Problem, path: String, offset: Int? = nil, tensor: String? = nil) {
        self.problem = problem
        self.path = path
        self.offset = offset
        self.tensor = tensor
    }

    init(_ error: FileError, tensor: String? = nil) {
        self.init(.system(error), path: error.path, tensor: tensor)
    }
}

/// Runs `body`, and makes what the system refuses it an error of a checkpoint.
///
/// - Parameter tensor: The tensor that the call is for.
func orCheckpointError<Result>(
    tensor: String? = nil, _ body: () throws(FileError) -> Result
) throws(CheckpointError) -> Result {
    do {
        return try body()
    } catch {
        throw CheckpointError(error, tensor: tensor)
    }
}

/// How a tensor of a checkpoint differs from the one that is wanted.
public struct Mismatch: Equatable, Sendable, CustomStringConvertible {
    /// What is wanted.
    public let wanted: TensorDescription
    /// What the checkpoint has under this name; `nil` for nothing, or nothing that is numbers.
    public let found: TensorDescription?

    /// A few words, such as `conv1/weights is missing`.
    public var description: String {
        guard let found else { return "\(wanted.name) is missing" }
        var differences: [String] = []
        if found.elementType != wanted.elementType {
            differences.append("is \(found.elementType), not \(wanted.elementType)")
        }
        if found.shape != wanted.shape {
            differences.append("has the shape \(found.shape), not \(wanted.shape)")
        }
        return "\(wanted.name) \(differences.joined(separator: " and "))"
    }
}

extension CheckpointError: CustomStringConvertible {
    /// The whole of it in one line: file, byte, tensor, problem, and what to do.
    public var description: String {
        if case .system(let error) = problem {
            return "\(error)" + (tensor.map { " (to read \($0))" } ?? "")
        }
        let place = offset.map { "\(path), byte \($0)" } ?? path
        let subject = tensor.map { "\(place): \($0)" } ?? place
        return "\(subject): \(problem); \(remedy)"
    }

    private var remedy: String {
        switch problem {
        case .system:
            "check the path"
        case .noCheckpoint:
            "name the files without their endings, such as log/model.ckpt-100"
        case .damaged(.wrongState):
            "remove this file and name the checkpoint itself"
        case .damaged, .compressed:
            "restore another checkpoint, or copy all its files again"
        case .bigEndian, .partitioned, .notNumbers:
            "let TensorFlow restore it and save it anew"
        case .tooNew:
            "let the program that wrote it save in an older format"
        case .noSuchTensor, .mismatch:
            "restore a checkpoint of the same model, or only the variables that agree"
        case .duplicateName, .reservedName:
            "give each variable a name of its own"
        }
    }
}

extension CheckpointError.Problem: CustomStringConvertible {
    /// The problem alone, without the file's name.
    public var description: String {
        switch self {
        case .system(let error):
            "\(error)"
        case .noCheckpoint:
            "no such checkpoint"
        case .damaged(let damage):
            "\(damage)"
        case .compressed:
            "a compressed index, which TensorFlow's checkpoints do not have"
        case .bigEndian:
            "the numbers' highest bytes come first"
        case .tooNew(let version):
            "made for readers of the format's version \(version), this one reads version 1"
        case .notNumbers(let type):
            "its type, number \(type) of TensorFlow's, is not one of numbers"
        case .partitioned:
            "stored in parts"
        case .noSuchTensor:
            "not in the checkpoint"
        case .mismatch(let mismatches, let wanted):
            "\(mismatches.count) of \(wanted) variables cannot be restored: "
                + mismatches.map(\.description).joined(separator: ", ")
        case .duplicateName:
            "two variables have this name"
        case .reservedName:
            "a name is empty or begins with a zero byte"
        }
    }
}

extension CheckpointError.Damage: CustomStringConvertible {
    /// What is damaged, in a few words.
    public var description: String {
        switch self {
        case .truncated: "the file ends too soon"
        case .noTable: "the file does not end as an index does"
        case .wrongFooter: "a wrong footer"
        case .wrongChecksum: "the bytes from here on have a wrong checksum"
        case .wrongRestarts: "a block's restarts do not fit its entries"
        case .wrongEntry: "an entry that its block cannot hold"
        case .keysNotRising: "a name that is not above the one before it"
        case .oversizedKeys: "names that take far more memory than the file"
        case .misplacedBlock: "the blocks do not lie one behind the other"
        case .wrongIndex: "the index of the blocks disagrees with them"
        case .wrongHeader: "the first entry is not a checkpoint's header"
        case .wrongTensor: "an entry that does not describe a tensor"
        case .wrongState: "not the state of a folder's checkpoints"
        }
    }
}
