/// Something that keeps the command from going on. Its description is one line that names the file or
/// flag and says what to do.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
