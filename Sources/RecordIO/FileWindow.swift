/// A part of a file in memory, which moves towards the file's end.
struct FileWindow {
    /// How many bytes are read at once, unless more have to be held or one is told another number.
    static let usualLength = 1 << 18

    private let usualLength: Int

    /// Where the part starts in the file.
    private var start: Int
    /// Its bytes, and behind them memory for more.
    private(set) var memory: [UInt8] = []
    /// How many bytes the part has.
    private(set) var filled = 0

    /// Makes an empty window at an offset of a file.
    init(at offset: Int, reading usualLength: Int = usualLength) {
        start = offset
        self.usualLength = usualLength
    }

    /// Makes the window hold `count` bytes from an offset on, or as many as the file has. What is
    /// before the offset is forgotten.
    ///
    /// - Returns: Where they start in `memory`.
    mutating func hold(
        _ count: Int, at offset: Int, of file: any RandomAccessBytes
    ) throws(FileError) -> Int {
        if offset >= start, count <= filled - (offset - start) { return offset - start }
        keep(from: offset)
        let mostWanted = max(count, usualLength)
        if memory.count < mostWanted || memory.count > 4 * mostWanted {
            // A small file needs no more memory than it has bytes; records that each are a little
            // longer than the last do not ask for more each time.
            let rest = max(0, try file.byteCount() - start)
            let roomy = memory.count < mostWanted ? max(mostWanted, 2 * memory.count) : mostWanted
            resize(to: max(min(roomy, rest), filled))
        }
        var failure: FileError?
        memory.withUnsafeMutableBytes { memory in
            let free = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
            do throws(FileError) {
                filled += try file.read(into: free, at: start + filled)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return 0
    }

    private mutating func resize(to count: Int) {
        if memory.count == count { return }
        var resized = [UInt8](repeating: 0, count: count)
        resized.replaceSubrange(..<filled, with: memory[..<filled])
        memory = resized
    }

    /// Forgets everything before an offset.
    private mutating func keep(from offset: Int) {
        let kept = offset >= start ? max(0, start + filled - offset) : 0
        memory.withUnsafeMutableBytes { memory in
            guard kept > 0 else { return }
            let rest = memory[offset - start..<filled]
            memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest))
        }
        start = offset
        filled = kept
    }
}
