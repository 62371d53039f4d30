import RecordIO

/// An event file that is being written: whole records and nothing else.
final class EventFile {
    private let file: OutputFile
    private let descriptions: TagDescriptions
    private var encoding: Encoding

    /// Records are written when they take so many bytes together, so that a batch of pictures does
    /// not pile up.
    private static let writeSize = 1 << 20

    /// The file's path.
    var path: String { file.path }
    /// How many bytes are in it.
    var byteCount: Int { file.byteCount }

    /// Makes a new file in a folder, which is made too, and writes the events that a file begins
    /// with.
    ///
    /// - Parameters:
    ///   - prefix: What the file's name begins with.
    ///   - suffix: What the file's name ends with.
    ///   - descriptions: What is known of tags from earlier files.
    ///   - starts: The steps at which logging starts, given that the file is there.
    /// - Throws: `EventFileError`; no file is left behind then.
    init(
        in folder: String, prefix: String = "", suffix: String = "", descriptions: TagDescriptions,
        starts: (_ path: String) -> [Int64]
    ) throws(EventFileError) {
        do throws(FileError) {
            try Folder.create(folder)
            file = try EventFileName.createFile(in: folder, prefix: prefix, suffix: suffix)
        } catch {
            throw EventFileError(error)
        }
        place = FilePlace(of: file.path)
        self.descriptions = descriptions
        encoding = Encoding(descriptions)
        let now = WallClock.now()
        let events =
            [PendingEvent(wallTime: now, step: 0, content: .fileVersion)]
            + starts(file.path).map { PendingEvent(wallTime: now, step: $0, content: .start) }
        do throws(Failure) {
            _ = try write(events[...])
        } catch {
            Folder.removeFile(path)
            throw error.error
        }
    }

    /// A write that failed, and how many of its events are in the file all the same.
    struct Failure: Error {
        let error: EventFileError
        let writtenCount: Int
    }

    /// Writes events, in as few calls to the system as is sensible, until the file has so many
    /// bytes; at least one in any case.
    ///
    /// - Returns: How many were written.
    /// - Throws: `Failure`; the file then ends with the last record that it took whole, if
    ///   `isUsable` says so.
    func write(
        _ events: ArraySlice<PendingEvent>, upTo limit: Int = .max
    ) throws(Failure) -> Int {
        var writtenCount = 0
        var rest = events
        repeat {
            let (count, outcome) = encoding.append(
                rest, upTo: min(Self.writeSize, limit - file.byteCount))
            writtenCount += try writeRecords(after: writtenCount)
            rest = rest.dropFirst(count)
            if case .long = outcome {
                try writeLongRecord(after: writtenCount)
                writtenCount += 1
                rest = rest.dropFirst()
            }
            if case .tooLong = outcome, let event = rest.first {
                describeTagsAgain()
                throw Failure(
                    error: EventFileError(
                        path: path, problem: .tooLong,
                        description: "an event of step \(event.step) takes more than 2 GiB"),
                    writtenCount: writtenCount)
            }
        } while !rest.isEmpty && file.byteCount < limit
        if file.isRemoved {
            throw Failure(
                error: EventFileError(
                    path: path, problem: .removed,
                    description: "removed while it was being written; start a new log"),
                writtenCount: 0)
        }
        if place.isLeft {
            throw Failure(
                error: EventFileError(
                    path: path, problem: .removed,
                    description: "gone from there: it, or a folder above it, was renamed while it "
                        + "was being written; what was logged so far is where it was moved to. "
                        + "Start a new log"),
                writtenCount: writtenCount)
        }
        return writtenCount
    }

    /// Forgets which tags were described, so that their metadata come again: after a failed write
    /// nobody knows which are in the file.
    func describeTagsAgain() {
        encoding.encoder = EventEncoder(descriptions: descriptions)
    }

    /// Whether the file is still there and ends with a whole record, so that more can follow.
    var isUsable: Bool { isWhole && !file.isRemoved && !place.isLeft }

    private let place: FilePlace
    private var isWhole = true

    /// Waits until everything written is on the disk.
    func synchronize() throws(EventFileError) {
        do throws(FileError) {
            try file.synchronize()
        } catch {
            throw EventFileError(error)
        }
    }

    /// Writes what was encoded.
    ///
    /// - Returns: How many records there were.
    private func writeRecords(after earlierCount: Int) throws(Failure) -> Int {
        let start = file.byteCount
        let count = encoding.records.recordEnds.count
        defer { encoding.records.removeAll() }
        do throws(FileError) {
            try encoding.records.withBytes { bytes throws(FileError) in try file.append(bytes) }
        } catch {
            let whole = encoding.records.recordEnds.prefix { start + $0 <= file.byteCount }
            cut(to: start + (whole.last ?? 0))
            throw Failure(
                error: EventFileError(error), writtenCount: earlierCount + whole.count)
        }
        return count
    }

    /// Writes the event that is too long to be put together in memory.
    private func writeLongRecord(after earlierCount: Int) throws(Failure) {
        let start = file.byteCount
        do throws(FileError) {
            try encoding.encoder.writeLong(to: file)
        } catch {
            cut(to: start)
            throw Failure(error: EventFileError(error), writtenCount: earlierCount)
        }
    }

    /// Cuts the file behind its last whole record: one that is cut would end it for its readers.
    private func cut(to byteCount: Int) {
        do throws(FileError) {
            try file.truncate(to: byteCount)
        } catch {
            isWhole = false
        }
    }
}

/// What turns events into records, as one value: so it is looked up once for many of them.
private struct Encoding: ~Copyable {
    var encoder: EventEncoder
    var records = RecordBuffer()

    init(_ descriptions: TagDescriptions) {
        encoder = EventEncoder(descriptions: descriptions)
    }

    /// Encodes events until they take so many bytes.
    ///
    /// - Returns: How many it were, and what became of the next one if it is not among them.
    mutating func append(
        _ events: ArraySlice<PendingEvent>, upTo byteCount: Int
    ) -> (count: Int, EventEncoder.Outcome) {
        var count = 0
        for event in events {
            let outcome = encoder.append(event, to: &records)
            guard case .appended = outcome else { return (count, outcome) }
            count += 1
            if records.byteCount >= byteCount { break }
        }
        return (count, .appended)
    }
}
