/// What is wrong with a file of records, and where.
public struct RecordError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// Where the record starts: bytes from the file's start. Everything before it is whole.
    public let offset: Int
    /// What is wrong with the record.
    public let problem: Problem

    /// What can be wrong with a record.
    public enum Problem: Equatable, Sendable {
        /// The file ends inside the record, as it does while the record is being written.
        case truncated
        /// The length does not have its checksum, so that nothing after it can be found.
        case damagedLength
        /// The data do not have their checksum.
        case damagedData
        /// The record is longer than its reader takes.
        case tooLong(byteCount: UInt64)
        /// The system could not read the file.
        case unreadable(FileError)
    }

    /// Makes an error.
    public init(path: String, offset: Int, problem: Problem) {
        self.path = path
        self.offset = offset
        self.problem = problem
    }

    /// One line: the file, the offset, and what is wrong there.
    public var description: String {
        switch problem {
        case .truncated:
            "\(path): the file ends inside the record at byte \(offset)"
        case .damagedLength:
            "\(path): damaged at byte \(offset): a record's length has a wrong checksum"
        case .damagedData:
            "\(path): damaged at byte \(offset): a record's data have a wrong checksum"
        case .tooLong(let byteCount):
            "\(path): the record at byte \(offset) is too long: \(byteCount) bytes"
        case .unreadable(let error):
            "\(error) (at byte \(offset))"
        }
    }
}
