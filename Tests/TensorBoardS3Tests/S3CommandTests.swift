#if S3
    import Foundation
    import TestSupport
    import Testing

    /// `gan-s3` as it was built beside the tests.
    @Suite(.waiting) struct S3CommandTests {
        let folder: TemporaryFolder
        let server: ObjectServer

        init() throws {
            folder = try TemporaryFolder()
            server = try ObjectServer()
            try folder.write([1, 2], to: "x.tfevents")
        }

        func start(_ options: String...) throws -> Process {
            let bundle = CommandLine.arguments.compactMap { argument in
                argument.range(of: ".xctest").map { String(argument[..<$0.lowerBound]) }
            }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: bundle.first ?? CommandLine.arguments[0])
                .deletingLastPathComponent().appendingPathComponent("gan-s3")
            process.arguments = [folder.path, "s3://logs/mine"] + options
            process.environment = ProcessInfo.processInfo.environment.merging([
                "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
                "AWS_ENDPOINT_URL": server.address, "AWS_ENDPOINT_URL_S3": "",
            ]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }

        /// Waits until the server was asked something.
        func waitForRequest(of process: Process) {
            let deadline = Date(timeIntervalSinceNow: 60)
            while process.isRunning, Date() < deadline, server.requests.isEmpty {
                Thread.sleep(forTimeInterval: 0.01)
            }
        }

        func status(of process: Process) -> Int32 {
            let deadline = Date(timeIntervalSinceNow: 60)
            while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            return process.terminationStatus
        }

        @Test func aSignalThatComesEarlyLosesNothing() throws {
            server.delay(1)
            let process = try start("--follow")
            waitForRequest(of: process)
            kill(process.processIdentifier, SIGTERM)
            #expect(status(of: process) == 0)
            #expect(server.objects["/logs/mine/x.tfevents"] == [1, 2])
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
        func theSecondSignalEndsAtOnce(signal: Int32, code: Int32) throws {
            server.delay(20)
            let process = try start("--follow")
            waitForRequest(of: process)
            kill(process.processIdentifier, signal)
            Thread.sleep(forTimeInterval: 0.5)
            #expect(process.isRunning)
            kill(process.processIdentifier, signal)
            #expect(status(of: process) == code)
            #expect(process.terminationReason == .exit)
        }

        @Test(arguments: ["0", "-1"]) func onlyAProcessCanBeFollowed(number: String) throws {
            let process = try start("--follow", "--until=\(number)")
            #expect(status(of: process) == 64)
        }
    }
#endif
