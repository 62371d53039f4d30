import RecordIO

/// Where a run's files go, besides the run's folder on the disk.
///
/// A writer always writes into its folder first. A destination then gets each file whole, again and
/// again as it grows; so a store that knows no appending, as object stores do, is one, and nothing is
/// lost while it cannot be reached. All of that is the writer's work: a destination only stores.
///
/// ```swift
/// struct Backup: LogDestination {
///     let name = "the backup"
///     func store(_ file: LogFile) throws(LogDestinationError) { … }
/// }
///
/// var options = SummaryWriter.Options()
/// options.destination = Backup()
/// ```
public protocol LogDestination: Sendable {
    /// What messages call it, such as `s3://bucket/log`.
    var name: String { get }

    /// Looks whether anything can be stored there, before a run begins.
    ///
    /// - Throws: `LogDestinationError`
    func check() throws(LogDestinationError)

    /// Stores a file, in place of what is there under its name: readers see the old one or the new one.
    /// Called from a thread that may wait.
    ///
    /// - Throws: `LogDestinationError`; what was there before is there still.
    func store(_ file: LogFile) throws(LogDestinationError)
}

extension LogDestination {
    /// Takes it that files can be stored.
    public func check() throws(LogDestinationError) {}
}

/// The disk alone: what a run's folder holds is where it should be.
public struct LocalFiles: LogDestination {
    /// What messages call it.
    public let name = "the run's folder"

    /// Makes the destination that writers have unless they are given another.
    public init() {}

    /// Does nothing: the file is there.
    public func store(_ file: LogFile) {}
}

/// A file of a log as it is now: it may grow while it is stored.
public struct LogFile: Sendable {
    /// The path below the folder that is brought away, with `/` between its parts.
    public let name: String
    /// Where it is on the disk.
    public let path: String
    /// How many bytes are to be stored. They do not change.
    public let byteCount: Int

    private let file: InputFile

    init(name: String, path: String) throws(FileError) {
        self.name = name
        self.path = path
        file = try InputFile(opening: path)
        byteCount = try file.byteCount()
    }

    /// Reads some of the bytes that are to be stored.
    ///
    /// - Throws: `LogDestinationError` if that cannot be, or the file has become shorter.
    public func bytes(_ range: Range<Int>) throws(LogDestinationError) -> [UInt8] {
        do throws(FileError) {
            let bytes = try file.bytes(range.count, at: range.lowerBound)
            if bytes.count == range.count { return bytes }
        } catch {
            throw LogDestinationError("\(error)", isTransient: false)
        }
        throw LogDestinationError("\(path): has become shorter", isTransient: true)
    }
}

/// Why a destination has not stored a file.
public struct LogDestinationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line: what is wrong, and what to do about it.
    public let description: String
    /// Whether it may work if it is tried again, as where a server does not answer.
    public let isTransient: Bool

    /// Makes an error.
    public init(_ description: String, isTransient: Bool) {
        self.description = description
        self.isTransient = isTransient
    }
}
