import ArgumentParser

/// Which runs and tags are meant.
struct LogFilter: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only runs of this name; * and ? as in a shell, all else literally.", valueName: "name")
    )
    var run: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only tags of this name; * and ? as in a shell, all else literally.", valueName: "name")
    )
    var tag: [String] = []
}

/// A filter at work: it knows which of its patterns have found something.
struct NameFilter {
    private let option: String
    private let patterns: [NamePattern]
    private var isFound: [Bool]
    /// Names that were asked for: the first ones, and how many.
    private var names: [String] = []
    private var nameCount = 0

    /// A filter by the values of an option; without any, it takes all names.
    init(option: String, _ patterns: [String]) {
        self.option = option
        self.patterns = patterns.map { NamePattern($0) }
        isFound = patterns.map { _ in false }
    }

    /// Whether a name is meant.
    mutating func takes(_ name: String) -> Bool {
        guard !patterns.isEmpty else { return true }
        if nameCount < 1000, !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            names.append(name)
        }
        nameCount += 1
        var isTaken = false
        for (index, pattern) in patterns.enumerated() where pattern.matches(name) {
            isFound[index] = true
            isTaken = true
        }
        return isTaken
    }

    /// Whether no name was taken though one was asked for.
    var foundNothing: Bool { !patterns.isEmpty && !isFound.contains(true) }

    /// A line for each pattern that found nothing, with what there is.
    func complaints(_ kind: String) -> [String] {
        zip(patterns, isFound).filter { !$0.1 }.map { pattern, _ in
            let shown = names.prefix(8).map { $0.printable }
            let rest = names.count - shown.count
            let more = rest > 0 ? ", and \(names.count < 1000 ? "\(rest)" : "many") more" : ""
            let there =
                names.isEmpty ? "there is none" : "there is \(shown.joined(separator: ", "))"
            return "\(option) \(pattern.text.printable): no such \(kind); \(there)\(more)"
        }
    }
}
