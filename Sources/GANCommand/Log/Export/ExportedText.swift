/// One file of text into which an export writes what it finds, item by item. It is begun with the first
/// of them, and is there once it is whole.
final class ExportedText {
    private let path: String
    private let overwrite: Bool
    private let heading: String
    private let noun: String
    private var file: OutputText?
    /// Whether nothing more can be written, which was told.
    private(set) var hasFailed = false
    /// How many items were written.
    private(set) var count = 0

    /// Prepares a file.
    ///
    /// - Parameters:
    ///   - path: The file; `-` is the standard output.
    ///   - overwrite: Whether one that exists may be written over.
    ///   - heading: What the file begins with.
    ///   - noun: What an item is called.
    init(_ path: String, overwrite: Bool, heading: String = "", of noun: String) {
        (self.path, self.overwrite, self.heading, self.noun) = (path, overwrite, heading, noun)
    }

    /// Writes an item; nothing after a failure.
    ///
    /// - Parameter failures: Is told if the file exists, unless it may be written over, or cannot be
    ///   written.
    func write(_ text: String, _ failures: inout Failures) {
        attempt(&failures) {
            try begun().write(text)
            count += 1
        }
    }

    /// Ends the file, which may have no item, and says what was written.
    ///
    /// - Parameter failures: Is told if the file could not be written.
    func finish(_ failures: inout Failures) {
        attempt(&failures) {
            try begun().close()
            guard path != "-" else { return }
            System.printError("\(path.printable): \(count) \(noun)\(count == 1 ? "" : "s")\n")
        }
    }

    private func attempt(_ failures: inout Failures, _ body: () throws -> Void) {
        guard !hasFailed else { return }
        do {
            try body()
        } catch {
            hasFailed = true
            failures.add("\(error)")
        }
    }

    private func begun() throws -> OutputText {
        if let file { return file }
        let file = try OutputText(path, overwrite: overwrite)
        self.file = file
        try file.write(heading)
        return file
    }
}
