import Foundation
import TensorBoard
import TestSupport
import Testing

/// Programs that are started without some of the standard streams: no file may get their numbers.
@Suite(.waiting) struct ClosedStreamTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Every choice of standard input, output and errors, as a shell closes them.
    private static let choices = (0..<8).map { bits in
        ["<&-", ">&-", "2>&-"].enumerated().filter { bits >> $0.offset & 1 == 1 }
            .map(\.element).joined(separator: " ")
    }

    /// The events of the run's only file, which has nothing but whole records.
    private func events(_ run: String) throws -> [Event] {
        let names = try command.names(run).filter { $0.contains("tfevents") }
        try #require(names.count == 1)
        var reader = try EventFileReader(path: command.folder.path(of: "\(run)/\(names[0])"))
        var events: [Event] = []
        while let event = try reader.next() { events.append(event) }
        return events
    }

    @Test func training() throws {
        let runs = Self.choices.indices.map { index in
            "\"$GAN\" train --train-times 1 --threads 1 --run r\(index) \(Self.choices[index])"
        }
        let outcome = try command.shell(runs.joined(separator: " && "))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let expected = try events("log/r0")
        #expect(expected.count > 5)
        for (index, choice) in Self.choices.enumerated() {
            let events = try events("log/r\(index)")
            #expect(events.map(\.step) == expected.map(\.step), "\(choice)")
            #expect(try command.names("log/r\(index)").contains("checkpoint"), "\(choice)")
        }
        let check = try command.run("log", "check", "log")
        #expect(check.status == 0, "\(check.output)")
    }

    @Test func aProgramThatLogs() throws {
        for (index, choice) in Self.choices.enumerated() {
            // It prints something of its own, too, in the middle of what it logs.
            let outcome = try command.shell("\"${GAN%/gan}/LogExample\" l/r\(index) \(choice)")
            #expect(outcome.status == 0, "\(choice): \(outcome.errors)")
        }
        let expected = try events("l/r0")
        for index in Self.choices.indices {
            #expect(try events("l/r\(index)").map(\.step) == expected.map(\.step))
        }
    }

    /// What only prints has failed if nobody can read it.
    @Test func whatCannotBePrintedIsAnError() throws {
        _ = try command.shell("\"${GAN%/gan}/LogExample\" l/r")
        for sink in [">&-", "<&- >&-"] + (access("/dev/full", F_OK) == 0 ? ["> /dev/full"] : []) {
            for arguments in ["list l", "check l", "export --csv - l"] {
                let outcome = try command.shell("\"$GAN\" log \(arguments) \(sink)")
                #expect(outcome.status == 1, "\(arguments) \(sink)")
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            }
        }
    }

    /// The limit on files' sizes is an error like a full disk: whole records, no temporary files.
    /// A checkpoint has 20 MB, and is written before anything is logged; then nothing is left of the
    /// run.
    @Test(arguments: [8, 100, 1000], [0, 1]) func aFileSizeLimit(
        blocks: Int, checkpoints: Int
    ) throws {
        let outcome = try command.shell(
            "ulimit -f \(blocks) && exec \"$GAN\" train --train-times 60 --run r "
                + "--checkpoint-every \(checkpoints)")
        #expect(outcome.status == 1, "\(outcome.status)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("File too large; raise the limit on files' sizes"))
        guard checkpoints == 0 else {
            #expect(!FileManager.default.fileExists(atPath: command.folder.path(of: "log")))
            return
        }
        #expect(try !command.names("log/r").contains { $0.contains(".tmp-") })
        let check = try command.run("log", "check", "log")
        #expect(check.status == 0, "\(check.output) \(check.errors)")
    }

    /// The library takes the signal away from no one else, and handles nothing in its place.
    @Test func aFileSizeLimitInAProgramThatLogs() throws {
        let outcome = try command.shell(
            "ulimit -f 100 && exec \"${GAN%/gan}/LogExample\" l/r")
        #expect(outcome.status != 128 + SIGXFSZ && outcome.status != SIGXFSZ)
        #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
        #expect(try events("l/r").count > 2)
    }
}
