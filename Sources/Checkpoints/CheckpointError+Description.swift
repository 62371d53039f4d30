internal import RecordIO

extension CheckpointError: CustomStringConvertible {
    /// The whole of it in one line: file, byte, tensor, problem, and what to do.
    public var description: String { Self.oneLine(text) }

    /// What is wrong and where, without what to do: file, byte, tensor, problem.
    public var cause: String { Self.oneLine(causeText) }

    private var text: String {
        if case .system = problem { return causeText }
        return "\(causeText); \(remedy)"
    }

    private var causeText: String {
        if case .system(let error) = problem {
            return "\(error)" + (tensor.map { " (to read \($0))" } ?? "")
        }
        let place = offset.map { "\(path), byte \($0)" } ?? path
        let subject = tensor.map { "\(place): \($0)" } ?? place
        if case .noCheckpoint = problem {
            return "\(subject): \(Self.absence(of: path))"
        }
        return "\(subject): \(problem)"
    }

    /// Says that there is no checkpoint, or that its name or its index is a link that leads nowhere.
    private static func absence(of path: String) -> String {
        let index = BundleFormat.indexPath(prefix: path)
        guard let target = Folder.target(ofDanglingLink: index) else {
            return Folder.absence(of: path, kind: "checkpoint")
        }
        return "its index is a link to \(target), where there is nothing"
    }

    /// A text without what could begin a new line: names come from files.
    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    private var remedy: String {
        switch problem {
        case .system:
            "check the path"
        case .noCheckpoint:
            "name the files without their endings, such as log/model.ckpt-100"
        case .noState, .damaged(.wrongState):
            "remove this file and name the checkpoint itself"
        case .noIndex:
            "restore another checkpoint, or copy all its files again"
        case .foreign(let file):
            file.advice
        case .damaged:
            "restore another checkpoint, or copy all its files again"
        case .compressed, .notNumbers, .tooOld:
            "let TensorFlow restore it and save it anew"
        case .tooNew, .refusedReader:
            "let the program that wrote it save in an older format"
        case .noSuchTensor, .mismatch:
            "restore a checkpoint of the same model"
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
        case .noState:
            "the file that names the checkpoints is gone"
        case .damaged(let damage):
            "\(damage)"
        case .noIndex:
            "files of data without their index"
        case .foreign(let file):
            "\(file.name), not a checkpoint's file"
        case .compressed(let type):
            "a block compressed in a way that is not known, number \(type)"
        case .tooNew(let version):
            "made for readers of the format's version \(version), this one reads version 1"
        case .tooOld(let version):
            "written in the format's version \(version), this one reads versions from 0 on"
        case .refusedReader:
            "not to be read by version 1 of the format, which this one reads"
        case .notNumbers(let type):
            "its type, number \(type) of TensorFlow's, is neither of numbers nor of strings"
        case .noSuchTensor:
            "not in the checkpoint"
        case .mismatch(let mismatches, let wanted, let stored):
            "\(mismatches.count) of \(wanted) variables cannot be restored: "
                + Self.firstOf(mismatches.map(\.description)) + "; it has "
                + (stored.isEmpty ? "none" : Self.firstOf(stored))
        case .duplicateName:
            "two variables have this name"
        case .reservedName:
            "a name is empty or begins with a zero byte"
        }
    }
}

extension CheckpointError.Problem {
    /// The first few of a list, and how many more there are.
    private static func firstOf(_ words: [String]) -> String {
        let (shown, rest) = (words.prefix(3), words.dropFirst(3))
        return shown.joined(separator: ", ") + (rest.isEmpty ? "" : " and \(rest.count) more")
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
        case .wrongCompression: "a compressed block that cannot be unpacked"
        case .wrongIndex: "the index of the blocks disagrees with them"
        case .wrongHeader: "the first entry is not a checkpoint's header"
        case .wrongTensor: "an entry that does not describe a tensor"
        case .wrongParts: "parts that are not there, overlap, or are not all of it"
        case .wrongState: "not the state of a folder's checkpoints"
        }
    }
}
