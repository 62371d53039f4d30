/// Bytes that can be read at any offset: a file's, or those that a compressed file stands for.
public protocol RandomAccessBytes: AnyObject {
    /// The file's path.
    var path: String { get }

    /// How many bytes there are now, or more where that is not known without reading them.
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

extension RandomAccessBytes {
    /// Bytes from an offset on, or as many of them as there are.
    public func bytes(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, readCount in
            do throws(FileError) {
                readCount = try read(into: UnsafeMutableRawBufferPointer(memory), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
