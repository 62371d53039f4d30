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
public struct EventFollower: Sendable {
    /// The log folder.
    public let folder: String

    private var files: [String: Position] = [:]
    /// What was told of folders.
    private var problems: [EventFileError] = []

    /// How far a file has been read.
    private struct Position {
        var identity: Folder.Identity
        var offset = 0
        /// How long the file was when nothing more could be read.
        var byteCount = -1
        var problem: EventFileError?
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
    }

    /// Reads what is new since the last call: at the first one, everything.
    ///
    /// The events of one file come in their order, the files of a run in the order of their names.
    /// A record that is only partly there is left for a later call. A file that was replaced or cut
    /// is read from its start again.
    ///
    /// - Parameter report: Is given the news, one by one.
    /// - Throws: `EventFileError` if the log folder itself cannot be read, and what `report` throws.
    public mutating func poll(_ report: (Update) throws -> Void) throws {
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
            for path in run.files { try read(path, of: run.name, report) }
        }
    }

    private mutating func read(
        _ path: String, of run: String, _ report: (Update) throws -> Void
    ) throws {
        guard let (identity, byteCount) = Folder.file(at: path) else { return }
        var position = files[path] ?? Position(identity: identity)
        if position.identity != identity || byteCount < position.offset {
            position = Position(identity: identity)
        }
        guard byteCount != position.byteCount else { return }
        position.byteCount = byteCount
        defer { files[path] = position }

        var reader: EventFileReader
        do throws(EventFileError) {
            reader = try EventFileReader(path: path, at: position.offset)
        } catch {
            position.byteCount = -1
            guard error != position.problem else { return }
            position.problem = error
            return try report(Update(run: run, path: path, news: .problem(error)))
        }
        while true {
            let news: News
            do throws(EventFileError) {
                guard let event = try reader.next() else { break }
                news = .event(event)
            } catch {
                let isOver = error.problem != .notAnEvent
                if isOver, error.problem == .truncated || error == position.problem { break }
                position.problem = error
                news = .problem(error)
            }
            // The same offset again where the file is damaged.
            let isStuck = position.problem?.offset == reader.offset
            position.offset = reader.offset
            try report(Update(run: run, path: path, news: news))
            if isStuck { break }
        }
    }
}
