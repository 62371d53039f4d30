import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log repair`.
struct LogRepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Copy all whole events of a log into a new one.",
        discussion: """
            TensorBoard's default reader does not check data: it shows the value of a damaged record \
            as it stands, and ends where a length is damaged, or where it finds no event, or a time \
            that is not a number. The other one (--load_fast=false) ends at the first damage of any \
            kind. `gan log check` says what either shows.

            The copy holds everything before and behind damage, run by run; the log itself is only \
            read. Where the record was damaged that says of what kind a tag is, others say it. A time \
            that is not a number becomes that of the event before. Bytes that belong to no whole \
            event are left out and told; the exit code is 1 if nothing is left of a file, or one \
            could not be read or written.
            """)

    @OptionGroup var folder: LogFolder

    @Option(help: ArgumentHelp("The new log's folder.", valueName: "folder"))
    var to: String

    func run() throws {
        let log = try folder.open()
        for run in log.runs {
            for file in run.files where Folder.exists(output(of: file, in: run)) {
                throw CommandError(
                    "\(output(of: file, in: run)): exists; name another folder with --to")
            }
        }
        var summary = Summary(isWhole: log.problems.isEmpty)
        for run in log.runs {
            do throws(FileError) {
                try Folder.create(output(of: run))
            } catch {
                summary.add(error.description)
                continue
            }
            run.repair(into: output(of: run)) { result in
                switch result {
                case .success(let report): summary.add(report)
                case .failure(let error): summary.add(error.description)
                }
            }
        }
        System.print(summary.text(for: to))
        if !summary.isWhole || summary.keptCount == 0 { throw ExitCode(1) }
    }

    private func output(of run: EventLog.Run) -> String {
        run.name == "." ? to : "\(to)/\(run.name)"
    }

    private func output(of file: String, in run: EventLog.Run) -> String {
        "\(output(of: run))/\(EventLog.Run.name(ofFile: file))"
    }
}

extension LogRepairCommand {
    /// What became of all files.
    private struct Summary {
        /// Whether every file could be read and written, and something was kept of it.
        var isWhole: Bool
        private(set) var keptCount = 0
        private var skippedByteCount = 0
        private var isChanged = false

        init(isWhole: Bool) {
            self.isWhole = isWhole
        }

        mutating func add(_ failure: String) {
            isWhole = false
            System.printError("gan: \(failure.printable)\n")
        }

        mutating func add(_ report: EventLog.RepairReport) {
            keptCount += report.eventCount
            skippedByteCount += report.skippedByteCount
            if let problem = report.problem { add(problem.description) }
            if report.eventCount == 0, !report.skipped.isEmpty {
                if report.problem == nil {
                    add("\(report.path): damaged, and no event of it is whole: nothing is kept")
                }
                isWhole = false
                return
            }
            System.print(lines(report))
        }

        private mutating func lines(_ report: EventLog.RepairReport) -> String {
            var lines = ["\(report.output.printable): \(counted(report.eventCount, "event")) kept"]
            if report.isUnpacked {
                lines.append("  unpacked: TensorBoard reads nothing that is compressed")
            }
            for bytes in report.skipped {
                lines.append(
                    "  left out: \(counted(bytes.count, "byte")) from byte \(bytes.lowerBound) on")
            }
            if report.restoredLengthCount > 0 {
                let records = counted(report.restoredLengthCount, "record")
                lines.append("  given the length that their data have: \(records)")
            }
            if report.mendedCount > 0 {
                let events = counted(report.mendedCount, "event")
                lines.append("  given a time that is a number, or text that is UTF-8: \(events)")
            }
            if !report.filledTags.isEmpty {
                let few = report.filledTags.prefix(5).map(\.printable).joined(separator: ", ")
                let rest = report.filledTags.count > 5 ? ", …" : ""
                let tags = counted(report.filledTags.count, "tag")
                lines.append("  given the kind that other records say: \(tags) (\(few)\(rest))")
            }
            if lines.count > 1 { isChanged = true }
            return lines.joined(separator: "\n") + "\n"
        }

        /// The last line.
        func text(for folder: String) -> String {
            let look = "to look at it: tensorboard --logdir \(folder.quotedForShell)\n"
            if keptCount == 0 { return "nothing could be kept\n" }
            if skippedByteCount > 0 {
                return "left out \(counted(skippedByteCount, "byte")); "
                    + "to look at the rest: tensorboard --logdir \(folder.quotedForShell)\n"
            }
            if isChanged { return "nothing was left out; \(look)" }
            return isWhole ? "nothing was damaged\n" : look
        }
    }
}

private func counted(_ count: Int, _ unit: String) -> String {
    "\(count) \(unit)\(count == 1 ? "" : "s")"
}
