import RecordIO

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An event file that is being written: whole records and nothing else.
final class EventFile {
    private let file: OutputFile
    private var encoder = EventEncoder()
    private var records = RecordBuffer()

    /// Records are written when they take so many bytes together, so that a batch of pictures does
    /// not pile up.
    private static let writeSize = 1 << 20

    /// The file's path.
    var path: String { file.path }

    /// Makes a new file in a folder, which is made too, and writes the events that a file begins
    /// with.
    ///
    /// - Parameter step: The step at which logging starts.
    /// - Throws: `EventFileError`; no file is left behind then.
    init(in folder: String, startingAt step: Int64) throws(EventFileError) {
        do throws(FileError) {
            try Folder.create(folder)
            file = try EventFileName.createFile(in: folder)
        } catch {
            throw EventFileError(error)
        }
        let now = WallClock.now()
        do {
            try write([
                PendingEvent(wallTime: now, step: 0, content: .fileVersion),
                PendingEvent(wallTime: now, step: step, content: .start),
            ])
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Writes events, in as few calls to the system as is sensible.
    ///
    /// - Throws: `EventFileError`; the file then ends with the last record that it took whole, and
    ///   nothing more may be written.
    func write(_ events: [PendingEvent]) throws(EventFileError) {
        for event in events {
            guard encoder.append(event, to: &records) else {
                try writeRecords()
                throw EventFileError(
                    path: path, problem: .tooLong,
                    description: "an event of step \(event.step) takes more than 2 GiB")
            }
            if records.byteCount >= Self.writeSize { try writeRecords() }
        }
        try writeRecords()
        if file.isRemoved {
            throw EventFileError(
                path: path, problem: .removed,
                description: "removed while it was being written; start a new log")
        }
    }

    /// Waits until everything written is on the disk.
    func synchronize() throws(EventFileError) {
        do throws(FileError) {
            try file.synchronize()
        } catch {
            throw EventFileError(error)
        }
    }

    private func writeRecords() throws(EventFileError) {
        let start = file.byteCount
        defer { records.removeAll() }
        do throws(FileError) {
            try records.withBytes { bytes throws(FileError) in try file.append(bytes) }
        } catch {
            // A record that is cut would end the file for its readers.
            let whole = records.recordEnds.last { start + $0 <= file.byteCount }
            try? file.truncate(to: start + (whole ?? 0))
            throw EventFileError(error)
        }
    }
}
