import Platform
import RecordIO

/// Reads all event files of a log folder while programs write them, and those that appear later.
///
/// ```swift
/// var follower = EventFollower(folder: "log")
/// while true {
///     try follower.poll { update in
///         if case .event(let event) = update.news { print(update.run, event.step) }
///     }
///     sleep(1)
/// }
/// ```
///
/// `EventUpdates` does the same for `for try await`. No file stays open between two looks, so that
/// a log may have any number of runs; a file is opened again once it is longer than before.
///
/// A log may be a copy of one that grows elsewhere. A file that was replaced by a longer copy of
/// itself, as rsync does, or that is written again from its start, as cp does, is read on where it
/// was; so is one that was replaced by a repaired copy, and what was damaged before is given if it is
/// whole now. Another file in its place is read from its start. To tell which it is, the first
/// records and the last ones are compared by their checksums whenever a file has changed. Files whose
/// names begin with a dot are not read: rsync names a file so until it is whole. A compressed file is
/// unpacked again from its start whenever it has grown.
public struct EventFollower: Sendable {
    /// The log folder.
    public let folder: String

    private let file: String?
    private var files: [ExactName: Position] = [:]
    /// What was told of folders.
    private var problems: [EventFileError] = []

    /// How far a file has been read.
    private struct Position {
        /// The file when nothing more could be read; `nil` if it is to be tried again.
        var version: Folder.FileVersion?
        var offset = 0
        /// What was read so far.
        var part = ReadPart()
        var problem: EventFileError?

        /// Goes on behind what a reader has read or passed over.
        mutating func take(_ reader: EventFileReader) {
            if let record = reader.records.lastRecord, record.end == reader.offset {
                part.add(record)
            } else if reader.offset > offset {
                part.add(damage: offset..<reader.offset)
            }
            offset = reader.offset
        }
    }

    /// Something new in a log.
    public struct Update: Sendable, Equatable {
        /// The name of the run; `.` for the log folder itself.
        public let run: String
        /// The event file.
        public let path: String
        /// What is new.
        public let news: News
    }

    /// The kinds of news.
    public enum News: Sendable, Equatable {
        /// An event was written.
        case event(Event)
        /// A file cannot be read further, for now. The same is told only once.
        case problem(EventFileError)
    }

    /// Begins to follow a log folder, which need not exist yet.
    public init(folder: String) {
        self.folder = folder
        file = nil
    }

    /// Begins to follow a single event file, as the run `.`.
    public init(file: String) {
        folder = EventLog(file: file).folder
        self.file = file
    }

    /// Reads what is new since the last call: at the first one, everything.
    ///
    /// The events of one file come in their order, the files of a run in the order of their names.
    /// A record that is only partly there is left for a later call. Damaged ones are told, and passed
    /// over once a whole one follows.
    ///
    /// - Parameter report: Is given the news, one by one.
    /// - Throws: `EventFileError` if the log folder itself cannot be read, and what `report` throws.
    public mutating func poll(_ report: (Update) throws -> Void) throws {
        if let file { return try read(file, of: ".", report) }
        let log: EventLog
        do {
            log = try EventLog(folder: folder)
        } catch {
            // The folder is not there yet, or one below it was removed just now.
            if error.problem == .system(code: ENOENT) { return }
            throw error
        }
        for problem in log.problems where !problems.contains(problem) {
            try report(Update(run: ".", path: problem.path, news: .problem(problem)))
        }
        problems = log.problems
        for run in log.runs {
            for path in run.files where !Self.isHidden(path) {
                try read(path, of: run.name, report)
            }
        }
    }

    private static func isHidden(_ path: String) -> Bool {
        path.utf8.split(separator: UInt8(ascii: "/")).last?.first == UInt8(ascii: ".")
    }

    private mutating func read(
        _ path: String, of run: String, _ report: (Update) throws -> Void
    ) throws {
        guard let version = Folder.version(ofFile: path) else { return }
        let name = ExactName(path)
        var position = files[name] ?? Position()
        guard version != position.version else { return }
        position.version = version
        defer { files[name] = position }

        var reader: EventFileReader
        do throws(EventFileError) {
            reader = try EventFileReader(path: path)
            switch try position.part.compare(reader) {
            case .same: break
            case .shorter:
                if let error = reader.damageOfStream { throw error }
                return
            case .changed(let offset, let part): (position.offset, position.part) = (offset, part)
            case .other: (position.offset, position.part) = (0, ReadPart())
            }
        } catch {
            if case .system = error.problem { position.version = nil }
            guard error != position.problem else { return }
            position.problem = error
            return try report(Update(run: run, path: path, news: .problem(error)))
        }
        for bytes in position.part.takeDamage() {
            try readAgain(bytes, reader, &position.part) { event in
                try report(Update(run: run, path: path, news: .event(event)))
            }
        }
        reader.records.move(to: position.offset)
        while true {
            let news: News
            do throws(EventFileError) {
                guard let event = try reader.next() else { return }
                news = .event(event)
                position.take(reader)
            } catch {
                if error.problem == .truncated || reader.isTooShortToTell { return }
                news = .problem(error)
            }
            if case .problem(let error) = news {
                let isTold = error == position.problem
                position.problem = error
                if !isTold { try report(Update(run: run, path: path, news: news)) }
                guard Self.pass(error, &reader) else { return }
                position.take(reader)
            } else {
                try report(Update(run: run, path: path, news: news))
            }
        }
    }

    /// Reads what was damaged when the file was read, as far as it is whole now.
    private func readAgain(
        _ bytes: Range<Int>, _ reader: EventFileReader, _ part: inout ReadPart,
        _ report: (Event) throws -> Void
    ) throws {
        var reader = reader
        reader.records.move(to: bytes.lowerBound)
        while reader.offset < bytes.upperBound {
            guard let event = try? reader.next() else {
                return part.add(damage: reader.offset..<bytes.upperBound)
            }
            try report(event)
        }
    }

    /// Passes over what could not be read.
    ///
    /// - Returns: Whether a whole record follows.
    private static func pass(_ error: EventFileError, _ reader: inout EventFileReader) -> Bool {
        switch error.problem {
        case .notAnEvent: return true
        case .damagedLength, .damagedData, .tooLong:
            guard (try? reader.skipDamage()) != nil else { return false }
            return (try? reader.records.isAtEnd()) == false
        default: return false
        }
    }
}
