/// Something that keeps the command from going on. Its description is one line that names the file or
/// flag and says what to do.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    /// What the command exits with.
    let exitCode: Int32

    init(_ description: String, exitCode: Int32 = 1) {
        self.description = description
        self.exitCode = exitCode
    }
}
