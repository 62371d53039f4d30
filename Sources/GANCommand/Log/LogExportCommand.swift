import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log export`.
struct LogExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a log's curves as CSV or JSON lines, its images as files.",
        discussion: """
            A row has run, tag, step, wall time (seconds since 1970) and value; in JSON, values \
            that are no numbers are the strings NaN, Infinity and -Infinity. Images go to \
            <run>/<tag>/<step>.png, as they are in the log. Steps that a resumed run took again are \
            exported once, as TensorBoard shows them.
            """)

    @OptionGroup var folder: LogFolder

    @Option(
        help: ArgumentHelp("Write the curves as CSV; - is the standard output.", valueName: "file"))
    var csv: String?

    @Option(
        help: ArgumentHelp(
            "Write the curves as JSON, a line for each point; - is the standard output.",
            valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write the images into this folder.", valueName: "folder"))
    var images: String?

    @OptionGroup var filter: LogFilter

    @Flag(help: "Write over files that exist; without it, that is an error.")
    var overwrite = false

    func validate() throws {
        guard csv != nil || json != nil || images != nil else {
            throw ValidationError("nothing to export; name --csv, --json or --images")
        }
        if csv == "-", json == "-" {
            throw ValidationError("--csv and --json cannot both be the standard output")
        }
    }

    func run() throws {
        let log = try folder.open()
        // Before the first file is begun.
        for path in [csv, json].compactMap({ $0 }) where path != "-" && !overwrite {
            if Folder.exists(path) { throw OutputText.exists(path) }
        }
        let curves = try [
            csv.map { try CurveExport($0, format: .csv, overwrite: overwrite) },
            json.map { try CurveExport($0, format: .json, overwrite: overwrite) },
        ].compactMap { $0 }
        var pictures = images.map { ImageExport(folder: $0, overwrite: overwrite) }
        var problems: [EventFileError] = []
        for run in log.runs where filter.takes(run: run.name) {
            let values = run.values()
            problems += values.problems
            for tag in values.tags where filter.takes(tag: tag.tag) {
                for export in curves { try export.write(tag, run: run.name) }
                try pictures?.write(tag, run: run.name)
            }
        }
        for export in curves { System.printError(try export.finish()) }
        if let pictures { System.printError(pictures.report) }
        for problem in problems { System.printError("gan: \(problem.description.printable)\n") }
        // A file that is being written often ends inside a record.
        if !log.problems.isEmpty || problems.contains(where: { $0.problem != .truncated }) {
            throw ExitCode(1)
        }
    }
}
