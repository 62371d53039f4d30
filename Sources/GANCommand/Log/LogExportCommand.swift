import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log export`.
struct LogExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a log's curves as CSV or JSON lines, its images as files.",
        discussion: """
            A row has run, tag, step, wall time (seconds since 1970) and value. A number is the \
            shortest that reads as the same in its own type; in JSON, values that are no numbers \
            are the strings NaN, Infinity and -Infinity. Images go to <run>/<tag>/<step>.png, as \
            they are in the log.

            Steps that were logged again are exported as TensorBoard shows them: by default a value \
            replaces those of its tag from its step on; with --load_fast=false only a START record \
            does that, for all tags, and a file ends at a damaged record. Otherwise what is whole \
            behind a damaged record is exported, and what is left out is named. The exit code is 1 \
            then. Curves of other numbers than float32, which TensorBoard shows with \
            --load_fast=false, are exported in any case.
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

    @OptionGroup var reader: LogRules

    @Flag(help: "Write over files that exist; without it, that is an error.")
    var overwrite = false

    func validate() throws {
        guard csv != nil || json != nil || images != nil else {
            throw ValidationError("nothing to export; name --csv, --json or --images")
        }
        if let csv, csv == json {
            let name = csv == "-" ? "the standard output" : "\(csv)"
            throw ValidationError("--csv and --json cannot both be \(name)")
        }
    }

    func run() throws {
        let log = try folder.open()
        // Before the first file is begun.
        for path in [csv, json].compactMap({ $0 }) where path != "-" && !overwrite {
            if Folder.exists(path) { throw OutputText.exists(path) }
        }
        let curves = [
            csv.map { CurveExport($0, format: .csv, overwrite: overwrite) },
            json.map { CurveExport($0, format: .json, overwrite: overwrite) },
        ].compactMap { $0 }
        var pictures = images.map { ImageExport(folder: $0, overwrite: overwrite) }
        var selection = LogSelection(filter, reader)
        var others: [(tag: String, kind: Series.Kind)] = []
        try selection.forEach(of: log) { run, tag, failures in
            for export in curves { export.write(tag, run: run, &failures) }
            pictures?.write(tag, run: run, &failures)
            if tag.scalars.isEmpty { others.append((tag.tag, tag.kind)) }
        }
        if pictures == nil, curves.allSatisfy({ $0.count == 0 }), let other = others.first,
            !filter.tag.isEmpty || !filter.run.isEmpty, !selection.hasFailures
        {
            let wayOut =
                other.kind == .images
                ? "--images writes them as files" : "gan log list --tags shows what there is"
            throw CommandError(
                "no curve among what was asked for: \(other.tag.printable) is of the kind "
                    + "\(other.kind.rawValue); \(wayOut)")
        }
        for export in curves { selection.note(export.finish) }
        if let pictures { System.printError(pictures.report) }
        try selection.end()
    }
}
