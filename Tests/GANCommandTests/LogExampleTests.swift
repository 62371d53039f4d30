import TestSupport
import Testing

/// The example of a program that logs, as one meets it first.
@Suite(.waiting) struct LogExampleTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    private func run(_ arguments: String) throws -> Outcome {
        try command.shell("\"${GAN%/gan}/LogExample\" \(arguments)")
    }

    @Test(arguments: [
        ("", "log/example", "log"), ("runs/a/b 0.5", "runs/a/b", "runs/a"), ("one", "one", "one"),
    ])
    func saysWhereItLogged(arguments: String, folder: String, logFolder: String) throws {
        let outcome = try run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output
                == "logged in \(folder); to look at it: tensorboard --logdir \(logFolder)\n")
        #expect(try command.names(folder).contains { $0.contains("tfevents") })
        #expect(try command.run("log", "check", logFolder).status == 0)
    }

    @Test(
        arguments: [
            ("--help", 0), ("-h", 0), ("log/x --help", 0), ("--logdir log", 64), ("log/x fast", 64),
            ("log/x 0.1 more", 64), ("''", 64),
        ] as [(String, Int32)])
    func makesNoFolderOfAFlag(arguments: String, status: Int32) throws {
        let outcome = try run(arguments)
        #expect(outcome.status == status)
        #expect((outcome.output + outcome.errors).hasPrefix("usage: LogExample [FOLDER [RATE]]\n"))
        #expect(try command.names() == [])
    }
}
