#if S3
    import ArgumentParser
    import Foundation
    import Synchronization
    import TensorBoard
    import TensorBoardS3

    /// The command `gan-s3`.
    @main
    struct S3Command: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gan-s3",
            abstract:
                "Bring a log to an object store with S3's interface, where TensorBoard reads it.",
            discussion: """
                It stores the event files of all runs in the folder, whoever writes them, and the files of \
                their embeddings. With --follow it goes on as they grow, until Ctrl-C or until the process \
                that --until names has ended; then it stores what is left, and a second Ctrl-C ends it at \
                once. What is on the disk stays there.

                Keys, region and server are those of Amazon's tools: AWS_ACCESS_KEY_ID, \
                AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL, or the files that aws configure \
                writes. The exit code is 1 if something could not be stored.
                """)

        @Argument(help: ArgumentHelp("The folder of all runs.", valueName: "folder"))
        var folder: String

        @Argument(help: ArgumentHelp("Where it goes: s3://bucket/path.", valueName: "address"))
        var address: String

        @Flag(help: "Go on as the files grow.")
        var follow = false

        @Option(
            help: ArgumentHelp(
                "With --follow, end with the process of this number.", valueName: "n"))
        var until: Int32?

        @Option(
            help: ArgumentHelp("Seconds from one look at the files to the next.", valueName: "x"))
        var every = 5.0

        @Option(
            help: ArgumentHelp(
                "Seconds that the last files may take before they are left on the disk alone.",
                valueName: "x"))
        var patience = 120.0

        @Flag(help: "Only see whether files can be stored there.")
        var check = false

        func validate() throws {
            guard (0.1...86_400).contains(every) else {
                throw ValidationError("--every must be from 0.1 to 86400")
            }
            guard (0...86_400).contains(patience) else {
                throw ValidationError("--patience must be from 0 to 86400")
            }
            guard until == nil || follow else { throw ValidationError("--until needs --follow") }
            if let until, until < 1 { throw ValidationError("--until must be at least 1") }
        }

        static func main() {
            do {
                var command = try parseAsRoot()
                try command.run()
            } catch let error as LogDestinationError {
                printError("\(error)")
                exit(withError: ExitCode(1))
            } catch {
                exit(withError: error)
            }
        }

        func run() throws {
            // A signal that comes while the server is asked ends it after what is there is stored.
            let stop = follow && !check ? StopWatch(until: until) : nil
            let destination = try S3Destination(address)
            do throws(LogDestinationError) {
                try destination.check()
            } catch {
                // A server that does not answer may do so later.
                guard follow, !check, error.isTransient else { throw error }
                Self.printError("\(error)")
            }
            if check { return }
            guard follow || FileManager.default.fileExists(atPath: folder) else {
                throw LogDestinationError(
                    "\(folder): no such folder; name one that holds logs", isTransient: false)
            }
            var options = LogUploader.Options()
            options.interval = .seconds(every)
            options.patience = .seconds(patience)
            let uploader = LogUploader(folder: folder, to: destination, options: options) { error in
                Self.printError("\(error); what is logged is kept in \(folder)")
            }
            stop?.wait()
            try uploader.finish()
            print("\(destination.name): \(uploader.progress.storedFiles) files stored")
        }

        static func printError(_ line: String) {
            FileHandle.standardError.write(Data("gan-s3: \(line)\n".utf8))
        }
    }

    /// Waits for a signal, or for the end of another process. A second signal ends the program at once.
    private struct StopWatch {
        private static let received = Atomic<Bool>(false)

        private let process: pid_t?

        init(until process: pid_t?) {
            self.process = process
            // The handler must not be the first to touch the atomic, whose making is not safe there.
            Self.received.store(false, ordering: .relaxed)
            var watched = sigset_t()
            sigemptyset(&watched)
            for number in [SIGINT, SIGTERM, SIGHUP] {
                // Whoever is followed decides when it ends.
                if process != nil, number != SIGTERM {
                    signal(number, SIG_IGN)
                    continue
                }
                sigaddset(&watched, number)
                signal(number) { number in
                    let isSecond = StopWatch.received.exchange(true, ordering: .relaxed)
                    // A terminal that is closed may say so twice.
                    if isSecond, number != SIGHUP { _exit(128 + number) }
                }
            }
            // Whoever has started the program may have blocked them until here.
            pthread_sigmask(SIG_UNBLOCK, &watched, nil)
        }

        func wait() {
            while !Self.received.load(ordering: .relaxed) {
                if let process, kill(process, 0) != 0, errno == ESRCH { return }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
#else
    import Foundation

    /// The command `gan-s3`, built without what it needs.
    @main
    struct S3Command {
        static func main() {
            let line =
                "gan-s3: built without the HTTP client, which the package's trait S3 brings; build it "
                + "by swift build -c release --product gan-s3 --traits S3\n"
            FileHandle.standardError.write(Data(line.utf8))
            exit(1)
        }
    }
#endif
