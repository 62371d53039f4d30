import TensorBoard

/// Hyperparameters of all runs as CSV, a row for each run that has some: its name, how it ended, when
/// it began and ended in seconds since 1970, each hyperparameter, and the last value of each curve, in
/// columns `hparam/<name>` and `metric/<tag>`.
struct HParamsExport {
    private struct Row {
        let run: String
        let session: RunValues.Session
        let metrics: [(tag: String, value: String)]
    }

    private let path: String
    private let overwrite: Bool
    private var rows: [Row] = []

    init(_ path: String, overwrite: Bool) {
        self.path = path
        self.overwrite = overwrite
    }

    /// Takes a run's hyperparameters, if it has some, and the last values of curves.
    ///
    /// - Parameter isMeant: Whether a curve is taken.
    mutating func add(_ run: String, _ values: RunValues, _ isMeant: (String) -> Bool) {
        guard let session = values.session else { return }
        let metrics = values.tags.compactMap { tag in
            isMeant(tag.tag) ? tag.scalars.last.map { (tag.tag, "\($0.number)") } : nil
        }
        rows.append(Row(run: run, session: session, metrics: metrics))
    }

    /// Writes the file.
    func finish(_ failures: inout Failures) {
        let hparams = Self.names(rows.flatMap { $0.session.hparams.values.map(\.name) })
        let metrics = Self.names(rows.flatMap { $0.metrics.map(\.tag) })
        let heads =
            ["run", "status", "start_time", "end_time"] + hparams.map { "hparam/\($0)" }
            + metrics.map { "metric/\($0)" }
        let file = ExportedText(
            path, overwrite: overwrite, heading: Self.line(heads), of: "run")
        for row in rows { file.write(Self.line(Self.cells(of: row, hparams, metrics)), &failures) }
        file.finish(&failures)
    }

    private static func cells(
        of row: Row, _ hparams: [String], _ metrics: [String]
    ) -> [String] {
        let status =
            switch row.session.status {
            case .success: "success"
            case .failure: "failure"
            case .unknown: "unknown"
            case .running: "running"
            case nil: ""
            }
        let times = [row.session.startTime, row.session.endTime ?? .nan].map {
            $0.isFinite ? Event.Number.text($0) : ""
        }
        let values = hparams.map { name in
            row.session.hparams.values.first { ExactName($0.name) == ExactName(name) }.map {
                text($0.value)
            } ?? ""
        }
        let last = metrics.map { tag in
            row.metrics.first { ExactName($0.tag) == ExactName(tag) }?.value ?? ""
        }
        return [row.run, status] + times + values + last
    }

    private static func text(_ value: HParams.Value) -> String {
        switch value {
        case .string(let text): text
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .number(let number): Event.Number.text(number)
        }
    }

    private static func line(_ cells: [String]) -> String {
        cells.map(\.cellOfCSV).joined(separator: ",") + "\n"
    }

    /// Each name once, in the order in which they come.
    private static func names(_ all: [String]) -> [String] {
        var known: Set<ExactName> = []
        return all.filter { known.insert(ExactName($0)).inserted }
    }
}
