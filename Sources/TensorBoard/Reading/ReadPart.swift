import RecordIO

/// What a file began with when it was read up to some offset: by it, a copy of the file is told from
/// another file, and so is a file that was cut and is written again.
///
/// Compared are the first KiB, byte by byte, and the last 64 KiB, by their CRC32C: the wall times of
/// the first and the last events are in them. So it takes a KiB for each file, and 64 KiB are read
/// again where a file has grown or was replaced, however long it is.
struct ReadPart: Sendable {
    /// How far the file was read: bytes from its start.
    let end: Int

    private let head: [UInt8]
    private let tailChecksum: UInt32

    private static let (headLength, tailLength) = (1 << 10, 64 << 10)

    /// What another file is to this one.
    enum Comparison {
        /// It begins with the same bytes.
        case same
        /// It has fewer bytes, which are the same: it may become the same.
        case shorter
        /// It is another one.
        case other
    }

    /// Nothing was read.
    init() {
        end = 0
        head = []
        tailChecksum = 0
    }

    /// Remembers what a file has before an offset.
    init(of path: String, upTo end: Int) throws(FileError) {
        let file = try InputFile(opening: path)
        self.end = end
        head = try file.bytes(min(end, Self.headLength), at: 0)
        tailChecksum = try Self.tailChecksum(of: file, upTo: end)
    }

    /// Compares the file that is now at a path.
    func compare(_ path: String) throws(EventFileError) -> Comparison {
        do throws(FileError) {
            return try comparison(path)
        } catch {
            throw EventFileError(error)
        }
    }

    private func comparison(_ path: String) throws(FileError) -> Comparison {
        guard end > 0 else { return .same }
        let file = try InputFile(opening: path)
        let now = try file.bytes(head.count, at: 0)
        guard head.starts(with: now) else { return .other }
        guard try file.byteCount() >= end else { return .shorter }
        return try Self.tailChecksum(of: file, upTo: end) == tailChecksum ? .same : .other
    }

    private static func tailChecksum(
        of file: InputFile, upTo end: Int
    ) throws(FileError) -> UInt32 {
        let length = min(end, tailLength)
        let tail = try file.bytes(length, at: end - length)
        return CRC32C.checksum(of: tail.span.bytes)
    }
}
