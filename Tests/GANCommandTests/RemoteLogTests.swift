import TestSupport
import Testing

/// `gan train` with a log on an object store.
@Suite(.waiting) struct RemoteLogTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    #if S3
        /// The training's own line and exit code come last, though not all of the log was stored.
        @Test func aTrainingThatFailsSaysSo() throws {
            let server = try ObjectServer()
            let refusals = (0..<1000).map { _ in ObjectServer.Answer.error(400, "KeyTooLongError") }
            server.answer([.text(200, "<ListBucketResult/>"), .text(200, "<X/>")] + refusals)
            let outcome = try command.shell("\(train(server)) --learning-rate 1")
            #expect(outcome.status == 3)
            let lines = outcome.errors.split(separator: "\n")
            #expect(
                lines.last?.hasPrefix("gan: the discriminator's loss stands still: ") == true,
                "\(outcome.errors)")
            #expect(
                lines.dropLast().last?.hasPrefix(
                    "gan: s3://logs/mine: not all of the log is there; ")
                    == true, "\(outcome.errors)")
        }
    #endif

    @Test(arguments: ["", "/dev/null", "nowhere"])
    func aProgramThatIsNotThere(named: String) throws {
        // A copy has none beside it.
        let outcome = try command.shell(
            "cp \"$GAN\" copy; export GAN_S3=\(named); "
                + "exec ./copy train --logdir s3://logs/mine --run r")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors
                == "gan: s3://logs/mine: the program gan-s3 is not beside gan, which brings logs there; "
                + "build it by swift build -c release --product gan-s3 --traits S3, or name it by "
                + "GAN_S3, or name a folder by --logdir\n")
        #expect(try command.names() == ["copy"])
    }

    @Test func noRunIsBegunAnew() throws {
        let outcome = try command.run(
            "train", "--logdir", "s3://logs/mine/", "--run", "r", "--overwrite")
        #expect(outcome.status == 64)
        #expect(outcome.output == "")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("gan: --overwrite leaves the old run's log at "))
        let end = "aws s3 rm --recursive s3://logs/mine/r && rm -r log-s3/logs/mine/r\n"
        #expect(outcome.errors.hasSuffix(end), "\(outcome.errors)")
        #expect(try command.names() == [])
    }

    @Test(arguments: ["s3://", "s3://.", "s3://x/../y", "s3://x//y"])
    func whatIsNoAddress(_ address: String) throws {
        let outcome = try command.run("train", "--logdir", address, "--run", "r")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("gan: \(address): no address of a bucket; "))
        #expect(try command.names() == [])
    }

    #if S3
        /// What is refused with a log on an object store is not advised there.
        @Test func waysToBeginAnew() throws {
            let server = try ObjectServer()
            let train = self.train(server)
            let network = SweepLog.networks.joined(separator: " ")
            let removal = "aws s3 rm --recursive s3://logs/mine/r && rm -r log-s3/logs/mine/r"
            let first = try command.shell(
                "\(train) --train-times 1 --judge-every 0 --checkpoint-every 0 \(network)")
            #expect(first.status == 0, "\(first.errors)")

            let taken = try command.shell("\(train) --train-times 1 \(network)")
            #expect(taken.status == 1)
            #expect(
                taken.errors.hasSuffix(
                    "log-s3/logs/mine/r holds a run already; choose another name by --run, or begin it "
                        + "anew after removing it: \(removal)\n"), "\(taken.errors)")
            let empty = try command.shell("\(train) --resume")
            #expect(empty.status == 1)
            #expect(
                empty.errors.hasSuffix(
                    "has no checkpoint, but a log; begin the run anew after removing it: \(removal) && "
                        + "gan train --logdir s3://logs/mine --run r\n"), "\(empty.errors)")
            try command.write("model", to: "log-s3/logs/mine/r/checkpoint")
            try command.write("x", to: "log-s3/logs/mine/r/model.ckpt-7.index")
            let damaged = try command.shell("\(train) --resume")
            #expect(damaged.status == 1)
            #expect(
                damaged.errors.hasSuffix("; begin the run anew after removing it: \(removal)\n"),
                "\(damaged.errors)")
        }

        private func train(_ server: ObjectServer) -> String {
            "export AWS_ACCESS_KEY_ID=id AWS_SECRET_ACCESS_KEY=key AWS_ENDPOINT_URL_S3= "
                + "AWS_ENDPOINT_URL=\(server.address); "
                + "exec \"$GAN\" train --logdir s3://logs/mine --run r --threads 1"
        }

        /// A run goes on where its log is: on the object store.
        @Test func howToGoOn() throws {
            let server = try ObjectServer()
            let outcome = try command.shell(
                "\(train(server)) --time-limit 0.2 " + SweepLog.networks.joined(separator: " "))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.output.contains(
                    "\nto go on: gan train --logdir s3://logs/mine --run r --resume\n"),
                "\(outcome.output)")
        }
    #endif
}
