import RecordIO

/// Reads an event file from its start to its end, whoever wrote it.
///
/// ```swift
/// var reader = try EventFileReader(path: path)
/// while let event = try reader.next() {
///     print(event.step, event.content)
/// }
/// ```
///
/// Every checksum is checked, and memory holds one event at a time. At the end of a file that is being
/// written, `next()` gives `nil`, and the events that follow once they are there: `EventFollower`
/// does so for all files of a log.
public struct EventFileReader {
    /// The file.
    public let path: String
    /// Where the next event starts: bytes from the file's start. Everything before it is whole.
    public var offset: Int { records.offset }

    var records: RecordReader
    let decoder = EventDecoder()

    /// Opens an event file.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - offset: Where to begin: the `offset` that an event has, or that another reader of the
    ///     file had.
    /// - Throws: `EventFileError` if it cannot be opened.
    public init(path: String, at offset: Int = 0) throws(EventFileError) {
        self.path = path
        do throws(FileError) {
            records = try RecordReader(opening: path, at: offset)
        } catch {
            throw EventFileError(error)
        }
    }

    /// Reads the next event.
    ///
    /// - Returns: `nil` at the end of the file. More may follow later in a file that grows: ask
    ///   again.
    /// - Throws: `EventFileError`. Where a record is truncated or damaged, each further call throws
    ///   the same for as long as the file stays as it is; a record that holds no event is passed
    ///   over by the next call.
    public mutating func next() throws(EventFileError) -> Event? {
        let start = offset
        let event: Event??
        do throws(RecordError) {
            event = try records.next { [decoder] in decoder.event($0, atOffset: $1) }
        } catch {
            throw EventFileError(error)
        }
        guard let event else { return nil }
        guard let event else { throw EventFileError(noEventIn: path, at: start) }
        return event
    }

    /// Passes over a record that `next()` could not read, and whatever is damaged behind it.
    ///
    /// - Returns: The bytes that were passed over: up to the next whole record, or to the end of
    ///   the file if there is none. An event that was cut because it is just being written is
    ///   passed over, too.
    /// - Throws: `EventFileError` if the system cannot read the file.
    public mutating func skipDamage() throws(EventFileError) -> Range<Int> {
        do throws(FileError) {
            return try records.skipDamage()
        } catch {
            throw EventFileError(error)
        }
    }
}

extension EventFileError {
    fileprivate init(noEventIn path: String, at offset: Int) {
        self.init(
            path: path, offset: offset, problem: .notAnEvent,
            description: "the record at byte \(offset) holds no event")
    }
}
