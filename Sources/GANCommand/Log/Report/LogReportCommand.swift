import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log report`.
struct LogReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a log as one page for a browser, to send to someone without TensorBoard.",
        discussion: """
            The page holds all it shows, and works from a disk and without a network: the curves of \
            all runs, smoothed as TensorBoard does it, with a legend that switches runs on and off; \
            images with a slider for their step; hyperparameters and last values; texts.

            Images are spread evenly over the steps, as many as fit into --max-size. Of a curve of more \
            than 2000 points the extremes are kept. What of the log could not be read is named; the \
            exit code is 1 then, and the page holds the rest.
            """)

    @OptionGroup var folder: LogFolder

    @Option(help: ArgumentHelp("The page; - is the standard output.", valueName: "file"))
    var to = "report.html"

    @OptionGroup var filter: LogFilter

    @OptionGroup var reader: LogRules

    @Option(help: ArgumentHelp("The page's title. (default: the folder's name)", valueName: "text"))
    var title: String?

    @Option(
        help: ArgumentHelp(
            "How much curves are smoothed at first, from 0 to 0.999.", valueName: "x"))
    var smoothing = 0.6

    @Option(
        help: ArgumentHelp(
            "What the page may take, in megabytes, before images are left out.", valueName: "x"))
    var maxSize = 3.0

    @Flag(help: "Write over a file that exists; without it, that is an error.")
    var overwrite = false

    func validate() throws {
        guard (0...0.999).contains(smoothing) else {
            throw ValidationError("--smoothing must be from 0 to 0.999")
        }
        guard (0.1...1000).contains(maxSize) else {
            throw ValidationError("--max-size must be from 0.1 to 1000")
        }
    }

    func run() throws {
        let log = try folder.open()
        if to != "-", !overwrite, Folder.exists(to) { throw OutputText.exists(to) }
        var data = ReportData()
        var selection = LogSelection(filter, reader)
        try selection.forEachTag(of: log) { run, values in
            data.begin(run, values)
        } _: { tag in
            data.add(tag)
        }
        guard !data.isEmpty else {
            throw CommandError(
                "\(folder.logdir): no curve, image or text among what was asked for; gan log list "
                    + "--tags shows what there is")
        }
        let name = FilePath.name(of: FilePath.withoutTrailingSlashes(folder.logdir))
        let title = title ?? (name.isEmpty || name == "." ? "log" : name)
        let head = ReportData.Head(title: title, about: about(data), smoothing: smoothing)
        let page = selection.noting { failures in
            let room = Int(maxSize * 1e6)
            return ReportPage.html(
                title: title, json: data.json(head, room: room - ReportPage.byteCount, &failures))
        }
        let file = try OutputText(to, overwrite: overwrite)
        try file.write(page)
        try file.close()
        if to != "-" {
            let size = Double(page.utf8.count) / 1e6
            System.printError("\(to.printable): \(data.summary), \(size.short) MB\n")
        }
        try selection.end()
    }

    private func about(_ data: ReportData) -> String {
        "\(data.summary) · \(FileName.timestamp.replacing("_", with: " "))"
    }
}
