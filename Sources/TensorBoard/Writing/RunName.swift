import Platform
import RecordIO

extension SummaryWriter {
    /// What a run's folder below the log folder is called.
    public enum RunName: Sendable, Equatable, ExpressibleByStringLiteral {
        /// A name, such as `first`, or a path, such as `lr/0.001`.
        case named(String)
        /// The next number: `run-1`, then `run-2` and so on. Of programs that start at the same time
        /// each gets a number of its own.
        case next
        /// The date and the time, such as `2026-11-28_18-00-00`, with a number behind them where that
        /// name is taken.
        case timestamp

        /// A name.
        public init(stringLiteral name: String) {
            self = .named(name)
        }
    }

    /// Starts a new event file in a run's folder, which is chosen and made first.
    ///
    /// ```swift
    /// let writer = try SummaryWriter(logdir: "log", run: .next, comment: "lr=0.1")
    /// writer.logdir  // "log/run-3-lr=0.1"
    /// ```
    ///
    /// - Parameters:
    ///   - logdir: The folder of all runs.
    ///   - run: The run's name.
    ///   - comment: What stands behind the name and a hyphen; a `/` in it becomes `_`.
    ///   - options: How the writer works.
    /// - Throws: `EventFileError` as ``init(logdir:options:)`` does.
    public convenience init(
        logdir: String, run: RunName, comment: String = "", options: Options = Options()
    ) throws(EventFileError) {
        let folder: String
        do throws(FileError) {
            folder = try run.folder(in: logdir, comment: comment)
        } catch {
            throw EventFileError(error)
        }
        try self.init(logdir: folder, options: options)
    }
}

extension SummaryWriter.RunName {
    private static let prefix = "run-"

    /// Chooses the folder; but for one that is named, makes it.
    fileprivate func folder(in logdir: String, comment: String) throws(FileError) -> String {
        let suffix =
            comment.isEmpty
            ? "" : "-" + comment.unicodeScalars.map { $0 == "/" ? "_" : "\($0)" }.joined()
        switch self {
        case .named(let name): return FilePath.joining(logdir, name + suffix)
        case .next:
            try Folder.create(logdir)
            // Others that count have to wait: with another comment they would take the same number.
            let lock = FileLock.take(logdir, waiting: 5)
            defer { withExtendedLifetime(lock) {} }
            let numbers = try Folder.entries(of: logdir).compactMap { Self.number(of: $0.name) }
            return try Self.make(from: (numbers.max() ?? 0) + 1) {
                FilePath.joining(logdir, "\(Self.prefix)\($0)\(suffix)")
            }
        case .timestamp:
            try Folder.create(logdir)
            let time = FilePath.joining(logdir, FileName.timestamp)
            return try Self.make(from: 1) { $0 == 1 ? time + suffix : "\(time)-\($0)\(suffix)" }
        }
    }

    /// Makes the first folder whose name is not taken.
    private static func make(
        from start: Int, _ name: (Int) -> String
    ) throws(FileError) -> String {
        var number = start
        while true {
            do throws(FileError) {
                try Folder.createNew(name(number))
                return name(number)
            } catch {
                guard error.code == FileError.exists, number < start + 100_000 else { throw error }
                number += 1
            }
        }
    }

    /// The number of a folder that was counted.
    private static func number(of name: String) -> Int? {
        guard name.utf8.starts(with: prefix.utf8) else { return nil }
        let digits = name.utf8.dropFirst(prefix.utf8.count).prefix { (0x30...0x39).contains($0) }
        let rest = name.utf8.dropFirst(prefix.utf8.count + digits.count).first
        guard rest == nil || rest == UInt8(ascii: "-"), digits.count < 18 else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
