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
        /// Checkpoints are there, but no state file that names them.
        case noState
        /// The file is not as it was written.
        case damaged(Damage)
        /// There are files of data of this prefix, and no index.
        case noIndex
        /// It is something else than a checkpoint's file.
        case foreign(ForeignFile)
        /// A block of the index is compressed in a way that is not known, by the number it has.
        case compressed(type: UInt8)
        /// It was written for readers of this version of the format or later ones.
        case tooNew(version: Int)
        /// It was written in this version of the format, before all that are read.
        case tooOld(version: Int)
        /// It says that readers of this version must not read it.
        case refusedReader
        /// The tensor holds neither numbers nor strings; TensorFlow's number for its type.
        case notNumbers(type: Int)
        /// A tensor of this name is not in the checkpoint.
        case noSuchTensor
        /// These tensors are not in the checkpoint as they are wanted, of so many wanted ones; and the
        /// names of those that it has.
        case mismatch([Mismatch], wanted: Int, stored: [String])
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
        /// A compressed block cannot be unpacked.
        case wrongCompression
        /// The index of the blocks disagrees with them.
        case wrongIndex
        /// The first entry is not a checkpoint's header.
        case wrongHeader
        /// An entry does not describe a tensor, or not hold its elements.
        case wrongTensor
        /// The parts of a tensor are not there, overlap, or are not all of it.
        case wrongParts
        /// A state file is not in protobuf's text format, or names no checkpoint.
        case wrongState
    }

    init(_ problem: Problem, path: String, offset: Int? = nil, tensor: String? = nil) {
        self.problem = problem
        self.path = path
        self.offset = offset
        self.tensor = tensor
    }

    /// Sees whether a file is something that people have in a checkpoint's place.
    static func checkIsNotForeign(_ file: InputFile) throws(CheckpointError) {
        let start = try orCheckpointError { () throws(FileError) in
            try file.bytes(ForeignFile.byteCount, at: 0)
        }
        if let foreign = ForeignFile(beginningWith: start) {
            throw CheckpointError(.foreign(foreign), path: file.path)
        }
    }

    /// The error for a file of data that is a text of a known kind, such as a pointer of Git LFS.
    static func textInPlace(of path: String) -> CheckpointError? {
        guard let file = try? InputFile(opening: path),
            let start = try? file.bytes(ForeignFile.byteCount, at: 0), start.count > 8,
            start.prefix(32).allSatisfy({ (0x20..<0x7f).contains($0) || $0 == 0x0a }),
            let foreign = ForeignFile(beginningWith: start)
        else { return nil }
        return CheckpointError(.foreign(foreign), path: path)
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
