internal import RecordIO

/// A checkpoint of TensorFlow's: tensors by name. Both of its formats are read: V2, an index and one
/// or more files of data, and V1, one or more files of slices, which TensorFlow wrote until 2016.
/// V2 is written.
///
/// ```swift
/// try Checkpoint.write([("bias", TensorValue([0.5, 1], shape: [2]))], to: "log/model")
///
/// let checkpoint = try Checkpoint(opening: "log/model")
/// checkpoint.tensors.map(\.name)                        // ["bias"]
/// try checkpoint.tensor(named: "bias").values(of: Float.self)  // [0.5, 1]
/// ```
///
/// Opening reads what the files say of themselves, and checks it; tensors are read one by one as they
/// are asked for, and checked.
public struct Checkpoint: Sendable {
    /// The path of the files without their endings, such as `log/model.ckpt-100`.
    public let prefix: String

    private let contents: any CheckpointContents

    /// Opens a checkpoint.
    ///
    /// - Parameter path: The path of its files without their endings, or of one of them.
    /// - Throws: `CheckpointError` where there is none, or its files are damaged.
    public init(opening path: String) throws(CheckpointError) {
        let files = try CheckpointFiles(of: path)
        prefix = files.prefix
        contents =
            switch files.format {
            case .bundle: try Bundle(opening: files.prefix)
            case .slices(let paths): try SavedSlices(opening: paths)
            }
    }

    /// The tensors that can be read, by the bytes of their names. Such as hold neither numbers nor
    /// strings are not among them.
    public var tensors: [TensorDescription] {
        contents.tensors.compactMap(\.description)
    }

    /// Reads a tensor. The parts of a partitioned one are put together.
    ///
    /// - Throws: `CheckpointError` where there is none of that name, it holds neither numbers nor
    ///   strings, or its bytes cannot be read or are damaged.
    public func tensor(named name: String) throws(CheckpointError) -> TensorValue {
        guard let index = index(ofTensor: name) else {
            throw CheckpointError(.noSuchTensor, path: contents.path, tensor: name)
        }
        let tensor = contents.tensors[index]
        guard let elementType = tensor.elementType else {
            throw CheckpointError(.notNumbers(type: tensor.type), path: contents.path, tensor: name)
        }
        return try contents.tensor(at: index, elementType)
    }

    /// The file that tells of the tensors.
    var path: String { contents.path }

    /// The description of the tensor of a name; `nil` if there is none, or it cannot be read.
    func description(named name: String) -> TensorDescription? {
        index(ofTensor: name).flatMap { contents.tensors[$0].description }
    }

    /// Finds a tensor by the bytes of its name: names that Swift takes for equal, because they are
    /// written with other code points, are different tensors.
    private func index(ofTensor name: String) -> Int? {
        let tensors = contents.tensors
        var range = tensors.startIndex..<tensors.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if tensors[middle].name.utf8.lexicographicallyPrecedes(name.utf8) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        let index = range.lowerBound
        guard
            tensors.indices.contains(index), tensors[index].name.utf8.elementsEqual(name.utf8)
        else { return nil }
        return index
    }
}
