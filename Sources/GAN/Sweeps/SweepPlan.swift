internal import RecordIO

/// Every combination of flags' values, each a run with a name.
public struct SweepPlan: Sendable, Equatable {
    /// A run of a sweep.
    public struct Run: Sendable, Equatable {
        /// The run's folder, which its values name: `learning-rate=0.0001,seed=3`.
        public let name: String
        /// The flags of training that it is given.
        public let arguments: [String]
        /// Those of them that cannot be others when the run goes on.
        public let identity: [String]
    }

    /// The runs; of the flags in their order the last one varies fastest.
    public let runs: [Run]

    /// Plans all combinations.
    ///
    /// A run is named by its hyperparameters that are given, and by what else differs between runs;
    /// in one order, whatever that of the flags is. So another command that gives the same values
    /// finds the same run.
    ///
    /// - Parameter flags: Flags of training, each once.
    /// - Throws: ``SweepError`` for more than ``SweepFlag/limit`` combinations.
    public init(_ flags: [SweepFlag]) throws(SweepError) {
        let flags = Self.ordered(flags)
        var count = 1
        for flag in flags {
            count *= flag.values?.count ?? 1
            guard count <= SweepFlag.limit else {
                throw SweepError(
                    "these values make more than \(SweepFlag.limit) runs; give fewer of them")
            }
        }
        let names = Self.names
        var runs: [Run] = []
        var known: Set<String> = []
        for number in 0..<count {
            var rest = number
            var values: [(flag: SweepFlag, value: String?)] = []
            for flag in flags.reversed() {
                let all = flag.values?.map { Optional($0) } ?? [nil]
                values.append((flag, all[rest % all.count]))
                rest /= all.count
            }
            values.reverse()
            let naming = values.filter {
                $0.flag.values?.count ?? 1 > 1
                    || names.contains($0.flag.name) && !Self.isFree($0.flag.name)
            }
            var name = naming.map { "\($0.flag.name)=\(Self.text($0.value))" }
                .joined(separator: ",")
            if name.isEmpty { name = "seed=0" }
            let identity = values.filter { !Self.isFree($0.flag.name) }
                .flatMap { $0.flag.canonicalWords($0.value) }
            if name.utf8.count > Self.longestName || known.contains(name) {
                // Names of paths may be too long, or differ in what a name cannot have.
                let bytes = Array((identity + [name]).joined(separator: "\u{0}").utf8)
                let digits = String(CRC32C.checksum(of: bytes.span.bytes), radix: 16)
                name = String(name.prefix(Self.longestName - 9)) + "-" + digits
            }
            known.insert(name)
            runs.append(
                Run(
                    name: name, arguments: values.flatMap { $0.flag.words($0.value) },
                    identity: identity))
        }
        self.runs = runs
    }

    private static let longestName = 180

    /// What names of folders have of a value.
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-".unicodeScalars)

    /// Flags by the order in which hyperparameters are listed; then others; the seed is the last.
    private static func ordered(_ flags: [SweepFlag]) -> [SweepFlag] {
        func rank(_ flag: SweepFlag) -> Int {
            flag.name == "seed" ? Int.max : names.firstIndex(of: flag.name) ?? names.count
        }
        return flags.sorted { (rank($0), $0.name) < (rank($1), $1.name) }
    }

    /// The flags of hyperparameters.
    private static var names: [String] {
        var names = ["recipe", "learning-rate", "conditional"]
        let all = RecipeSettings.all.map(\.name) + Hyperparameters.all.map(\.name)
        for name in all.map({ $0.replacing("_", with: "-") }) where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// Whether a run goes on as itself with another value of a flag: how long it trains, and what it
    /// leaves.
    private static func isFree(_ name: String) -> Bool {
        [
            "train-times", "train-step", "epochs", "time-limit", "checkpoint-every",
            "checkpoint-seconds", "max-to-keep", "profile-step", "judge-every", "ignore-stalls",
            "stop-when-collapsed", "video",
        ].contains(name)
    }

    /// A value as a part of a folder's name.
    private static func text(_ value: String?) -> String {
        let text = value.map(SweepFlag.canonical) ?? "true"
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    plain.contains(scalar) ? scalar : "_"
                }))
    }
}

extension SweepFlag {
    /// The same words however the value was written.
    fileprivate func canonicalWords(_ value: String?) -> [String] {
        words(value.map(Self.canonical))
    }
}
