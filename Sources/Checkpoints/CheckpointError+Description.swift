extension CheckpointError: CustomStringConvertible {
    /// The whole of it in one line: file, byte, tensor, problem, and what to do.
    public var description: String {
        // Names come from files, and could begin a new line.
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    private var text: String {
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
