import TensorBoard
import TestSupport
import Testing

@testable import gan

/// `gan log show`: curves and images in a terminal.
@Suite(.waiting) struct LogShowTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    func log(runs: [String] = ["first", "second"]) throws {
        for (index, run) in runs.enumerated() {
            let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
            for step in 0...10 {
                let value = index == 0 ? Double(step) : 10 - Double(step)
                try writer.addScalar(value, tag: "line", step: step)
                try writer.addScalar(value, tag: "other", step: step)
            }
            try writer.addImage([0, 255, 128, 255], shape: .hw(2, 2), tag: "x", step: 3)
            try writer.close()
        }
    }

    @Test func aLineRisesThroughTheChart() throws {
        try log(runs: ["first"])
        let outcome = try command.run(
            "log", "show", "log", "--tag", "line", "--smoothing", "0", "--height", "4", "--width",
            "60", "--outliers")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("line\n"))
        #expect(outcome.output.contains("  ━━ first  last 10.0000, least 0.0000 at step 0\n"))
        let rows = outcome.output.split(separator: "\n").filter { $0.contains("┤") }
        #expect(rows.count == 4)
        // The higher, the further to the right.
        let starts = rows.map { row in
            row.split(separator: "┤")[safe: 1].map { part in part.prefix { $0 == " " }.count } ?? 99
        }
        #expect(starts == starts.sorted(by: >))
    }

    /// As a program logs that was started again.
    @Test(arguments: ["default", "python", "all"])
    func stepsThatGoBack(reader: String) throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log"))
        for step in [0, 9_000_000_000_000_000_000, 1, 400_000_000, 2] {
            try writer.addScalar(1, tag: "line", step: step)
        }
        try writer.close()
        let outcome = try command.run("log", "show", "log", "--as", reader)
        #expect(outcome.status == 0 && outcome.output.hasPrefix("line\n"))
    }

    @Test func runsHaveLettersWithoutColors() throws {
        try log()
        let outcome = try command.run("log", "show", "log", "--tag", "line", "--height", "5")
        #expect(outcome.output.contains("a") && outcome.output.contains("b"))
        #expect(outcome.output.contains("  aa first  last 10.0000"))
        #expect(outcome.output.contains("  bb second  last 0.0000"))
        #expect(!outcome.output.contains("\u{1b}"))
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    /// At every width a legend says whole numbers, and its line has room.
    @Test(arguments: [30, 40, 50, 57, 60, 61, 70, 80, 100])
    func legendsOfLongNames(width: Int) throws {
        let runs = ["a run of a long name that ends in 12345", "短い名前と長い名前の実行結果の学習曲線", "x"]
        for (index, run) in runs.enumerated() {
            let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
            for step in [-7777, 12, 13, 1414] {
                try writer.addScalar(step == 1414 ? index : index + 5, tag: "line", step: step)
            }
            try writer.close()
        }
        let output = try command.run("log", "show", "log", "--width", "\(width)").output
        let legends = output.split(separator: "\n").filter { $0.contains("last ") }
        #expect(legends.count == 3, "\(output)")
        for legend in legends {
            #expect(String(legend).columnCount <= width, "\(legend)")
            let isWhole =
                legend.hasSuffix(" at step 1414")
                || legend.contains(#/ last \d\.0000(, smoothed \d\.\d{4})?$/#)
            #expect(isWhole, "\(legend)")
        }
    }

    @Test func runsHaveColorsInATerminal() throws {
        try log()
        let outcome = try command.shellInTerminal(
            width: 80, "unset NO_COLOR; exec \"$GAN\" log show log --tag line")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\u{1b}[38;5;208m"))
        #expect(outcome.output.contains("\u{1b}[38;5;33m"))
    }

    @Test func chartsStandSideBySideWhereThereIsRoom() throws {
        try log()
        let narrow = try command.run("log", "show", "log", "--width", "80")
        let wide = try command.run("log", "show", "log", "--width", "200")
        func titles(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { $0.contains("line") || $0.contains("other") }
        }
        #expect(titles(narrow.output).count == 2)
        #expect(titles(wide.output).count == 1)
        #expect(wide.output.split(separator: "\n").allSatisfy { $0.count <= 200 })
        #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func imagesInShadesAndColors() throws {
        try log(runs: ["first"])
        let shades = try command.run(
            "log", "show", "log", "--images", "always", "--color", "never", "--tag", "x")
        #expect(shades.output == "x  first, step 3\n  ██\n▒▒██\n\n")
        let colors = try command.run(
            "log", "show", "log", "--images", "always", "--color", "always", "--tag", "x")
        #expect(
            colors.output == "x  first, step 3\n\u{1b}[38;5;16;48;5;244m▀\u{1b}[38;5;231;48;5;231m▀"
                + "\u{1b}[0m\n\n")
        let none = try command.run("log", "show", "log", "--tag", "x")
        #expect(none.status == 1)
        #expect(none.errors.contains("--images always"))
    }

    @Test func whatGoesWrongIsALine() throws {
        let missing = try command.run("log", "show", "nothing")
        #expect(missing.status == 1 && missing.errors.contains("nothing: no such folder"))
        try log()
        #expect(try command.run("log", "show", "log", "--smoothing", "1").status == 64)
        let tag = try command.run("log", "show", "log", "--tag", "nothing")
        #expect(tag.status == 1 && tag.errors.contains("no such tag"))
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? {
        indices.contains(index) ? self[index] : nil
    }
}
