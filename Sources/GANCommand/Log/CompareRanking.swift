import TensorBoard

/// What runs are compared by: a tag, and which of its values are better.
struct ComparedMeasure: Equatable {
    let tag: String
    var goal: Goal

    /// What a curve is wanted to be.
    enum Goal: Equatable {
        case lowest, highest
    }

    /// A measure by the words of its tag; `nil` if they do not tell.
    init?(ofTag tag: String) {
        let words = tag.lowercased()
        func has(_ list: [String]) -> Bool { list.contains { words.contains($0) } }
        self.tag = tag
        if has([
            "loss", "error", "perplexity", "distance", "frechet", "fréchet", "divergence", "mse",
            "rmse", "mae", "nll",
        ]) || Self.parts(words).contains(where: { ["fid", "kid", "lpips"].contains($0) }) {
            goal = .lowest
        } else if has([
            "accuracy", "score", "reward", "precision", "recall", "coverage", "density", "psnr",
            "ssim", "return",
        ])
            || Self.parts(words).contains(where: {
                ["acc", "auc", "f1", "map", "iou"].contains($0)
            })
        {
            goal = .highest
        } else {
            return nil
        }
    }

    init(tag: String, goal: Goal) { (self.tag, self.goal) = (tag, goal) }

    /// How much a measure says of a run, the most telling first: the distance of samples; what is of
    /// images that are not trained on; what was given as a run's metric; others.
    var rank: Int {
        let words = tag.lowercased()
        // Of real images, beside which a run's are laid.
        if words.hasSuffix("_of_real_images") || words.contains("lowest_") { return 9 }
        let parts = Self.parts(words)
        if words.contains("frechet") || parts.contains("fid") { return 0 }
        if words.contains("distance") || parts.contains("kid") { return 1 }
        if parts.contains(where: { ["val", "valid", "validation", "eval", "test"].contains($0) }) {
            return 2
        }
        return parts.first == "hparam" ? 3 : 4
    }

    private static func parts(_ words: String) -> [Substring] {
        words.split { !$0.isLetter && !$0.isNumber }
    }

    /// The best point of a curve; `nil` where none is a number.
    func best(_ curve: ComparedRun.Curve) -> (value: Double, step: Int64)? {
        goal == .lowest ? curve.lowest : curve.highest
    }
}

/// Runs side by side, the best first.
struct RunRanking {
    private let runs: [ComparedRun]
    /// What they are sorted by; `nil` where no curve says which is better.
    private let measure: ComparedMeasure?
    private let byLast: Bool
    private let shown: [ComparedMeasure]

    /// How many measures are shown.
    private static let measureCount = 4

    /// - Parameters:
    ///   - measure: What to sort by; by default the measure that says most, of those that most runs
    ///     have.
    ///   - tags: The tags to show, if not those that say most.
    ///   - byLast: Whether last values count, and not the best ones.
    init(
        _ runs: [ComparedRun], by measure: ComparedMeasure? = nil, tags: [String] = [],
        byLast: Bool = false
    ) {
        let all = Self.measures(of: runs)
        let measure = measure ?? all.first
        self.measure = measure
        self.byLast = byLast
        var shown = [measure].compactMap(\.self)
        if tags.isEmpty {
            shown += all.filter { $0.tag != measure?.tag && $0.rank < 9 }
                .prefix(Self.measureCount - shown.count)
        } else {
            shown += tags.filter { $0 != measure?.tag }
                .map { ComparedMeasure(ofTag: $0) ?? .init(tag: $0, goal: .lowest) }
        }
        self.shown = shown
        self.runs = runs.enumerated().sorted { one, other in
            let (a, b) = (
                Self.value(one.element, measure, byLast), Self.value(other.element, measure, byLast)
            )
            return (a, one.offset) < (b, other.offset)
        }.map(\.element)
    }

    /// What a run is sorted by: the smaller the better.
    private static func value(
        _ run: ComparedRun, _ measure: ComparedMeasure?, _ byLast: Bool
    ) -> Double {
        guard let measure, let curve = run.curve(measure.tag) else { return .infinity }
        let value = byLast ? curve.last : measure.best(curve)?.value ?? .nan
        guard !value.isNaN else { return .infinity }
        return measure.goal == .lowest ? value : -value
    }

    /// The measures of the runs: those that say most first, then those that most runs have. Of tags
    /// that are one curve in every run, the first.
    private static func measures(of runs: [ComparedRun]) -> [ComparedMeasure] {
        var order: [ExactName] = []
        var counts: [ExactName: Int] = [:]
        var digests: [ExactName: [Int?]] = [:]
        for (number, run) in runs.enumerated() {
            for curve in run.curves {
                let tag = ExactName(curve.tag)
                if counts[tag] == nil {
                    order.append(tag)
                    digests[tag] = runs.map { _ in nil }
                }
                counts[tag, default: 0] += 1
                digests[tag]?[number] = curve.digest
            }
        }
        let found = order.enumerated().compactMap { index, tag in
            ComparedMeasure(ofTag: tag.string).map { ($0, counts[tag] ?? 0, index) }
        }.sorted { one, other in
            // One that few runs have sorts few.
            let (a, b) = (one.1 * 2 < runs.count ? 1 : 0, other.1 * 2 < runs.count ? 1 : 0)
            return (a, one.0.rank, -one.1, one.2) < (b, other.0.rank, -other.1, other.2)
        }.map(\.0)
        var seen: Set<[Int?]> = []
        return found.filter { seen.insert(digests[ExactName($0.tag)] ?? []).inserted }
    }

    /// A row for each run: its measures, last and best; how it ended; and the hyperparameters in which
    /// runs differ. Then those in which they do not.
    func text(width: Int, isShortening: Bool, count: Int? = nil) -> String {
        let hyperparameters = hyperparameterNames
        let differing = hyperparameters.filter { name in
            Set(runs.map { ExactName(value(of: name, $0)) }).count > 1
        }
        let (first, others) = (shown.prefix(1), shown.dropFirst())
        var columns: [Table.Column] = ["RUN"]
        columns += (first.map(\.tag) + differing + others.map(\.tag)).map { .right($0) }
        columns += [.right("POINTS"), "STATUS", .right("TIME")]
        var table = Table(columns: columns)
        let listed = runs.prefix(count ?? runs.count)
        let names = Self.shortened(runs.map(\.name))
        for (run, name) in zip(listed, names) {
            let points = run.curves.map(\.pointCount).max() ?? 0
            let time = Duration.seconds(max(0, min(run.seconds, 1e12))).inWords
            table.add(
                cells: [name] + first.map { values(of: $0, run) }
                    + differing.map { value(of: $0, run) } + others.map { values(of: $0, run) }
                    + ["\(points)", status(run), time])
        }
        var text = table.text(width: width, isShortening: isShortening)
        let rest = runs.count - listed.count
        if rest > 0 { text += "… \(rest) more\n" }
        text += "\n" + sentence + "\n"
        if let common = Self.common(runs.map(\.name)) {
            text += "All names have \(common.printable), too.\n"
        }
        let different = Set(differing.map { ExactName($0) })
        let same = hyperparameters.filter { !different.contains(ExactName($0)) }
        if !same.isEmpty, let first = runs.first {
            let list = same.map { "\($0) \(value(of: $0, first))" }.joined(separator: ", ")
            text += (runs.count == 1 ? "" : "All runs: ") + list.printable + "\n"
        }
        return text
    }

    /// The values that all runs of a sweep have in their names; `nil` where there are none.
    private static func common(_ names: [String]) -> String? {
        guard names.count > 1 else { return nil }
        let parts = names.map { $0.split(separator: ",").map { String($0) } }
        guard parts.allSatisfy({ $0.count > 1 && $0.allSatisfy { $0.contains("=") } }) else {
            return nil
        }
        let common = parts.dropFirst().reduce(Set(parts[0])) { $0.intersection($1) }
        let list = parts[0].filter { common.contains($0) }
        return list.isEmpty ? nil : list.joined(separator: ",")
    }

    /// Names without the values that all of them have.
    static func shortened(_ names: [String]) -> [String] {
        guard let common = common(names) else { return names }
        let parts = Set(common.split(separator: ",").map { String($0) })
        return names.map { name in
            name.split(separator: ",").map { String($0) }.filter { !parts.contains($0) }
                .joined(separator: ",")
        }
    }

    /// How it is sorted.
    private var sentence: String {
        guard let measure else {
            return
                "In the log's order: no curve's name tells which values are better; name one by --by."
        }
        let which = byLast ? "last" : measure.goal == .lowest ? "lowest" : "highest"
        let better = measure.goal == .lowest ? "lower" : "higher"
        return
            "Best first by the \(which) \(measure.tag.printable), the \(better) the better.\n"
            + "Of a curve, the last value, and in parentheses the best."
    }

    private var hyperparameterNames: [String] {
        var known: Set<ExactName> = []
        return runs.compactMap(\.session).flatMap(\.hparams.values).map(\.name)
            .filter { known.insert(ExactName($0)).inserted }
    }

    private func value(of name: String, _ run: ComparedRun) -> String {
        run.hyperparameter(name).map { RunOverview.text($0) } ?? "-"
    }

    private func values(of measure: ComparedMeasure, _ run: ComparedRun) -> String {
        guard let curve = run.curve(measure.tag) else { return "-" }
        return curve.last.short + (measure.best(curve).map { " (\($0.value.short))" } ?? "")
    }

    private func status(_ run: ComparedRun) -> String {
        guard let session = run.session else { return "-" }
        return switch session.status {
        case .success: "done"
        case .failure: "failed"
        case .unknown: "stopped"
        case .running, nil: "open"
        }
    }
}
