import Testing

/// The whole help texts, as a terminal of 80 columns shows them.
@Suite struct HelpTests {
    func help(_ arguments: String...) throws -> String {
        let outcome = try Command().run(arguments + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        return outcome.output
    }

    @Test func ofTheCommand() throws {
        let expected = """
            OVERVIEW: Train a GAN on handwritten digits, and watch it in TensorBoard.

            Start with `gan train`, which needs no file. It writes what TensorBoard shows
            into a folder, log, and says how to open it.

            USAGE: gan <subcommand>

            OPTIONS:
              -h, --help              Show help information.

            SUBCOMMANDS:
              train                   Train the article's GAN, and log it for TensorBoard.
              log                     Look into TensorBoard's logs.
              bench                   Measure how fast training and logging are on this
                                      machine.

              See 'gan help <subcommand>' for detailed help.

            """
        #expect(try help() == expected)
        #expect(try Command().run().output == expected)
    }

    @Test func ofTraining() throws {
        #expect(
            try help("train") == """
                OVERVIEW: Train the article's GAN, and log it for TensorBoard.

                The discriminator first trains alone, until its loss is at most 0.001. Then
                each pass takes one step with it and several with the generator. Ctrl-C
                finishes the pass and ends; what was logged until then is whole.

                USAGE: gan train [<options>]

                OPTIONS:
                  --logdir <folder>       The folder of all runs. (default: log)
                  --run <name>            This run's folder in it; . is the log folder itself.
                                          (default: date and time)
                  --train-times <n>       Passes to train; the article takes 100000. (default:
                                          1000)
                  --train-step <n>        Passes from one summary to the next. (default: 1)
                  --batch-size <n>        Images in a step. (default: 10)
                  --learning-rate <x>     Adam's learning rate, for both networks. (default:
                                          0.0001)
                  --seed <n>              Where random numbers start; the same seed gives the
                                          same losses. (default: 0)
                  --data <folder>         Train on the MNIST files in this folder. (default:
                                          1000 images that are built in)
                  --threads <n>           Threads to compute with; the losses do not depend on
                                          it. (default: one per core)
                  --no-progress           Print a line for each pass, as is done where there is
                                          no terminal.
                  -h, --help              Show help information.


                """)
    }

    @Test func ofLogs() throws {
        #expect(
            try help("log") == """
                OVERVIEW: Look into TensorBoard's logs.

                It reads the logs of any program that writes for TensorBoard.

                USAGE: gan log <subcommand>

                OPTIONS:
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  list                    List runs and their tags: kind, number of values,
                                          first and last step.
                  check                   Verify every record's checksums; name the first bad
                                          byte of each file.

                  See 'gan help log <subcommand>' for detailed help.

                """)
    }

    @Test func ofListing() throws {
        #expect(
            try help("log", "list") == """
                OVERVIEW: List runs and their tags: kind, number of values, first and last step.

                USAGE: gan log list [<folder>]

                ARGUMENTS:
                  <folder>                The folder of all runs. (default: log)

                OPTIONS:
                  -h, --help              Show help information.


                """)
    }

    @Test func ofChecking() throws {
        #expect(
            try help("log", "check") == """
                OVERVIEW: Verify every record's checksums; name the first bad byte of each
                file.

                The exit code is 1 if a file is damaged, or ends inside a record. Everything
                before that place is whole, and TensorBoard shows it.

                USAGE: gan log check [<folder>]

                ARGUMENTS:
                  <folder>                The folder of all runs. (default: log)

                OPTIONS:
                  -h, --help              Show help information.


                """)
    }
}
