import Foundation
import TestSupport
import Testing

/// `gan log tail` in a pipe, and on files that others replace.
@Suite(.waiting) struct LogTailTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    func write(_ steps: ClosedRange<Int64>, to run: String) throws {
        var file = RawEvents()
        for step in steps { file.add(step: step, wallTime: Double(step), .scalar(0.5, "loss")) }
        try command.write("", to: "\(run)/note")
        try command.folder.write(file.bytes, to: "\(run)/events.out.tfevents.1.h")
    }

    /// Nothing is logged any more, so that it would never write again.
    @Test func endsWhenNobodyReads() throws {
        try write(1...3, to: "log")
        let start = Date()
        let outcome = try command.shell(
            "{ \"$GAN\" log tail --every 60; echo $? >code; } | head -n 2; cat code")
        #expect(Date().timeIntervalSince(start) < 30)
        let lines = outcome.output.split(separator: "\n")
        #expect(
            lines.dropLast().map { $0.suffix(11) }
                == ["loss  1  0.5", "loss  2  0.5"].map {
                    $0.suffix(11)
                })
        #expect(lines.last == "0")
        #expect(outcome.errors == "")
    }

    /// What cannot be written is an error, and not waited for.
    @Test(arguments: [">/dev/full", ">&-"])
    func endsWhereNothingCanBeWritten(redirection: String) throws {
        try write(1...3, to: "log")
        let start = Date()
        let outcome = try command.shell(
            "\"$GAN\" log tail --every 60 \(redirection); echo $? >code")
        #expect(Date().timeIntervalSince(start) < 30)
        #expect(try command.folder.read("code") == Array("1\n".utf8))
        #expect(outcome.errors.hasPrefix("gan: standard output: cannot write: "))
    }

    @Test func aFilterThatFindsNothingYet() throws {
        try write(1...3, to: "log")
        let tail = try command.start("log", "tail", "--every", "0.01", "--tag", "acc*", until: nil)
        Thread.sleep(forTimeInterval: 1)
        tail.interrupt()
        let outcome = try command.outcome(of: tail)
        #expect(outcome.output == "")
        #expect(outcome.errors == "gan: --tag acc*: no such tag; there is loss; waiting for it\n")
    }

    @Test func aFilterThatFindsNoCurve() throws {
        var file = RawEvents()
        file.add(step: 1, .image([1], "picture"))
        file.add(step: 1, .scalar(1, "loss"))
        try command.write("", to: "log/x")
        try command.folder.write(file.bytes, to: "log/a.tfevents")
        let tail = try command.start(
            "log", "tail", "--every", "0.01", "--tag", "pict*", until: nil)
        Thread.sleep(forTimeInterval: 1)
        tail.interrupt()
        let outcome = try command.outcome(of: tail)
        #expect(outcome.output == "")
        #expect(
            outcome.errors
                == "gan: no curve among what was asked for: picture is of the kind images; waiting "
                + "for one\n")
    }

    @Test func namesThatLookAlikeAreToldOnce() throws {
        try write(1...2, to: "log/caf\u{e9}")
        try write(1...2, to: "log/cafe\u{301}")
        let tail = try command.start("log", "tail", "--every", "0.01", until: "2  0.5")
        Thread.sleep(forTimeInterval: 0.3)
        tail.interrupt()
        let lines = try command.outcome(of: tail).output.split(separator: "\n")
        #expect(lines.count == 4)
    }

    @Test func aReplacedFileIsReadOn() throws {
        try write(1...3, to: "log")
        let tail = try command.start("log", "tail", "--every", "0.01", until: "3  0.5")
        try write(1...5, to: "new")
        try FileManager.default.removeItem(atPath: command.folder.path(of: "new/note"))
        let path = "events.out.tfevents.1.h"
        #expect(
            rename(command.folder.path(of: "new/\(path)"), command.folder.path(of: "log/\(path)"))
                == 0)
        try command.wait(for: tail, until: "5  0.5")
        tail.interrupt()
        let lines = try command.outcome(of: tail).output.split(separator: "\n")
        #expect(lines.map { $0.suffix(6) } == (1...5).map { "\($0)  0.5" })
    }
}
