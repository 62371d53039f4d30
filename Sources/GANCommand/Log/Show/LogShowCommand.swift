import ArgumentParser
import Datasets
import TensorBoard

/// `gan log show`.
struct LogShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Draw a log's curves, and its last images, in the terminal.",
        discussion: """
            The curves of all runs that have a tag are drawn into one chart, smoothed as TensorBoard \
            does it. Where there are colors, each run has one; elsewhere a letter. Images are drawn with \
            half blocks where there are colors, or with --images in shades. In a wide terminal charts \
            stand side by side.
            """)

    /// Whether something is done where the terminal is made for it, or in any case, or not at all.
    enum Choice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @OptionGroup var folder: LogFolder

    @OptionGroup var filter: LogFilter

    @OptionGroup var reader: LogRules

    @Option(help: ArgumentHelp("How much curves are smoothed, from 0 to 0.999.", valueName: "x"))
    var smoothing = 0.6

    @Option(help: ArgumentHelp("The lines of a chart.", valueName: "n"))
    var height = 12

    @Option(
        help: ArgumentHelp(
            "The columns that there are. (default: the terminal's)", valueName: "n"))
    var width: Int?

    @Flag(help: "Draw the logarithms of the values.")
    var log = false

    @Flag(
        help:
            "Make room for all points, also for the outliers that TensorBoard leaves out of sight.")
    var outliers = false

    @Option(help: ArgumentHelp("Use colors: auto, always, never.", valueName: "when"))
    var color = Choice.auto

    @Option(help: ArgumentHelp("Draw images: auto, always, never.", valueName: "when"))
    var images = Choice.auto

    func validate() throws {
        guard (0...0.999).contains(smoothing) else {
            throw ValidationError("--smoothing must be from 0 to 0.999")
        }
        guard (3...200).contains(height) else {
            throw ValidationError("--height must be from 3 to 200")
        }
        guard width.map({ (30...1000).contains($0) }) ?? true else {
            throw ValidationError("--width must be from 30 to 1000")
        }
    }

    func run() throws {
        let log = try folder.open()
        var runs: [String] = []
        var curves: [(tag: ExactName, list: [TerminalChart.Curve])] = []
        var pictures: [(tag: ExactName, run: Int, last: TagValues.StoredValue)] = []
        var selection = LogSelection(filter, reader)
        try selection.forEachTag(of: log) { run, _ in
            runs.append(run)
        } _: { tag in
            let (name, run) = (ExactName(tag.tag), runs.count - 1)
            if tag.kind == .images, let last = tag.stored.last {
                pictures.append((name, run, last))
            }
            guard !tag.scalars.isEmpty else { return }
            let curve = TerminalChart.Curve(run: run, points: tag.scalars, smoothing: smoothing)
            if let index = curves.firstIndex(where: { $0.tag == name }) {
                curves[index].list.append(curve)
            } else {
                curves.append((name, [curve]))
            }
        }
        let isColored =
            switch color {
            case .auto: System.outputHasColors
            case .always: true
            case .never: false
            }
        let showsImages = images == .always || images == .auto && isColored
        guard !curves.isEmpty || showsImages && !pictures.isEmpty else {
            throw CommandError(
                pictures.isEmpty
                    ? "\(folder.logdir): no curve or image among what was asked for; gan log list "
                        + "--tags shows what there is"
                    : "\(folder.logdir): no curve among what was asked for; --images always draws "
                        + "images without colors, too")
        }
        let charts = curves.map { tag, list in
            TerminalChart(title: tag.string, curves: list, runs: runs)
        }
        System.print(text(of: charts, isColored: isColored))
        if showsImages {
            selection.note { failures in
                for (tag, run, last) in pictures {
                    let title = "\(tag.string)  \(runs[run]), step \(last.step)"
                    show(last, title: title, isColored: isColored, &failures)
                }
            }
        }
        try selection.end()
    }

    private var columns: Int { max(30, width ?? System.terminalWidth) }

    /// The charts, side by side as far as there is room.
    private func text(of charts: [TerminalChart], isColored: Bool) -> String {
        let across = max(1, min(columns / TerminalChart.narrowestOfSeveral, charts.count))
        let each = across == 1 ? columns : (columns - 3 * (across - 1)) / across
        let style = TerminalChart.Style(
            width: each, height: height, isLogarithmic: log, showsOutliers: outliers,
            isColored: isColored)
        var text = ""
        for start in stride(from: 0, to: charts.count, by: across) {
            let blocks = charts[start..<min(start + across, charts.count)].map { $0.lines(style) }
            let height = blocks.map(\.count).max() ?? 0
            for line in 0..<height {
                var row = ""
                for (index, block) in blocks.enumerated() {
                    let cell = line < block.count ? block[line] : TerminalLine()
                    row += index + 1 < blocks.count ? cell.padded(to: each) + "   " : cell.text
                }
                text += row + "\n"
            }
            text += "\n"
        }
        return text
    }

    private func show(
        _ stored: TagValues.StoredValue, title: String, isColored: Bool, _ failures: inout Failures
    ) {
        do {
            guard let file = try stored.load().pictures?.first else { return }
            guard let picture = ColorPicture(png: file) else {
                System.print("\(title.printable): no PNG\n\n")
                return
            }
            let drawn = TerminalPicture(picture).text(width: columns, isColored: isColored)
            System.print("\(title.printable)\n\(drawn)\n")
        } catch {
            failures.add("\(error)")
        }
    }
}
