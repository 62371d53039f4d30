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
/// does so for all files of a log. To read on behind damage, ask for `nextPart()` instead.
public struct EventFileReader {
    /// The file.
    public let path: String
    /// Which checksums an event must have.
    public let checksums: Checksums
    /// Where the next event starts: bytes from the file's start.
    public var offset: Int { records.offset }

    var records: RecordReader
    let decoder = EventDecoder()

    /// Which of a record's two checksums must be right.
    public enum Checksums: Sendable {
        /// Both.
        case all
        /// That of its length, without which the next record is not found. The data are taken as
        /// they are, if they are an event at all: as TensorBoard's default reader does.
        case lengths
    }

    /// Opens an event file.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - offset: Where to begin: the `offset` that an event has, or that another reader of the
    ///     file had.
    ///   - checksums: Which checksums an event must have.
    /// - Throws: `EventFileError` if it cannot be opened.
    public init(
        path: String, at offset: Int = 0, requiring checksums: Checksums = .all
    ) throws(EventFileError) {
        self.path = path
        self.checksums = checksums
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
        let record: (event: Event?, isWhole: Bool)?
        do throws(RecordError) {
            record =
                switch checksums {
                case .all:
                    try records.next { [decoder] in (decoder.event($0, atOffset: $1), true) }
                case .lengths:
                    try records.nextUnverified { [decoder] in
                        (decoder.event($0, atOffset: $1), $2)
                    }
                }
        } catch {
            throw EventFileError(error)
        }
        guard let record else { return nil }
        if let event = record.event { return event }
        guard record.isWhole else {
            throw EventFileError(RecordError(path: path, offset: start, problem: .damagedData))
        }
        throw EventFileError(noEventIn: path, at: start)
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

// MARK: Reading on behind damage

extension EventFileReader {
    /// What stands next in a file.
    public enum Part: Sendable, Equatable {
        /// An event.
        case event(Event)
        /// Bytes that hold no event.
        case damage(Damage)
    }

    /// Bytes of a file that hold no event.
    public struct Damage: Sendable, Equatable {
        /// What is wrong where they begin; its description says how much is left out.
        public let error: EventFileError
        /// Their places in the file.
        public let bytes: Range<Int>
        /// How many records they are; `nil` if that is not known, since lengths are damaged.
        public let recordCount: Int?
        /// Whether they reach to the end of the file, as those of a record do that is being written.
        public let isAtEnd: Bool
    }

    /// Reads the next event, or passes over all bytes up to the next one that is whole.
    ///
    /// ```swift
    /// while let part = try reader.nextPart() {
    ///     switch part {
    ///     case .event(let event): print(event.step)
    ///     case .damage(let damage): print(damage.error, damage.bytes.count, "bytes left out")
    ///     }
    /// }
    /// ```
    ///
    /// A record that is cut by the end of the file is passed over like others: who waits for the
    /// rest of it calls `next()`.
    ///
    /// - Returns: `nil` at the end of the file.
    /// - Throws: `EventFileError` if the system cannot read the file.
    public mutating func nextPart() throws(EventFileError) -> Part? {
        let start = offset
        let failure: EventFileError
        do throws(EventFileError) {
            return try next().map { .event($0) }
        } catch {
            if case .system = error.problem { throw error }
            failure = error
        }
        do throws(FileError) {
            // A record that is no event is behind the reader already.
            if offset == start { _ = try records.skipDamage() }
            let bytes = start..<offset
            let count = try records.recordCount(of: bytes)
            let isAtEnd = try records.isAtEnd()
            // Nobody misses a record that is just being written.
            let isGrowing = isAtEnd && failure.problem == .truncated
            let error = isGrowing ? failure : failure.leavingOut(bytes, recordCount: count)
            return .damage(
                Damage(error: error, bytes: bytes, recordCount: count, isAtEnd: isAtEnd))
        } catch {
            throw EventFileError(error)
        }
    }
}

extension EventFileError {
    /// The same error, whose description says what is passed over.
    fileprivate func leavingOut(_ bytes: Range<Int>, recordCount: Int?) -> EventFileError {
        let byteCount = "\(bytes.count) byte\(bytes.count == 1 ? "" : "s")"
        let what =
            recordCount.map { "\($0) record\($0 == 1 ? "" : "s") (\(byteCount))" } ?? byteCount
        return EventFileError(
            path: path, offset: offset, problem: problem,
            wholeDescription: "\(description); left out there: \(what)")
    }

    fileprivate init(noEventIn path: String, at offset: Int) {
        self.init(
            path: path, offset: offset, problem: .notAnEvent,
            description: "the record at byte \(offset) holds no event")
    }
}
