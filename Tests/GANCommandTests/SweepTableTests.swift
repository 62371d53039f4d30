import Foundation
import GAN
import TestSupport
import Testing

@testable import gan

/// What a terminal shows of a sweep, and what its processes say to each other.
@Suite(.waiting) struct SweepTableTests {
    static let rows = (0..<20).map { run in
        [
            "learning-rate=0.0001,seed=\(run)", "\(run)/10000", "1.2345", "9.8e-05", "103 (98.7)",
            run < 2 ? "3 min 05 s" : "done",
        ]
    }
    static let table = SweepTable(
        rows: rows, runningCount: 2, summary: "18 of 20 over, 2 running; 3 min 05 s left")

    @Test(arguments: [80, 120, 200])
    func widths(width: Int) {
        let lines = Self.table.lines(width: width, height: 40)
        #expect(lines.count == 22)
        #expect(lines.allSatisfy { $0.count < width })
        // Where names are too wide, values alone tell runs from each other.
        #expect(lines[0].hasPrefix(width >= 120 ? "RUN " : "learning-rate,seed "))
        #expect(lines[0].contains("  DISTANCE  LEFT"))
        #expect(lines[1].hasSuffix("103 (98.7)  3 min 05 s"))
        // All columns line up.
        let place = lines[1].range(of: "1.2345")
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.range(of: "1.2345") == place })
        #expect(
            lines[20].hasPrefix(width >= 120 ? "learning-rate=0.0001,seed=19  " : "0.0001,19  "))
        #expect(lines[21] == "18 of 20 over, 2 running; 3 min 05 s left")
    }

    /// More runs than rows: those that are trained stay, and how many more there are is said.
    @Test(arguments: [24, 10, 5, 4])
    func heights(height: Int) {
        let lines = Self.table.lines(width: 100, height: height)
        #expect(lines.count < height)
        #expect(lines.last?.hasPrefix("18 of 20 over") == true)
        let shown = lines.count { $0.contains("seed=") }
        if height < 23 {
            #expect(lines[lines.count - 2].hasPrefix("… "))
            let trained = max(0, 2 - shown)
            #expect(
                lines[lines.count - 2]
                    == "… " + (trained > 0 ? "\(trained) more being trained, " : "")
                    + "\(20 - shown - trained) more that are over")
        }
    }

    /// Where the width is too small, what comes first is shown.
    @Test(arguments: [60, 40, 20, 1])
    func narrow(width: Int) {
        let lines = Self.table.lines(width: width, height: 40)
        #expect(lines.allSatisfy { $0.count < max(width, 1) })
        if width >= 40 { #expect(lines[1].contains("0/10000")) }
        if width <= 40 { #expect(!lines[0].contains("LEFT")) }
    }

    @Test(arguments: [
        RunMessage.pass(12, discriminatorLoss: 0.5, generatorLoss: 1e-30),
        .pass(1, discriminatorLoss: .infinity, generatorLoss: -0.25),
        .warmUp(180, discriminatorLoss: 0.001), .judged(distance: 48.25, best: 47),
    ])
    func messages(message: RunMessage) {
        #expect(RunMessage(line: message.line.dropLast()) == message)
    }

    @Test(arguments: [
        "", "pass", "pass 1 2", "pass x 1 2", "judged 1", "warm-up 1 x", "pass 1 2 3 4",
    ])
    func otherLines(line: String) { #expect(RunMessage(line: line) == nil) }

    @Test(arguments: [
        ("Name:\tgan\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2),
        ("Cpus_allowed:\tff,ffffffff\n", 40), ("Cpus_allowed:\t00000000,00000001\n", 1),
        ("Name:\tgan\n", nil), ("Cpus_allowed:\t\n", nil),
    ])
    func processors(status: String, count: Int?) {
        #expect(Processors.bound(status: status) == count)
    }

    /// In a terminal the table is drawn over itself, and gone at the end.
    @Test func inATerminal() throws {
        let command = try Command()
        let words = SweepLog(command).words(
            ["--seed", "0...2", "--train-times", "300", "--judge-every", "0"])
        let outcome = try command.runInTerminal(width: 80, words.joined(separator: " "))
        #expect(outcome.status == 0, "\(outcome.output)")
        let drawn = outcome.output.components(separatedBy: "\u{1b}[?7l")
        #expect(drawn.count >= 3)
        #expect(drawn[1].contains("PASS") && drawn[1].contains("running"))
        let end = try #require(outcome.output.components(separatedBy: "\u{1b}[J").last)
        #expect(end.contains("3 runs in ") && !end.contains("\u{1b}"))
    }
}
