import ArgumentParser

/// What went wrong with single items while the others went on.
struct Failures {
    /// How many are told one by one.
    private static let shownCount = 20

    private var count = 0
    /// How many were told by others.
    private let earlierCount: Int

    /// Whether there was one.
    var isAny: Bool { count > 0 }

    /// - Parameter earlierCount: How many were told already.
    init(after earlierCount: Int = 0) {
        self.earlierCount = earlierCount
    }

    /// Tells of one that makes the command fail in the end.
    mutating func add(_ line: String) {
        count += 1
        if count <= Self.shownCount { System.printError("gan: \(line.printable)\n") }
    }

    /// Tells how many more there were.
    ///
    /// - Throws: The exit code 1 if there were any.
    func end() throws {
        guard count + earlierCount > 0 else { return }
        let rest = count - Self.shownCount
        if rest > 0 { System.printError("gan: and \(rest) more\n") }
        throw ExitCode(1)
    }
}
