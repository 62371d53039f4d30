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
