/// Bytes that can be read at any offset: a file's, or those that a compressed file stands for.
public protocol RandomAccessBytes: AnyObject {
    /// The file's path.
    var path: String { get }

    /// How many bytes there are now.
    func byteCount() throws(FileError) -> Int

    /// Fills memory from an offset on, or as much of it as there are bytes.
    ///
    /// - Returns: How many bytes were read.
    func read(
        into memory: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(FileError) -> Int

    /// Where the first byte at or behind an offset is that may be other than zero: holes of a file,
    /// which may be far longer than what it stores, can be passed over.
    func nextStoredByte(from offset: Int) throws(FileError) -> Int
}
