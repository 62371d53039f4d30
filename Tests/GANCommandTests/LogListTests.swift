import Foundation
import TensorBoard
import TestSupport
import Testing

@testable import gan

/// The table of runs that `gan log list` begins with.
@Suite(.waiting) struct LogListTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Writes a run, a second for each of its losses.
    func write(
        _ run: String, _ losses: [Float], _ hparams: HParams?, status: HParams.Status? = .success
    ) throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
        if let hparams { try writer.addHParams(hparams) }
        for (step, loss) in losses.enumerated() {
            let time = 1000 + Double(step)
            try writer.addScalar(loss, tag: "loss", step: Int64(step), wallTime: time)
        }
        if hparams != nil, let status { try writer.endHParams(status: status) }
        try writer.close()
    }

    /// The table without its column of times: a run's hyperparameters are logged now.
    func rows(_ text: some StringProtocol) -> [[String]] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.split(separator: " ").map { String($0) }
        }
    }

    /// Numbers beyond float32's are not rounded to infinity or 0.
    @Test func largeNumbers() throws {
        var file = RawEvents()
        for (step, value) in [-1e300, 2e41, 1e-60].enumerated() {
            file.add(
                step: Int64(step), wallTime: Double(step),
                .tensor(
                    "loss", plugin: "scalars", type: 2,
                    [0x22, 8] + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }))
        }
        try command.write("", to: "log/r/note")
        try command.folder.write(file.bytes, to: "log/r/events.out.tfevents.1.h")
        let outcome = try command.run("log", "list", "--as", "python")
        #expect(outcome.output.contains("1.0e-60 (-1.0e+300)"))
    }

    /// Names and values that only look alike are two.
    @Test func lettersOfOtherBytes() throws {
        try write("a", [1], ["caf\u{e9}": 1, "cafe\u{301}": 2, "name": "\u{e9}"])
        try write("b", [1], ["caf\u{e9}": 1, "cafe\u{301}": 3, "name": "e\u{301}"])
        let outcome = try command.run("log", "list")
        #expect(outcome.status == 0 && outcome.errors == "")
        let text = Array(outcome.output.utf8)
        #expect(text.contains(Array("All runs: caf\u{e9} 1\n".utf8)))
        for word in ["cafe\u{301}", "\u{e9}", "e\u{301}"] {
            #expect(text.contains(Array(word.utf8)), "\(word)")
        }
        #expect(
            rows(outcome.output)[1].suffix(2).map { Array($0.utf8) } == [[0x32], [0xc3, 0xa9]])
    }

    @Test func comparesRuns() throws {
        try write("a", [3, 1, 2], ["train_times": 3, "rate": 0.01, "name": "x", "on": true])
        try write(
            "b", [2, .nan, 0.5], ["train_times": 7, "rate": 0.01, "on": true], status: .failure)
        try write("c", [4], ["train_times": 3, "rate": 0.01, "on": true], status: nil)
        try write("d", [9, 1e-7], ["train_times": 3, "rate": 0.01, "on": true], status: .unknown)
        let outcome = try command.run("log", "list")
        #expect(outcome.status == 0 && outcome.errors == "")
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 80 })
        let rows = rows(outcome.output)
        #expect(rows[0] == ["RUN", "PASSES", "STATUS", "TIME", "loss", "train_times", "name"])
        #expect(rows[1].prefix(5) == ["a", "3", "of", "3", "done"])
        #expect(rows[1].suffix(4) == ["2.0000", "(1.0000)", "3", "x"])
        #expect(rows[2].prefix(5) == ["b", "3", "of", "7", "failed"])
        #expect(rows[2].suffix(4) == ["0.5000", "(0.5000)", "7", "-"])
        #expect(rows[3].prefix(5) == ["c", "1", "of", "3", "open"])
        #expect(rows[4].prefix(5) == ["d", "2", "of", "3", "stopped"])
        #expect(rows[4].suffix(4) == ["1.0e-07", "(1.0e-07)", "3", "-"])
        #expect(outcome.output.contains("\nAll runs: rate 0.01, on true\n"))
        #expect(outcome.output.hasSuffix("\nLowest loss: 1.0e-07, of d at step 1\n"))
    }

    /// Where the time ends a run, nobody knows how many passes there will be.
    @Test func tellsOfPassesThatTimeEnds() throws {
        try write("a", [3, 1, 2], ["train_step": 1])
        try write("b", [3, 1, 2, 4, 2], ["train_step": 2])
        let rows = rows(try command.run("log", "list").output)
        #expect(rows[0].prefix(3) == ["RUN", "PASSES", "STATUS"])
        #expect(rows[1].prefix(3) == ["a", "2", "done"])
        #expect(rows[2].prefix(3) == ["b", "4", "done"])
    }

    /// How good samples are comes first, and real images' own distance is no curve of a run's.
    @Test func showsDistancesFirst() throws {
        var file = RawEvents()
        file.start(step: 0)
        for (tag, value) in [
            ("D_loss", Float(0.5)), ("quality/classifier_score", 9),
            ("quality/frechet_distance", 4),
            ("quality/frechet_distance_of_real_images", 1),
        ] {
            for step in 0..<2 {
                file.add(
                    step: Int64(step), wallTime: Double(step), .scalar(value - Float(step), tag))
            }
        }
        try command.write("", to: "log/r/note")
        try command.folder.write(file.bytes, to: "log/r/events.out.tfevents.1.h")
        let output = try command.run("log", "list").output
        #expect(rows(output)[0].suffix(2) == ["quality/frechet_distance", "D_loss"])
        #expect(output.contains("quality/classifier_score"))
        #expect(!output.contains("of_real_images"))
        #expect(output.contains("3.0000 (3.0000)  -0.5000 (-0.5000)"))
    }

    /// A log that says nothing of itself.
    @Test func listsRunsOfOtherPrograms() throws {
        try write(".", [1, 2, 3], nil)
        #expect(
            try command.run("log", "list").output == """
                RUN  POINTS  STATUS  TIME             loss
                .         3  -        2 s  3.0000 (1.0000)

                Of a curve, the last value, and in parentheses the best.

                """)
    }

    /// More columns than a terminal has go into further tables.
    @Test func staysWithinEightyColumns() throws {
        for (index, run) in ["first", "second"].enumerated() {
            let names = (0..<12).map { "hyperparameter_\($0)" }
            try write(run, [1], HParams(names.map { ($0, .number(Double(index))) }))
        }
        let output = try command.run("log", "list").output
        let lines = output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.filter { $0.hasPrefix("first ") }.count > 2)
        for index in 0..<12 { #expect(output.contains("hyperparameter_\(index)")) }
    }

    /// The time of a run that was resumed is without the pause, and with what was done twice.
    @Test func timesAreWithoutPauses() throws {
        for (number, times) in [[1000.0, 1002, 1003], [5000, 5004], [9000]].enumerated() {
            var file = RawEvents()
            file.start(step: Int64(number))
            for (step, time) in times.enumerated() {
                file.add(step: Int64(step + number), wallTime: time, .scalar(1, "loss"))
            }
            try command.write("", to: "log/note")
            try command.folder.write(file.bytes, to: "log/events.out.tfevents.\(number).h")
        }
        let rows = rows(try command.run("log", "list").output)
        #expect(rows[1].prefix(5) == [".", "3", "-", "7", "s"])
    }

    /// Two tags of one curve are shown as one, where they are that in every run.
    @Test func showsACurveOnce() throws {
        func write(_ run: String, _ others: [Float]) throws {
            let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
            for (step, loss) in [Float(3), 1, 2].enumerated() {
                try writer.addScalar(loss, tag: "loss", step: Int64(step))
                try writer.addScalar(others[step], tag: "loss/validation", step: Int64(step))
            }
            try writer.close()
        }
        try write("a", [3, 1, 2])
        #expect(
            try rows(command.run("log", "list").output)[0]
                == ["RUN", "POINTS", "STATUS", "TIME", "loss"])
        // The same last and best value, and another curve.
        try write("b", [4, 1, 2])
        #expect(
            try rows(command.run("log", "list").output)[0]
                == ["RUN", "POINTS", "STATUS", "TIME", "loss", "loss/validation"])
    }

    /// A list of tags is as wide as a terminal at most, and elsewhere as wide as it is.
    @Test func tagsStayWithinATerminal() throws {
        let tag = "a_long_name_of_a_tag/with_parts/loss"
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/2026-11-28_19-46-00"))
        try writer.addScalar(1, tag: tag, step: 123_456_789)
        try writer.close()
        let whole = try command.run("log", "list", "--tags").output
        let lines = whole.split(separator: "\n")
        #expect(lines.count == 2 && lines[1].count > 80)
        let narrow = try command.runInTerminal(width: 80, "log list --tags").output
            .replacing("\r\n", with: "\n")
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(
            rows(narrow) == [
                ["RUN", "TAG", "KIND", "VALUES"], ["2026-11-28_19-46-00", tag, "scalars", "1"], [],
                ["RUN", "TAG", "FIRST", "STEP", "LAST", "STEP"],
                ["2026-11-28_19-46-00", tag, "123456789", "123456789"], [],
            ])
        let wide = try command.runInTerminal(width: 120, "log list --tags").output
        #expect(wide.replacing("\r\n", with: "\n") == whole)
    }

    /// Names that leave no room for what is said of them are shortened in the middle, in a terminal.
    @Test(arguments: [40, 80, 100]) func shortensLongNames(width: Int) throws {
        let run = "sweep/learning_rate_0.0001/batch_size_32/seed_of_the_run_12345"
        let tag = "discriminator/conv1/a/very/deeply/nested/scope/loss"
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
        for tag in ["loss", tag] { try writer.addScalar(1, tag: tag, step: 123_456_789) }
        try writer.close()
        for (arguments, row) in [("", "sweep"), (" --tags", "sweep")] {
            let whole = try command.run(
                ["log", "list"] + arguments.split(separator: " ").map { String($0) })
            #expect(whole.output.contains("\n\(run)  "))
            let lines = try command.runInTerminal(width: width, "log list\(arguments)").output
                .split(separator: "\r\n")
            #expect(lines.filter { $0.hasPrefix(row) }.count >= 2)
            for line in lines where line.hasPrefix(row) || line.hasPrefix("RUN") {
                #expect(line.count <= width, "\(line)")
                if line.hasPrefix(row) { #expect(line.split(separator: " ")[0].hasSuffix("45")) }
            }
        }
        let tags = try command.runInTerminal(width: width, "log list --tags").output
            .replacing("\r\n", with: "\n")
        #expect(tags.contains(/\nsweep\S*…\S*12345  (\S*…\S*|discriminator\S+)loss  scalars/))
        #expect(tags.contains("123456789"))
    }

    @Test func keepsBothEnds() {
        let cases = [
            (10, "abcdefghij"), (9, "abcd…ghij"), (4, "ab…j"), (3, "a…j"), (2, "a…"), (1, "…"),
        ]
        for (length, text) in cases { #expect("abcdefghij".shortened(to: length) == text) }
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한국", 4), ("ｱ", 1), ("Ａ", 2),
        ("👍🏽", 2), ("👨‍👩‍👧", 2), ("❤️", 2), ("❤", 1), ("🇯🇵", 2), ("\u{200b}", 0), ("…", 1), ("Ω", 1),
    ])
    func columnsOfATerminal(text: String, count: Int) {
        #expect(text.columnCount == count)
    }

    @Test func wideNamesKeepBothEnds() {
        let cases = [(12, "日本語の名前"), (11, "日本…名前"), (8, "日本…前"), (6, "日…前"), (3, "…"), (2, "…")]
        for (width, text) in cases {
            #expect("日本語の名前".shortened(to: width) == text)
            #expect(text.columnCount <= width)
        }
    }

    @Test func columnsOfWideNamesLineUp() throws {
        try write("日本語", [1], ["rate": 1])
        try write("ab", [1], ["rate": 1])
        let lines = try command.run("log", "list").output.split(separator: "\n").map(String.init)
        let starts = lines.compactMap { line in
            line.firstRange(of: "  done").map { String(line[..<$0.lowerBound]).columnCount }
        }
        #expect(starts.count == 2 && Set(starts).count == 1, "\(lines)")
    }

    /// Of a run that was resumed, what it is now.
    @Test func aResumedRunIsOpenAgain() throws {
        try write("run", [1], ["rate": 1])
        try write("run", [1], ["rate": 2], status: nil)
        let output = try command.run("log", "list").output
        #expect(output.contains("  open  "))
        #expect(output.contains("\nrate 2\n"))
    }

    @Test func takesAFile() throws {
        try write("run", [5, 6], nil)
        let name = try #require(try command.names("log/run").first)
        let file = "log/run/\(name)"
        #expect(try command.run("log", "list", file).output.contains("6.0000 (5.0000)"))
        #expect(
            try command.run("log", "export", file, "--csv", "-").output.hasSuffix(
                ".,loss,0,1000.0,5.0\n.,loss,1,1001.0,6.0\n"))
        #expect(try command.run("log", "check", file).output.hasPrefix("\(file): "))
        let tail = try command.start("log", "tail", file, until: "1  6.0")
        tail.interrupt()
        #expect(try command.outcome(of: tail).output.contains("0  5.0\n"))
        try command.write("", to: "notes")
        let other = try command.run("log", "list", "notes")
        #expect(other.status == 1)
        #expect(
            other.errors == "gan: notes: no event file, for those have tfevents in their names; "
                + "name one, or a folder that holds logs\n")
    }

    /// What is listed is what is exported.
    @Test(arguments: ["default", "python", "all"])
    func countsWhatIsExported(rules: String) throws {
        var file = RawEvents()
        file.start(step: 0)
        for step in [1, 2, 3] as [Int64] { file.add(step: step, .scalar(0, "loss")) }
        file.start(step: 2)
        for step in [2, 1] as [Int64] { file.add(step: step, .scalar(0, "loss")) }
        try command.write("", to: "log/note")
        try command.folder.write(file.bytes, to: "log/events.out.tfevents.1.h")
        let list = try command.run("log", "list", "--tags", "--as", rules).output
        let count = ["default": 1, "python": 3, "all": 5][rules] ?? 0
        #expect(rows(list)[1].prefix(4) == [".", "loss", "scalars", "\(count)"])
        let export = try command.run("log", "export", "--csv", "-", "--as", rules).output
        #expect(export.split(separator: "\n").count == 1 + count)
    }
}
