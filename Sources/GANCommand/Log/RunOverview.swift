import TensorBoard

/// What a list says of a run, which may be compared with others.
struct RunOverview {
    let name: String
    let session: RunValues.Session?
    /// Curves of losses, errors and the like, in the order in which they were logged first.
    let curves: [Curve]
    /// How many points the longest of them has; of any curve if there is none.
    let pointCount: Int
    /// The greatest step of a curve's last point.
    private let lastStep: Int64
    /// How long it took, without pauses, in seconds.
    let seconds: Double

    /// A curve, in short.
    struct Curve {
        let tag: String
        let last: Double
        /// Its best point that is a number, if there is one.
        let best: (value: Double, step: Int64)?
        /// What curves of the same points have in common, and no others but by chance.
        let digest: Int
    }

    init(_ name: String, _ values: RunValues) {
        self.name = name
        session = values.session
        let scalars = values.tags.filter { !$0.scalars.isEmpty }
        // How good samples are, before what brought it about, before how else that can be measured.
        let known = scalars.filter { Goal(ofTag: $0.tag) != nil }
        let judged = (0..<3).flatMap { rank in known.filter { Self.rank(ofTag: $0.tag) == rank } }
        curves = judged.compactMap { tag in
            guard let goal = Goal(ofTag: tag.tag), let last = tag.scalars.last else { return nil }
            let best = tag.scalars.filter { $0.value.isFinite }
                .min { goal == .lowest ? $0.value < $1.value : $0.value > $1.value }
            return Curve(
                tag: tag.tag, last: last.value, best: best.map { ($0.value, $0.step) },
                digest: Self.digest(tag))
        }
        pointCount = (judged.isEmpty ? scalars : judged).map(\.scalars.count).max() ?? 0
        lastStep = scalars.compactMap { $0.scalars.last?.step }.max() ?? 0
        seconds = values.seconds
    }

    private static func rank(ofTag tag: String) -> Int {
        tag == "quality/frechet_distance" ? 0 : tag.hasPrefix("quality/") ? 2 : 1
    }

    private static func digest(_ tag: TagValues) -> Int {
        var hasher = Hasher()
        for point in tag.scalars {
            hasher.combine(point.step)
            hasher.combine(point.value.bitPattern)
        }
        return hasher.finalize()
    }

    /// Of the passes that were asked for, how many were logged; where time was to end them, how many;
    /// of other logs the number of points.
    var progress: String {
        // A summary stands for several passes.
        let passes = Double(pointCount) * max(1, number("train_step") ?? 1)
        guard let all = number("train_times") else {
            let isOurs = number("train_step") != nil
            return Self.text(.number(isOurs ? min(passes, Double(lastStep)) : passes))
        }
        let reached = session?.status == .success ? all : min(passes, all)
        return "\(Self.text(.number(reached))) of \(Self.text(.number(all)))"
    }

    /// Whether ``progress`` is in passes.
    var isInPasses: Bool { number("train_times") != nil || number("train_step") != nil }

    private func number(_ name: String) -> Double? {
        let value = session?.hparams.values.first { $0.name == name }?.value
        if case .number(let number) = value { return number }
        return nil
    }

    /// How the run ended, in a word.
    var status: String {
        guard let session else { return "-" }
        return switch session.status {
        case .success: "done"
        case .failure: "failed"
        case .unknown: "stopped"
        case .running, nil: "open"
        }
    }

    /// What a curve is wanted to be.
    enum Goal {
        case lowest, highest

        /// By the words of a tag; `nil` if they do not tell.
        init?(ofTag tag: String) {
            let words = tag.lowercased()
            // What samples are measured by is no curve of theirs.
            guard !words.hasSuffix("_of_real_images") else { return nil }
            if ["loss", "error", "perplexity", "distance"].contains(where: { words.contains($0) }) {
                self = .lowest
            } else if ["accuracy", "score", "reward"].contains(where: { words.contains($0) }) {
                self = .highest
            } else {
                return nil
            }
        }
    }

    /// A hyperparameter's value.
    static func text(_ value: HParams.Value) -> String {
        switch value {
        case .string(let text): text
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .number(let number):
            number == number.rounded() && number.magnitude < 1e15
                ? "\(Int64(number))" : "\(number)"
        }
    }
}

/// Runs side by side.
struct RunComparison {
    let runs: [RunOverview]

    /// How many curves are shown at most.
    private static let curveCount = 4

    /// A row for each run: how far it came, how it ended, its losses, and the hyperparameters in which
    /// runs differ; then those in which they do not, and which run is best.
    ///
    /// - Parameter isShortening: Whether long names are shortened to stay within the width.
    func text(width: Int, isShortening: Bool) -> String {
        let tags = Array(shownTags.prefix(Self.curveCount))
        let hparams = hparamNames
        let differing = hparams.filter { name in
            Set(runs.map { ExactName(value(name, $0)) }).count > 1
        }
        let passes = runs.contains(where: \.isInPasses)
        var columns: [Table.Column] = [
            "RUN", .right(passes ? "PASSES" : "POINTS"), "STATUS", .right("TIME"),
        ]
        columns += (tags + differing).map { .right($0) }
        var table = Table(columns: columns)
        for run in runs {
            let time = Duration.seconds(max(0, min(run.seconds, 1e12))).inWords
            table.add(
                cells: [run.name, run.progress, run.status, time]
                    + tags.map { curve($0, run) } + differing.map { value($0, run) })
        }
        var text = table.text(width: width, isShortening: isShortening)
        if !tags.isEmpty { text += "\nOf a curve, the last value, and in parentheses the best.\n" }
        let different = Set(differing.map { ExactName($0) })
        let same = hparams.filter { !different.contains(ExactName($0)) }
        if !same.isEmpty, let first = runs.first {
            let list = same.map { "\($0) \(value($0, first))" }.joined(separator: ", ")
            text += (runs.count == 1 ? "" : "All runs: ") + list.printable + "\n"
        }
        if runs.count > 1 { text += tags.map { best($0) }.joined() }
        return text
    }

    /// The tags of the curves, those first that most runs have. Of those that are one curve in every
    /// run, as a loss may be logged under two names, the first.
    private var shownTags: [String] {
        var seen: Set<[Int?]> = []
        return allTags.filter { tag in
            seen.insert(runs.map { $0.curve(tag)?.digest }).inserted
        }
    }

    private var allTags: [String] {
        var order: [ExactName] = []
        var counts: [ExactName: Int] = [:]
        for curve in runs.flatMap(\.curves) {
            let tag = ExactName(curve.tag)
            if counts[tag] == nil { order.append(tag) }
            counts[tag, default: 0] += 1
        }
        return order.enumerated().sorted {
            let (one, other) = (counts[$0.element] ?? 0, counts[$1.element] ?? 0)
            return one != other ? one > other : $0.offset < $1.offset
        }.map(\.element.string)
    }

    private var hparamNames: [String] {
        var known: Set<ExactName> = []
        return runs.compactMap(\.session).flatMap(\.hparams.values).map(\.name)
            .filter { known.insert(ExactName($0)).inserted }
    }

    private func value(_ name: String, _ run: RunOverview) -> String {
        let value = run.session?.hparams.values.first { ExactName($0.name) == ExactName(name) }?
            .value
        return value.map { RunOverview.text($0) } ?? "-"
    }

    private func curve(_ tag: String, _ run: RunOverview) -> String {
        guard let curve = run.curve(tag) else { return "-" }
        let best = curve.best.map { " (\($0.value.short))" } ?? ""
        return curve.last.short + best
    }

    private func best(_ tag: String) -> String {
        guard let goal = RunOverview.Goal(ofTag: tag) else { return "" }
        let points = runs.compactMap { run in run.curve(tag)?.best.map { (run.name, $0) } }
        let found = points.min {
            goal == .lowest ? $0.1.value < $1.1.value : $0.1.value > $1.1.value
        }
        guard let (name, point) = found else { return "" }
        let word = goal == .lowest ? "Lowest" : "Highest"
        return "\(word) \(tag.printable): \(point.value.short), "
            + "of \(name.printable) at step \(point.step)\n"
    }
}

extension RunOverview {
    fileprivate func curve(_ tag: String) -> Curve? {
        curves.first { ExactName($0.tag) == ExactName(tag) }
    }
}
