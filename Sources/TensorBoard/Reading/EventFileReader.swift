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
    let file: InputFile
    /// What a compressed file stands for.
    let inflated: InflatedFile?
    /// What was told about the file as a whole.
    private var toldProblems: [EventFileError] = []

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
    /// A file that is compressed as a whole, as TensorFlow's compression types ZLIB and GZIP do, is
    /// unpacked while it is read; offsets are those of what it stands for.
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
            file = try InputFile(opening: path)
            inflated = try Self.inflated(file)
        } catch {
            throw EventFileError(error)
        }
        let source: any RandomAccessBytes
        if let inflated { source = inflated } else { source = file }
        records = RecordReader(reading: source, at: offset)
    }

    /// What a file of compressed records stands for; `nil` for other files.
    private static func inflated(_ file: InputFile) throws(FileError) -> InflatedFile? {
        let start = try file.bytes(lengthHeader, at: 0)
        if RecordReader.beginsWithLength(start.span.bytes) { return nil }
        guard let inflated = try InflatedFile(file) else { return nil }
        let unpackedStart = try inflated.bytes(lengthHeader, at: 0)
        guard RecordReader.beginsWithLength(unpackedStart.span.bytes) else { return nil }
        return inflated
    }

    /// Whether there is not enough of the file yet to see what it is, a compressed one perhaps.
    var isTooShortToTell: Bool {
        guard inflated == nil else { return false }
        if let start = try? file.bytes(Self.lengthHeader, at: 0), start.count < Self.lengthHeader {
            return true
        }
        guard let inflated = try? InflatedFile(file),
            let start = try? inflated.bytes(Self.lengthHeader, at: 0)
        else { return false }
        return start.count < Self.lengthHeader && !inflated.isAtEnd
    }

    private static let lengthHeader = 12

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
            throw explained(error)
        }
        guard let record else {
            if let error = damageOfStream { throw error }
            return nil
        }
        if let event = record.event { return event }
        guard record.isWhole else {
            throw EventFileError(RecordError(path: path, offset: start, problem: .damagedData))
        }
        throw EventFileError(path: path, offset: start, event: .notAnEvent)
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
        if let problem = compression, !toldProblems.contains(problem) { return tell(problem) }
        let start = offset
        let failure: EventFileError
        do throws(EventFileError) {
            return try next().map { .event($0) }
        } catch {
            if case .system = error.problem { throw error }
            if error == damageOfStream {
                return toldProblems.contains(error) ? nil : tell(error)
            }
            failure = error
        }
        do throws(FileError) {
            switch failure.problem {
            case .otherFormat: records.move(to: try file.byteCount())
            case .notAnEvent: break  // It is behind the reader already.
            default:
                // Its length may be wrong, too.
                records.move(to: start)
                _ = try records.skipDamage()
            }
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

extension EventFileReader {
    /// That the file is compressed, if it is.
    var compression: EventFileError? { inflated.map { EventFileError(compressed: $0) } }

    /// That the stream of a compressed file is damaged, once the reader has come there.
    var damageOfStream: EventFileError? {
        inflated.flatMap { file in
            file.damageOffset.map { EventFileError(damagedStream: file, at: $0) }
        }
    }

    /// Tells of something that takes no bytes.
    private mutating func tell(_ problem: EventFileError) -> Part {
        toldProblems.append(problem)
        return .damage(
            Damage(error: problem, bytes: offset..<offset, recordCount: 0, isAtEnd: false))
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
}
