import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log export`.
struct LogExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what a log holds as files: curves, images, texts, sounds and more.",
        discussion: """
            Of curves, a row has run, tag, step, wall time (seconds since 1970) and value. A number is \
            the shortest that reads as the same in its own type; in JSON, values that are no numbers \
            are the strings NaN, Infinity and -Infinity. Images, texts and sounds go to \
            <run>/<tag>/<step>.png, .md and .wav, as they are in the log; embeddings to <run>/<name>, \
            as tensors.tsv or .bytes, metadata.tsv and sprite.png. Hyperparameters are a CSV row for \
            each run that has some, with the last values of its curves; histograms a JSON line for \
            each, with lower limit, upper limit and count of each bucket.

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

    @Option(
        help: ArgumentHelp(
            "Write the hyperparameters as CSV; - is the standard output.", valueName: "file"))
    var hparams: String?

    @Option(
        help: ArgumentHelp(
            "Write the histograms as JSON lines; - is the standard output.", valueName: "file"))
    var histograms: String?

    @Option(help: ArgumentHelp("Write the texts into this folder.", valueName: "folder"))
    var text: String?

    @Option(help: ArgumentHelp("Write the sounds into this folder.", valueName: "folder"))
    var audio: String?

    @Option(
        help: ArgumentHelp(
            "Write the embeddings into this folder; --tag means their names.", valueName: "folder"))
    var embeddings: String?

    @OptionGroup var filter: LogFilter

    @OptionGroup var reader: LogRules

    @Flag(help: "Write over files that exist; without it, that is an error.")
    var overwrite = false

    /// The files that are written whole, with the options that name them.
    private var files: [(option: String, path: String)] {
        [("--csv", csv), ("--json", json), ("--hparams", hparams), ("--histograms", histograms)]
            .compactMap { option, path in path.map { (option, $0) } }
    }

    func validate() throws {
        let folders = [images, text, audio, embeddings].compactMap { $0 }
        guard !files.isEmpty || !folders.isEmpty else {
            throw ValidationError(
                "nothing to export; name --csv, --json, --images, --hparams, --histograms, --text, "
                    + "--audio or --embeddings")
        }
        for (index, file) in files.enumerated() {
            guard let other = files[..<index].first(where: { $0.path == file.path }) else {
                continue
            }
            let name = file.path == "-" ? "the standard output" : "\(file.path)"
            throw ValidationError("\(other.option) and \(file.option) cannot both be \(name)")
        }
    }

    func run() throws {
        let log = try folder.open()
        // Before the first file is begun.
        for (_, path) in files where path != "-" && !overwrite {
            if Folder.exists(path) { throw OutputText.exists(path) }
        }
        let curves = [
            csv.map { CurveExport($0, format: .csv, overwrite: overwrite) },
            json.map { CurveExport($0, format: .json, overwrite: overwrite) },
        ].compactMap { $0 }
        var values = [
            images.map { FileExport.images(folder: $0, overwrite: overwrite) },
            text.map { FileExport.texts(folder: $0, overwrite: overwrite) },
            audio.map { FileExport.audio(folder: $0, overwrite: overwrite) },
        ].compactMap { $0 }
        let distributions = histograms.map { HistogramExport($0, overwrite: overwrite) }
        var sessions = hparams.map { HParamsExport($0, overwrite: overwrite) }
        var vectors = embeddings.map { EmbeddingExport(folder: $0, overwrite: overwrite) }
        var selection = LogSelection(filter, reader)
        var names = NameFilter(option: "--tag", filter.tag)
        var others: [(tag: String, kind: Series.Kind)] = []
        try selection.forEach(of: log, permitsNoTag: vectors != nil) {
            run, runValues, failures in
            sessions?.add(run.name, runValues) { names.takes($0) }
            vectors?.write(run.name, at: run.folder, { names.takes($0) }, &failures)
        } ofNone: { _ in
        } _: { run, tag, failures in
            for export in curves { export.write(tag, run: run, &failures) }
            for index in values.indices { values[index].write(tag, run: run, &failures) }
            distributions?.write(tag, run: run, &failures)
            if tag.scalars.isEmpty { others.append((tag.tag, tag.kind)) }
        }
        if files.count == curves.count, values.isEmpty, vectors == nil,
            curves.allSatisfy(\.isEmpty), let other = others.first,
            !filter.tag.isEmpty || !filter.run.isEmpty, !selection.hasFailures
        {
            throw CommandError(
                "no curve among what was asked for: \(other.tag.printable) is of the kind "
                    + "\(other.kind.rawValue); \(Self.wayOut(other.kind))")
        }
        for export in curves { selection.note(export.finish) }
        selection.note { distributions?.finish(&$0) }
        selection.note { sessions?.finish(&$0) }
        for export in values { System.printError(export.report) }
        if let vectors { System.printError(vectors.report) }
        try selection.end()
    }

    private static func wayOut(_ kind: Series.Kind) -> String {
        let option =
            switch kind.rawValue {
            case "images": "--images"
            case "histograms": "--histograms"
            case "text": "--text"
            case "audio": "--audio"
            case "hparams": "--hparams"
            default: nil as String?
            }
        return option.map { "\($0) writes them as files" }
            ?? "gan log list --tags shows what there is"
    }
}
