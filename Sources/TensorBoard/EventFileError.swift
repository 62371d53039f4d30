import RecordIO

/// What is wrong with an event file that is written or read.
public struct EventFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// Where in the file: bytes from its start. Everything before it is whole.
    public let offset: Int?
    /// What is wrong.
    public let problem: Problem
    /// One line: the file, what is wrong, and what to do about it.
    public let description: String

    /// What can be wrong with an event file.
    public enum Problem: Equatable, Sendable {
        /// The system refused, for the reason of this number (`errno`).
        case system(code: Int32)
        /// The file ends inside a record, as it does while the record is being written.
        case truncated
        /// A record's length does not have its checksum, so that it cannot be told where the next
        /// record is.
        case damagedLength
        /// A record's data do not have their checksum.
        case damagedData
        /// A record holds something other than an event.
        case notAnEvent
        /// The file is something else, not a file of records.
        case otherFormat
        /// The file is compressed. It can be read here, but not by TensorBoard.
        case compressed
        /// An event's time is not a number.
        case timeIsNotANumber
        /// An event's time is infinite.
        case timeIsInfinite
        /// A string of an event is not UTF-8.
        case notText
        /// A value contradicts itself.
        case invalidValue
        /// A tag is for one plugin in one place, and for another one in another.
        case kindsDiffer
        /// The first value of a tag does not say which plugin it is for.
        case noKind
        /// An event is longer than TensorBoard takes: 2 GiB.
        case tooLong
        /// The file was removed, or it or a folder above it was renamed, while it was written.
        case removed
        /// The file is closed, so that nothing more can be written.
        case closed
        /// The process is a copy, made by `fork`, of the one whose writer this is.
        case forked
        /// What a call gave cannot be written, or TensorBoard would not show it. Nothing of that call
        /// was logged; others are not concerned.
        case refused
        /// The files are in the run's folder, but could not be brought to the destination.
        case notStored
    }

    // Inlined where errors are made, the text would take longer to compile than what fails.
    @inline(never)
    init(path: String, offset: Int? = nil, problem: Problem, description: String) {
        self.init(
            path: path, offset: offset, problem: problem,
            wholeDescription: "\(path): \(description)")
    }

    /// - Parameter wholeDescription: The description, which begins with the path.
    init(path: String, offset: Int?, problem: Problem, wholeDescription: String) {
        self.path = path
        self.offset = offset
        self.problem = problem
        self.description = wholeDescription
    }

    /// The error with the call that it belongs to.
    func inCall(_ call: String) -> Self {
        Self(
            path: path, offset: offset, problem: problem,
            text: "\(description); \(call) is not logged")
    }

    /// The error, with a count of others of its kind.
    func and(others count: Int) -> Self {
        if count == 0 { return self }
        return Self(
            path: path, offset: offset, problem: problem,
            text: "\(description); and \(count) more")
    }

    private init(path: String, offset: Int?, problem: Problem, text: String) {
        self.path = path
        self.offset = offset
        self.problem = problem
        description = text
    }

    init(_ error: FileError) {
        path = error.path
        offset = nil
        problem = .system(code: error.code)
        description = error.description
    }

    init(_ error: RecordError) {
        path = error.path
        offset = error.offset
        description = error.description
        problem =
            switch error.problem {
            case .truncated: .truncated
            case .damagedLength: .damagedLength
            case .damagedData: .damagedData
            case .tooLong: .tooLong
            case .unreadable(let error): .system(code: error.code)
            }
    }
}
