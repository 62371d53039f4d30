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
/// Every checksum is checked, and memory holds one event at a time.
public struct EventFileReader {
    /// The file.
    public let path: String
    /// Where the next event starts: bytes from the file's start. Everything before it is whole.
    public var offset: Int { records.offset }

    private var records: RecordReader

    /// Opens an event file.
    ///
    /// - Throws: `EventFileError` if it cannot be opened.
    public init(path: String) throws(EventFileError) {
        self.path = path
        do throws(FileError) {
            records = try RecordReader(opening: path)
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
        let record: RecordReader.Record?
        do throws(RecordError) {
            record = try records.next()
        } catch {
            throw EventFileError(error)
        }
        guard let record else { return nil }
        guard let event = Event(record.data, atOffset: record.offset) else {
            throw EventFileError(
                path: path, offset: record.offset, problem: .notAnEvent,
                description: "the record at byte \(record.offset) holds no event")
        }
        return event
    }
}
