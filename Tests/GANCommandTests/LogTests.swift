import Foundation
import TensorBoard
import TestSupport
import Testing

/// `gan log` on logs that were just written.
@Suite(.waiting) struct LogTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Writes a run with two series, and returns its event file's path in the command's folder.
    @discardableResult
    func writeRun(_ name: String) throws -> String {
        let writer = try SummaryWriter(logdir: command.folder.path(of: name))
        try writer.addScalar(0.5, tag: "loss", step: 7)
        try writer.addScalar(0.25, tag: "loss", step: 1400)
        try writer.add(Summary([.histogram([1, 2, 3] as [Float], tag: "layer/weights")]), step: 9)
        try writer.close()
        return String(writer.path.dropFirst(command.folder.path.count + 1))
    }

    /// Changes the bytes of a file.
    func change(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try command.folder.read(path)
        change(&bytes)
        try command.folder.write(bytes, to: path)
    }

    /// The ends of all records of a file: each is a length of eight bytes, a checksum, that many
    /// bytes, and a checksum.
    func ends(of path: String) throws -> [Int] {
        let bytes = try command.folder.read(path)
        var ends = [0]
        while let start = ends.last, start < bytes.count {
            let length = bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            ends.append(start + 12 + length + 4)
        }
        return ends
    }

    @Test func listsRunsAndTags() throws {
        try writeRun("log")
        try writeRun("log/runs/second")
        let outcome = try command.run("log", "list", "--tags")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(
            outcome.output == """
                RUN          TAG            KIND        VALUES  FIRST STEP  LAST STEP
                .            loss           scalars          2           7       1400
                .            layer/weights  histograms       1           9          9
                runs/second  loss           scalars          2           7       1400
                runs/second  layer/weights  histograms       1           9          9

                """)
        #expect(
            try command.run("log", "list", "log/runs/", "--tags").output.contains("second  loss"))
    }

    @Test func listsARunWithoutValues() throws {
        try SummaryWriter(logdir: command.folder.path(of: "log/empty")).close()
        #expect(
            try command.run("log", "list", "--tags").output == """
                RUN    TAG  KIND  VALUES  FIRST STEP  LAST STEP
                empty  -    -          0           -          -

                """)
    }

    @Test func keepsTheTerminalFromObeyingATag() throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log"))
        try writer.addScalar(1, tag: "\u{1b}[2J", step: 1)
        try writer.close()
        #expect(
            try command.run("log", "list", "--tags").output.contains(".    \u{fffd}[2J  scalars"))
    }

    @Test func findsNothingWrongInAWholeLog() throws {
        let path = try writeRun("log/first")
        let outcome = try command.run("log", "check", "log")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let records = try ends(of: path)
        #expect(
            outcome.output
                == "\(path): \(records.count - 1) events, \(records.last ?? 0) bytes, all whole\n")
    }

    @Test func namesTheByteOfDamage() throws {
        let bad = try writeRun("log/bad")
        let good = try writeRun("log/good")
        let records = try ends(of: bad)
        // A byte of the third record's data.
        try change(bad) { $0[records[2] + 14] ^= 1 }

        let check = try command.run("log", "check")
        #expect(check.status == 1)
        #expect(
            check.errors
                == "gan: \(bad): damaged at byte \(records[2]): a record's data have a wrong "
                + "checksum; before it, 2 events are whole, behind it \(records.count - 4); "
                + "TensorBoard's default reader reads \(records.count - 1), 1 of them with wrong "
                + "data; with --load_fast=false it reads 2\n")
        #expect(check.output.hasPrefix("\(good): "))

        let list = try command.run("log", "list", "--tags")
        #expect(list.status == 1)
        #expect(list.output.contains("good  loss"))
        #expect(list.errors.hasPrefix("gan: \(bad): damaged at byte \(records[2])"))
    }

    @Test func tellsOfARecordThatIsCutOff() throws {
        let path = try writeRun("log")
        let records = try ends(of: path)
        let last = records[records.count - 2]
        try change(path) { $0.removeLast() }

        let check = try command.run("log", "check")
        #expect(check.status == 1)
        #expect(
            check.errors == "gan: \(path): the file ends inside the record at byte \(last); "
                + "before it, \(records.count - 2) events are whole\n")
        // It may be about to be written whole.
        #expect(try command.run("log", "list").status == 0)
    }

    /// A folder below that cannot be read is named, and the others are read.
    @Test(arguments: [
        ("list --tags", "good  loss"), ("check", "all whole"), ("repair --to new", "events kept"),
        ("export --csv -", "good,loss,7,"),
    ])
    func goesOnWhereAFolderCannotBeRead(subcommand: String, output: String) throws {
        try writeRun("log/good")
        try FileManager.default.createSymbolicLink(
            atPath: command.folder.path(of: "log/bad"), withDestinationPath: "bad")
        let words = subcommand.split(separator: " ").map { String($0) }
        let outcome = try command.run(["log", words[0], "log"] + words.dropFirst())
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(output))
        #expect(outcome.errors.hasPrefix("gan: log/bad: cannot open: "))
    }

    #if os(Linux)
        /// A file whose reading fails; a link to it has an event file's name.
        @Test(arguments: [
            ("list --tags", "good  loss"), ("check", "all whole"),
            ("repair --to new", "events kept"),
            ("export --csv -", "good,loss,7,"),
        ])
        func goesOnWhereAFileCannotBeRead(subcommand: String, output: String) throws {
            try writeRun("log/good")
            try FileManager.default.createDirectory(
                atPath: command.folder.path(of: "log/bad"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: command.folder.path(of: "log/bad/tfevents"),
                withDestinationPath: "/proc/self/mem")
            let words = subcommand.split(separator: " ").map { String($0) }
            let outcome = try command.run(["log", words[0], "log"] + words.dropFirst())
            #expect(outcome.status == 1)
            #expect(outcome.output.contains(output))
            #expect(outcome.errors.hasPrefix("gan: log/bad/tfevents: cannot read: "))
        }
    #endif

    @Test(arguments: ["list", "check", "repair --to new", "export --csv -"])
    func reportsAFolderWithoutALog(subcommand: String) throws {
        for (folder, message) in [
            ("log", "no such folder; name one that holds logs"),
            (
                "file",
                "no event file, for those have tfevents in their names; name one, or a folder that "
                    + "holds logs"
            ),
            ("empty", "no event files in it, nor below; name one that holds logs"),
        ] {
            try command.write("", to: "file")
            try command.write("", to: "empty/below/notes")
            let words = subcommand.split(separator: " ").map { String($0) }
            let outcome = try command.run(["log", words[0], folder] + words.dropFirst())
            #expect(outcome.status == 1)
            #expect(outcome.output == "")
            #expect(outcome.errors == "gan: \(folder): \(message)\n")
        }
    }
}
