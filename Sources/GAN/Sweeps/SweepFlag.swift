/// A flag of training with all the values that a sweep gives it.
///
/// ```swift
/// try SweepFlag("seed", text: "0...3,7").values  // ["0", "1", "2", "3", "7"]
/// ```
public struct SweepFlag: Sendable, Equatable {
    /// Its name, without hyphens.
    public let name: String
    /// Its values, at least one, each as the command line spells it first; `nil` for a flag that
    /// takes none.
    public let values: [String]?

    /// The most values that a flag, and runs that a sweep, can have.
    public static let limit = 10_000

    /// A flag without values, as it is said once for all runs.
    public init(_ name: String) {
        self.name = name
        values = nil
    }

    /// A flag with the values that a text lists: `1e-4,2e-4`, `0...9`, `0..<10`, `0...3,7`.
    ///
    /// - Parameter isWhole: Whether the text is one value whatever it looks like, as a path can be.
    /// - Throws: ``SweepError`` for a value that is missing between commas, a range that is empty,
    ///   open or not of whole numbers, and more than ``limit`` values.
    public init(_ name: String, text: String, isWhole: Bool = false) throws(SweepError) {
        self.name = name
        guard !isWhole, !text.isEmpty else {
            values = [text]
            return
        }
        var values: [String] = []
        var known: Set<String> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !part.isEmpty else {
                throw SweepError("--\(name) \(text): a value is missing beside a comma")
            }
            for value in try Self.expanded(String(part), of: name)
            where known.insert(Self.canonical(value)).inserted {
                values.append(value)
            }
            guard values.count <= Self.limit else { throw Self.tooMany(name, text) }
        }
        self.values = values
    }

    /// The values that a part between commas stands for.
    private static func expanded(_ part: String, of name: String) throws(SweepError) -> [String] {
        func error(_ words: String) -> SweepError { SweepError("--\(name) \(part): \(words)") }
        guard let match = part.wholeMatch(of: /(.*?)(\.\.\.|\.\.<|\.\.)(.*)/) else { return [part] }
        let (low, sign, high) = (String(match.1), match.2, String(match.3))
        let ends = [low, high].filter { !$0.isEmpty }
        // Dots between words are none of a range's.
        guard !ends.isEmpty, ends.allSatisfy({ Double($0) != nil }) else { return [part] }
        guard ends.count == 2 else { throw error("a range has two ends, as 0...9 and 0..<10") }
        guard sign != ".." else { throw error("a range is written \(low)...\(high)") }
        let isOfDigits = ends.allSatisfy { $0.wholeMatch(of: /[+-]?[0-9]+/) != nil }
        guard isOfDigits else {
            throw error("a range is of whole numbers; list others, as 0.1,0.2,0.5")
        }
        guard let first = Int(low), let end = Int(high) else {
            throw error("a range's ends are within \(Int.min)...\(Int.max)")
        }
        let difference = end.subtractingReportingOverflow(first)
        guard end > first || (sign == "..." && end == first) else {
            throw error("the range is empty; its first number comes first")
        }
        guard !difference.overflow else { throw tooMany(name, part) }
        let count = sign == "..." ? difference.partialValue : difference.partialValue - 1
        guard count < limit else { throw tooMany(name, part) }
        return (0...count).map { "\(first + $0)" }
    }

    private static func tooMany(_ name: String, _ text: String) -> SweepError {
        SweepError("--\(name) \(text): a sweep has at most \(limit) runs")
    }

    /// A value as a run's name has it: a number as few digits as tell it, however it was written.
    static func canonical(_ value: String) -> String {
        if let whole = Int(value) { return "\(whole)" }
        guard value.wholeMatch(of: /[+-]?[0-9.]+([eE][+-]?[0-9]+)?/) != nil,
            let number = Double(value), number.isFinite
        else { return value }
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension SweepFlag {
    /// The flags in the words of a command line: `--name value`, `--name=value` and `--name` alone.
    /// A flag that takes no value is in all runs, in none of them by `false`, and in both by
    /// `false,true`.
    ///
    /// - Parameter isWhole: Whether a flag's text is one value, given the flag's name and the text.
    /// - Throws: ``SweepError`` for a word that belongs to no flag, a flag given twice, and values
    ///   as ``init(_:text:isWhole:)`` refuses them.
    public static func flags(
        _ words: [String], isWhole: (String, String) -> Bool = { _, _ in false }
    ) throws(SweepError) -> [SweepFlag] {
        var flags: [SweepFlag] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard let match = word.wholeMatch(of: /(?s)--([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?/) else {
                throw SweepError(
                    "'\(word)' belongs to no flag; a flag's values are one word, as in --seed 0...9"
                )
            }
            let name = String(match.1)
            guard !flags.contains(where: { $0.name == name }) else {
                throw SweepError("--\(name) is given twice; list its values, separated by commas")
            }
            var text = match.2.map { String($0) }
            if text == nil, let next = rest.first, next.prefixMatch(of: /--[A-Za-z]/) == nil {
                text = next
                rest.removeFirst()
            }
            guard let text else {
                flags.append(SweepFlag(name))
                continue
            }
            flags.append(try SweepFlag(name, text: text, isWhole: isWhole(name, text)))
        }
        return flags
    }

    /// The words of a command line that give the flag one of its values.
    func words(_ value: String?) -> [String] {
        switch value {
        case nil, "true": ["--\(name)"]
        case "false": []
        // A value may begin with a hyphen.
        case let value?: ["--\(name)=\(value)"]
        }
    }
}
