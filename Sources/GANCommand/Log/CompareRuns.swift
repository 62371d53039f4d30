import TensorBoard

/// A run beside others: what it was started with, and the last, lowest and highest values of its
/// curves.
struct ComparedRun {
    var name: String
    var session: RunValues.Session?
    var curves: [Curve]
    /// How long it took, without pauses, in seconds.
    var seconds: Double

    /// A curve, in short.
    struct Curve {
        var tag: String
        let last: Double
        /// Its lowest and highest points that are numbers, if there are any.
        let lowest, highest: (value: Double, step: Int64)?
        let pointCount: Int
        /// What curves of the same points have in common, and no others but by chance.
        let digest: Int
    }

    init(_ name: String, _ values: RunValues) {
        self.name = name
        session = values.session
        seconds = values.seconds
        curves = values.tags.compactMap { tag in
            guard let last = tag.scalars.last else { return nil }
            let finite = tag.scalars.lazy.filter { $0.value.isFinite }
            let (lowest, highest) = (
                finite.min { $0.value < $1.value }, finite.max { $0.value < $1.value }
            )
            var hasher = Hasher()
            for point in tag.scalars {
                hasher.combine(point.step)
                hasher.combine(point.value.bitPattern)
            }
            return Curve(
                tag: tag.tag, last: last.value, lowest: lowest.map { ($0.value, $0.step) },
                highest: highest.map { ($0.value, $0.step) }, pointCount: tag.scalars.count,
                digest: hasher.finalize())
        }
    }

    /// The curve of a tag.
    func curve(_ tag: String) -> Curve? { curves.first { ExactName($0.tag) == ExactName(tag) } }

    /// A hyperparameter's value; `nil` for one that it has not.
    func hyperparameter(_ name: String) -> HParams.Value? {
        session?.hparams.values.first { ExactName($0.name) == ExactName(name) }?.value
    }
}

/// Runs as programs write them: some have their curves and their hyperparameters in several folders.
struct ComparedRuns {
    private var runs: [ComparedRun] = []

    /// Adds what a folder holds.
    mutating func add(_ name: String, _ values: RunValues) {
        runs.append(ComparedRun(name, values))
    }

    /// A run for each training.
    ///
    /// | program | where what is | becomes |
    /// |---|---|---|
    /// | this one | hyperparameters and curves in `run` | `run` |
    /// | Keras | hyperparameters in `run`, curves in `run/train` and `run/validation` | `run` |
    /// | Keras without hyperparameters | curves in `run/train` and `run/validation` | `run` |
    /// | torch | curves in `run`, hyperparameters and metrics in `run/1700000000.1` | `run` |
    ///
    /// So TensorBoard's HParams tab takes a session's metrics from its folder and those below.
    var merged: [ComparedRun] {
        var owners: [String: String] = [:]
        let sessions = Set(runs.filter { $0.session != nil }.map(\.name))
        let names = Set(runs.map(\.name))
        let below = Dictionary(grouping: sessions.filter { $0 != "." }) { Self.parent(of: $0) }
        for run in runs {
            if run.session != nil {
                // The one session below a folder that has curves and none of its own.
                let parent = Self.parent(of: run.name)
                let isOne = below[parent]?.count == 1 && run.name != "."
                if isOne, names.contains(parent), !sessions.contains(parent) {
                    owners[run.name] = parent
                }
            } else if let owner = Self.ancestor(of: run.name, in: sessions) {
                owners[run.name] = owner
            } else if Self.parts.contains(Self.last(of: run.name)) {
                owners[run.name] = Self.parent(of: run.name)
            }
        }
        var result: [ComparedRun] = []
        var places: [String: Int] = [:]
        for run in runs {
            let owner = owners[run.name] ?? run.name
            var run = run
            if owner != run.name, run.session == nil {
                // TensorBoard calls a metric of a folder below by both names, too.
                let prefix = owner == "." ? run.name : String(run.name.dropFirst(owner.count + 1))
                for index in run.curves.indices {
                    run.curves[index].tag = "\(prefix)/\(run.curves[index].tag)"
                }
            }
            run.name = owner
            guard let place = places[owner] else {
                places[owner] = result.count
                result.append(run)
                continue
            }
            if result[place].session == nil { result[place].session = run.session }
            result[place].curves += run.curves.filter { result[place].curve($0.tag) == nil }
            result[place].seconds = max(result[place].seconds, run.seconds)
        }
        return result
    }

    /// The folders into which programs divide the curves of one run.
    private static let parts: Set = ["train", "validation", "val", "valid", "test", "eval"]

    private static func parent(of name: String) -> String {
        guard let slash = name.lastIndex(of: "/") else { return "." }
        return String(name[..<slash])
    }

    private static func last(of name: String) -> String {
        name.lastIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
    }

    private static func ancestor(of name: String, in names: Set<String>) -> String? {
        var rest = name
        while rest != "." {
            rest = parent(of: rest)
            if names.contains(rest) { return rest }
        }
        return nil
    }
}
