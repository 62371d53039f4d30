internal import RecordIO

/// What one block of a table holds, unpacked where it is compressed, and its checksum checked.
struct BlockContents {
    let bytes: [UInt8]
    let path: String
    /// Where the block starts in the file.
    let start: Int
    /// Whether a byte of the contents has no place of its own in the file.
    private let isCompressed: Bool

    /// Reads a block.
    ///
    /// - Parameter limit: The most bytes that it may take, as it lies in the file and unpacked.
    init(
        of block: BlockHandle, in file: InputFile, limit: Int
    ) throws(CheckpointError) {
        path = file.path
        start = block.offset
        guard block.length <= limit else {
            throw CheckpointError(
                .system(
                    FileError(
                        path: path, obstacle: .tooLarge(byteCount: block.length, limit: limit))),
                path: path, offset: start)
        }
        let stored = try orCheckpointError { () throws(FileError) in
            try file.bytes(block.length + TableFormat.trailerLength, at: block.offset)
        }
        guard stored.count == block.length + TableFormat.trailerLength else {
            throw CheckpointError(
                .damaged(.truncated), path: path, offset: start + stored.count)
        }
        let checksum = CRC32C.checksum(of: stored.span.bytes.extracting(0...block.length))
        guard
            CRC32C.mask(checksum) == UInt32(littleEndianIn: stored.span.bytes, at: block.length + 1)
        else { throw CheckpointError(.damaged(.wrongChecksum), path: path, offset: start) }

        let contents = stored[..<block.length]
        switch stored[block.length] {
        case TableFormat.uncompressed:
            isCompressed = false
            bytes = Array(contents)
        case TableFormat.snappy:
            isCompressed = true
            do throws(Snappy.Malformed) {
                bytes = try Snappy.unpacked(contents, limit: limit)
            } catch {
                throw CheckpointError(
                    .damaged(.wrongCompression), path: path, offset: start + error.offset)
            }
        case let type:
            throw CheckpointError(
                .compressed(type: type), path: path, offset: start + block.length)
        }
    }

    /// Where something in the contents is in the file, as nearly as can be said.
    func offset(of position: Int) -> Int {
        isCompressed ? start : start + position
    }
}
