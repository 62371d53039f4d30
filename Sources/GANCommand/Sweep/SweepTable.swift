import GAN

/// What a terminal shows of a sweep at work: the runs that are trained, then those that are over, the
/// best first, and how many there are of each kind.
struct SweepTable {
    private let rows: [[String]]
    /// How many of the rows are of runs that are trained now.
    private let runningCount: Int
    private let summary: String

    private static let heading = ["RUN", "PASS", "D LOSS", "G LOSS", "DISTANCE", "LEFT"]

    private static let gap = "  "

    init(_ sweep: SweepRunner) {
        let running =
            sweep.running + sweep.runs.filter { sweep.isElsewhere($0) }
        let over = sweep.runs.filter { sweep.standings[$0].isOver }
            .map { (distance: sweep.rankingDistance($0), run: $0) }
            .sorted { ($0.distance, $0.run) < ($1.distance, $1.run) }
            .map(\.run)
        rows = (running + over).map { run in
            let report = sweep.reports[run]
            let mark = sweep.records[run]?.last
            func text(_ value: Double?) -> String { value.map(\.short) ?? "-" }
            let isOver = sweep.standings[run].isOver
            let distance =
                isOver ? mark?.distance ?? report.distance : report.distance ?? mark?.distance
            let best =
                isOver
                ? mark?.bestDistance ?? report.bestDistance
                : report.bestDistance ?? mark?.bestDistance
            return [
                sweep.shortName(run), sweep.place(run),
                text(report.discriminatorLoss ?? mark?.discriminatorLoss),
                text(report.generatorLoss ?? mark?.generatorLoss),
                Self.words(distance, best: best),
                sweep.state(run),
            ]
        }
        runningCount = running.count
        summary = sweep.summary + sweep.timeLeftWords
    }

    /// For tests: rows as they are.
    init(rows: [[String]], runningCount: Int, summary: String) {
        (self.rows, self.runningCount, self.summary) = (rows, runningCount, summary)
    }

    /// A distance, and in parentheses the lowest until then.
    private static func words(_ distance: Double?, best: Double?) -> String {
        guard let distance else { return "-" }
        let best = best.map { " (\(QualityReport.rounded($0)))" } ?? ""
        return QualityReport.rounded(distance) + best
    }

    /// The table in so many columns and rows, whose last ones stay free.
    func lines(width: Int, height: Int) -> [String] {
        let room = max(1, height - 3)
        var shown = rows
        var hidden = 0
        if shown.count > room {
            shown = Array(rows.prefix(max(room - 1, 0)))
            hidden = rows.count - shown.count
        }
        var lines = Self.aligned([Self.heading] + shown, width: width - 1)
        if hidden > 0 {
            let trained = max(0, runningCount - shown.count)
            let words = trained > 0 ? "\(trained) more being trained, " : ""
            lines.append("… \(words)\(hidden - trained) more that are over")
        }
        lines.append(summary)
        return lines.map { String($0.printable.prefix(max(width - 1, 0))) }
    }

    /// Names without those of the flags, whose values alone tell runs from each other: beneath the
    /// flags' names, as far as they have room.
    private static func withoutFlags(_ names: [String]) -> [String] {
        let parts = names.dropFirst().map { name in
            name.split(separator: ",").map { part in
                part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            }
        }
        guard let first = parts.first, parts.allSatisfy({ $0.allSatisfy { $0.count == 2 } }) else {
            return names
        }
        return [first.map { String($0[0]) }.joined(separator: ",")]
            + parts.map { $0.map { String($0[1]) }.joined(separator: ",") }
    }

    /// Rows whose columns line up: the first one is shortened to fit; where that leaves too little of
    /// it, columns at the end are left out.
    private static func aligned(_ rows: [[String]], width: Int) -> [String] {
        var columns = rows.first?.count ?? 0
        // Numbers keep their columns while they grow.
        let least = [8, 9, 7, 7, 13, 11]
        let widths = (0..<columns).map { column in
            rows.reduce(column < least.count ? least[column] : 0) {
                max($0, $1[column].columnCount)
            }
        }
        func rest(_ columns: Int) -> Int {
            width - widths[1..<columns].reduce(0) { $0 + gap.count + $1 }
        }
        var names = rows.map { $0[0] }
        if rest(columns) < widths[0] { names = withoutFlags(names) }
        while columns > 2, rest(columns) < min(widths[0], 16) { columns -= 1 }
        let widest = names.dropFirst().map(\.columnCount).max() ?? 0
        let first = max(1, min(max(widest, min(names[0].columnCount, widths[0])), rest(columns)))
        return zip(names, rows).map { name, row in
            var line = name.shortened(to: first)
            line += String(repeating: " ", count: max(0, first - line.columnCount))
            for column in 1..<columns {
                let fill = String(repeating: " ", count: widths[column] - row[column].columnCount)
                line +=
                    gap + (column == columns - 1 && column == 5 ? row[column] : fill + row[column])
            }
            return line
        }
    }
}
