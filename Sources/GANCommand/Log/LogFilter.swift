import ArgumentParser
import TensorBoard

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
    /// Whether a name that was asked for is meant.
    private var answers: [ExactName: Bool] = [:]
    /// The first names that were asked for.
    private var names: [String] = []

    private static let shownCount = 8

    /// A filter by the values of an option; without any, it takes all names.
    init(option: String, _ patterns: [String]) {
        self.option = option
        self.patterns = patterns.map { NamePattern($0) }
        isFound = patterns.map { _ in false }
    }

    /// Whether a name is meant.
    mutating func takes(_ name: String) -> Bool {
        guard !patterns.isEmpty else { return true }
        if let answer = answers[ExactName(name)] { return answer }
        if names.count < Self.shownCount { names.append(name) }
        var isTaken = false
        for (index, pattern) in patterns.enumerated() where pattern.matches(name) {
            isFound[index] = true
            isTaken = true
        }
        answers[ExactName(name)] = isTaken
        return isTaken
    }

    /// Whether no name was taken though one was asked for.
    var foundNothing: Bool { !patterns.isEmpty && !isFound.contains(true) }

    /// A line for each pattern that found nothing, with what there is.
    func complaints(_ kind: String) -> [String] {
        zip(patterns, isFound).filter { !$0.1 }.map { pattern, _ in
            let rest = answers.count - names.count
            let there =
                names.isEmpty
                ? "there is none" : "there is " + names.map(\.printable).joined(separator: ", ")
            return "\(option) \(pattern.text.printable): no such \(kind); \(there)"
                + (rest > 0 ? ", and \(rest) more" : "")
        }
    }
}
