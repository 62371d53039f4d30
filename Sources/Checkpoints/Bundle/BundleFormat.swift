/// A checkpoint's files, which TensorFlow calls a tensor bundle:
///
///     <prefix>.index                  a table: "" → header, each tensor's name → entry
///     <prefix>.data-00000-of-00001    the tensors' bytes, one behind the other
///
/// There may be more files of data, each with its number; an entry tells in which one its tensor
/// is, and where. One that no entry names need not be there. Header and entries are messages of protobuf (`tensor_bundle.proto`).
///
/// Source: TensorFlow's `core/util/tensor_bundle/tensor_bundle.cc` and `naming.cc`.
enum BundleFormat {
    /// The key of the header.
    static let headerKey: [UInt8] = []
    /// The most bytes that an index may have: a hundred or two for each tensor.
    static let longestIndex = 1 << 28
    /// What the keys of a partitioned tensor's parts begin with.
    static let partKeyStart: UInt8 = 0

    /// The path of the index.
    static func indexPath(prefix: String) -> String {
        "\(prefix).index"
    }

    /// The path of one of the files of data.
    static func dataPath(prefix: String, shard: Int, of shardCount: Int) -> String {
        "\(prefix).data-\(fiveDigits(shard))-of-\(fiveDigits(shardCount))"
    }

    /// The path of one of several files in format V1.
    static func shardPath(_ prefix: String, _ number: Int, of count: Int) -> String {
        "\(prefix)-\(fiveDigits(number))-of-\(fiveDigits(count))"
    }

    /// The prefix of the checkpoint that a file of this name belongs to; `nil` for another file.
    static func checkpoint(ofFile name: String) -> String? {
        // TensorFlow writes the graph beside its checkpoints, as `.meta`.
        name.wholeMatch(of: /(?s)(.+)\.(index|meta|data-[0-9]{5}-of-[0-9]{5})/).map { String($0.1) }
    }

    /// The prefix of the checkpoint whose data are in a file of this name; `nil` for another file.
    static func checkpoint(ofDataFile name: String) -> String? {
        name.wholeMatch(of: /(?s)(.+)\.data-[0-9]{5}-of-[0-9]{5}/).map { String($0.1) }
    }

    private static func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

/// What a checkpoint's index says about the checkpoint.
struct BundleHeader: Equatable {
    /// How many files of data there are.
    var shardCount = 1
    /// Whether numbers are stored with their highest byte first.
    var isBigEndian = false
    /// The version of the format that it was written in.
    var versions = FormatVersions(producer: FormatVersions.current)
}

/// What a checkpoint's index says about a tensor.
struct BundleEntry: Equatable {
    /// TensorFlow's number for the type of the elements; perhaps none of an array.
    var type: Int
    /// The size of each dimension.
    var shape: [Int]
    /// In which file of data the bytes are.
    var shard = 0
    /// Where they start in it.
    var offset: Int
    /// How many they are.
    var byteCount: Int
    /// Their masked CRC32C.
    var maskedChecksum: UInt32
    /// The parts in which the tensor is stored, which have entries of their own; none if it is whole.
    var slices: [TensorSlice] = []

    /// Whether the bytes are as many as the type and the shape need, and can be in a file. Nothing
    /// is said about a tensor whose type is not known or that is stored in parts.
    func isSound(shardCount: Int) -> Bool {
        guard let elementType = DataType(ofArrays: type), slices.isEmpty else { return true }
        let isRightSize =
            elementType == .string
            ? elementCount(ofShape: shape).map { $0 <= byteCount } ?? false
            : byteCount == elementType.byteCount(ofShape: shape)
        return isRightSize
            && (0..<shardCount).contains(shard)
            && offset >= 0 && !offset.addingReportingOverflow(byteCount).overflow
    }
}
