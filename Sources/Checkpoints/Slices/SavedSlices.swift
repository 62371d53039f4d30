internal import RecordIO

/// A checkpoint in TensorFlow's format V1: a table of parts of tensors, in one file or several.
///
///     <prefix>                          "" → what the file has of which tensor,
///     or <prefix>-00000-of-00002 …      a part's key → its name and its elements
///
/// The values are messages of protobuf (`saved_tensor_slice.proto`). Tensors that are not partitioned
/// have a single part, which is all of them. `TensorSlice.key` has the keys.
///
/// Source: TensorFlow's `core/util/tensor_slice_writer.cc` and `tensor_slice_reader.cc`.
struct SavedSlices: CheckpointContents {
    let tensors: [StoredTensor]
    let path: String

    private let tables: [TableReader]
    /// Of each tensor, its parts and the files that they are in.
    private let parts: [[(table: Int, slice: TensorSlice)]]

    /// The longest block: one that has a message of the greatest length and its key.
    private static let longestBlock = Int(Int32.max) + 1 << 20

    /// Reads what files say of themselves.
    init(opening paths: [String]) throws(CheckpointError) {
        path = paths[0]
        var tables: [TableReader] = []
        // By the bytes of the names: Swift takes some for equal that differ.
        var tensors: [[UInt8]: (tensor: StoredTensor, parts: [(table: Int, slice: TensorSlice)])] =
            [:]
        for path in paths {
            let file = try orCheckpointError { () throws(FileError) in
                try InputFile(opening: path)
            }
            let table = try TableReader(file, longestBlock: Self.longestBlock)
            for tensor in try Self.meta(of: table, path: path).tensors {
                let key = Array(tensor.name.utf8)
                let stored = StoredTensor(
                    name: tensor.name, type: tensor.type, shape: tensor.shape)
                guard tensors[key].map({ $0.tensor.hasTypeAndShape(of: stored) }) ?? true else {
                    throw CheckpointError(.damaged(.wrongParts), path: path, tensor: tensor.name)
                }
                tensors[key, default: (stored, [])].parts += tensor.slices.map {
                    (tables.count, $0)
                }
            }
            tables.append(table)
        }
        self.tables = tables
        let sorted = tensors.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        self.tensors = sorted.map(\.value.tensor)
        parts = sorted.map(\.value.parts)
    }

    private static func meta(
        of table: TableReader, path: String
    ) throws(CheckpointError) -> SavedSlicesMeta {
        guard
            let first = try table.entry([]), let meta = SavedSlicesMeta(decoding: first.value)
        else { throw CheckpointError(.damaged(.wrongHeader), path: path, offset: 0) }
        if let problem = meta.versions.problem {
            throw CheckpointError(problem, path: path, offset: 0)
        }
        return meta
    }

    func tensor(at index: Int, _ elementType: DataType) throws(CheckpointError) -> TensorValue {
        let (tensor, parts) = (tensors[index], parts[index])
        let damaged = CheckpointError(.damaged(.wrongParts), path: path, tensor: tensor.name)
        var ranges: [[Range<Int>]] = []
        var count = 0
        for part in parts {
            guard
                let range = part.slice.ranges(in: tensor.shape),
                let size = elementCount(ofShape: range.map(\.count))
            else { throw damaged }
            let (sum, overflow) = count.addingReportingOverflow(size)
            guard !overflow else { throw damaged }
            count = sum
            ranges.append(range)
        }
        if parts.count == 1, ranges[0].map(\.count) == tensor.shape {
            return try part(parts[0], ranges[0], of: tensor, elementType)
        }
        var whole = PartitionedTensor(elementType: elementType, shape: tensor.shape)
        guard whole.hasRoom(for: count) else { throw damaged }
        for (part, ranges) in zip(parts, ranges) {
            whole.add(try self.part(part, ranges, of: tensor, elementType), at: ranges)
        }
        guard let tensor = whole.tensor() else { throw damaged }
        return tensor
    }

    /// Reads a part.
    private func part(
        _ part: (table: Int, slice: TensorSlice), _ ranges: [Range<Int>], of tensor: StoredTensor,
        _ elementType: DataType
    ) throws(CheckpointError) -> TensorValue {
        let table = tables[part.table]
        guard let entry = try table.entry(part.slice.key(ofTensor: tensor.name)) else {
            throw CheckpointError(.damaged(.wrongParts), path: table.path, tensor: tensor.name)
        }
        guard
            let slice = SavedSlice(
                decoding: entry.value, elementType, shape: ranges.map(\.count)),
            slice.name.utf8.elementsEqual(tensor.name.utf8)
        else {
            throw CheckpointError(
                .damaged(.wrongTensor), path: table.path, offset: entry.offset, tensor: tensor.name)
        }
        return slice.elements
    }
}
