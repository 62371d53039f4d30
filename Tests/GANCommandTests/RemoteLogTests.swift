import TestSupport
import Testing

/// `gan train` with a log on an object store.
@Suite struct RemoteLogTests {
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
            let outcome = try command.shell(
                "export AWS_ACCESS_KEY_ID=id AWS_SECRET_ACCESS_KEY=key AWS_ENDPOINT_URL_S3= "
                    + "AWS_ENDPOINT_URL=\(server.address); "
                    + "exec \"$GAN\" train --logdir s3://logs/mine --run r --learning-rate 1")
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
}
