import ArgumentParser
import TensorBoard

/// `gan log tail`.
struct LogTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show new points of curves as they are logged, until Ctrl-C.",
        discussion: """
            It follows all runs in the folder, and those that begin later. A line has the time, the \
            run, the tag, the step and the value. It ends when nobody reads them any more. A file \
            that is replaced by a longer copy of itself is read on where it was.
            """)

    @OptionGroup var folder: LogFolder

    @OptionGroup var filter: LogFilter

    @Option(help: ArgumentHelp("How many points of the past to show first.", valueName: "n"))
    var lines = 10

    @Option(help: ArgumentHelp("Seconds from one look to the next.", valueName: "x"))
    var every = 1.0

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines must be at least 0") }
        guard (0.01...86_400).contains(every) else {
            throw ValidationError("--every must be from 0.01 to 86400")
        }
    }

    func run() throws {
        StopSignal.watch()
        var follower = try folder.follower()
        var lines = TailLines()
        var kinds: [SeriesName: Series.Kind] = [:]
        var runs = NameFilter(option: "--run", filter.run)
        var tags = NameFilter(option: "--tag", filter.tag)
        var other: (tag: String, kind: Series.Kind)?
        var isFirst = true
        while StopSignal.exitCode == nil, !System.outputIsClosed, System.outputError == nil {
            var news: [TailLines.Point] = []
            try follower.poll { update in
                switch update.news {
                case .event(let event):
                    guard runs.takes(update.run) else { return }
                    for value in event.values where tags.takes(value.tag) {
                        let key = SeriesName(
                            run: ExactName(update.run), tag: ExactName(value.tag))
                        if let kind = value.kind { kinds[key] = kind }
                        guard kinds[key] == .scalars, let number = value.number else {
                            other = other ?? kinds[key].map { (value.tag, $0) }
                            continue
                        }
                        news.append(
                            .init(
                                wallTime: event.wallTime, run: update.run, tag: value.tag,
                                step: event.step, value: number))
                    }
                case .problem(let error):
                    System.printError("gan: \(error.description.printable)\n")
                }
                // Of the past only the last ones are shown.
                if isFirst, news.count > 4 * self.lines + 4096 { Self.cut(&news, to: self.lines) }
            }
            let hasPoints = !news.isEmpty
            if isFirst {
                Self.cut(&news, to: self.lines)
                for (filter, kind) in [(runs, "run"), (tags, "tag")] where filter.foundNothing {
                    for complaint in filter.complaints(kind) {
                        System.printError("gan: \(complaint); waiting for it\n")
                    }
                }
            }
            if isFirst, !hasPoints, let other, !filter.tag.isEmpty || !filter.run.isEmpty {
                System.printError(
                    "gan: no curve among what was asked for: \(other.tag.printable) is of the kind "
                        + "\(other.kind.rawValue); waiting for one\n")
            }
            isFirst = false
            System.print(lines.text(news))
            if StopSignal.exitCode == nil, System.outputError == nil {
                System.sleepWhileOutputIsOpen(every)
            }
        }
        if StopSignal.exitCode == nil, let error = System.outputError { throw error }
        if System.outputIsTerminal { System.print("\n") }
        throw ExitCode(StopSignal.exitCode ?? 0)
    }

    /// Keeps the latest points of all runs, in the order of their times.
    private static func cut(_ points: inout [TailLines.Point], to count: Int) {
        points = Array(
            points.enumerated()
                .sorted { ($0.element.wallTime, $0.offset) < ($1.element.wallTime, $1.offset) }
                .map(\.element).suffix(count))
    }
}

/// What tells a curve from the others of a log.
private struct SeriesName: Hashable {
    let run, tag: ExactName
}

/// Points of curves, one in a line, in columns that grow as they need to.
struct TailLines {
    /// A point of a curve.
    struct Point {
        let wallTime: Double
        let run: String
        let tag: String
        let step: Int64
        let value: Event.Number
    }

    private var widths = [0, 0, 0]

    /// The lines for some points.
    mutating func text(_ points: [Point]) -> String {
        let rows = points.map { point in
            (
                time: System.timeOfDay(point.wallTime),
                cells: [point.run.printable, point.tag.printable, "\(point.step)"],
                value: "\(point.value)"
            )
        }
        for row in rows {
            for (index, cell) in row.cells.enumerated() {
                widths[index] = max(widths[index], min(cell.columnCount, 40))
            }
        }
        return rows.map { row in
            func fill(_ index: Int) -> String {
                String(repeating: " ", count: max(0, widths[index] - row.cells[index].columnCount))
            }
            let names = "\(row.cells[0])\(fill(0))  \(row.cells[1])\(fill(1))"
            return "\(row.time)  \(names)  \(fill(2))\(row.cells[2])  \(row.value)\n"
        }.joined()
    }
}
