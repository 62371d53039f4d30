import TestSupport
import Testing

/// The help texts of `gan log`, but for those of reports and of comparisons.
@Suite(.waiting) struct LogHelpTests {
    @Test func ofLogs() throws {
        #expect(
            try HelpTests().help("log") == """
                OVERVIEW: Look into TensorBoard's logs.

                It reads the logs of any program that writes for TensorBoard.

                USAGE: gan log <subcommand>

                OPTIONS:
                \(SharedHelp.end)

                SUBCOMMANDS:
                  list                    Compare the runs of a log: how far each came, its
                                          losses, hyperparameters.
                  compare                 Compare the runs of a log, best first:
                                          hyperparameters, last and best values.
                  show                    Draw a log's curves, and its last images, in the
                                          terminal.
                  report                  Write a log as one page for a browser, to send to
                                          someone without TensorBoard.
                  tail                    Show new points of curves as they are logged, until
                                          Ctrl-C.
                  export                  Write what a log holds as files: curves, images,
                                          texts, sounds and more.
                  check                   Verify every record's checksums; name the first bad
                                          byte of each file.
                  repair                  Copy all whole events of a log into a new one.

                  See 'gan help log <subcommand>' for detailed help.

                """)
    }

    @Test func ofListing() throws {
        #expect(
            try HelpTests().help("log", "list") == """
                OVERVIEW: Compare the runs of a log: how far each came, its losses,
                hyperparameters.

                A run is done, stopped, failed or open: not ended, or ended without a word. Its
                time is that from the first value to the last of each of its files: without the
                pauses before it was resumed. With --tags, --run or --tag it lists tags: kind,
                number of values, first and last step, of what `gan log export` with the same
                options exports.

                USAGE: gan log list [<folder>] [--tags] [--run <name> ...] [--tag <name> ...] [--as <reader>] [--no-checksum]

                \(SharedHelp.folder)

                OPTIONS:
                  --tags                  List the tags of all runs.
                \(SharedHelp.filter)
                \(SharedHelp.reader)
                \(SharedHelp.end)


                """)
    }

    @Test func ofChecking() throws {
        #expect(
            try HelpTests().help("log", "check") == """
                OVERVIEW: Verify every record's checksums; name the first bad byte of each
                file.

                The exit code is 1 if a file is damaged, or ends inside a record, or holds what
                one of TensorBoard's readers does not show. The line says what is whole before
                that place and behind it, and how many events TensorBoard reads: its default
                reader does not check data, the other one (--load_fast=false) ends at the first
                damage. What is whole `gan log repair` brings back. Named, too, are tags that
                hold two kinds of value in a run, with the files of both, and tags that are of
                no kind.

                USAGE: gan log check [<folder>]

                \(SharedHelp.folder)

                OPTIONS:
                \(SharedHelp.end)


                """)
    }

    @Test func ofRepairing() throws {
        #expect(
            try HelpTests().help("log", "repair") == """
                OVERVIEW: Copy all whole events of a log into a new one.

                TensorBoard's default reader does not check data: it shows the value of a
                damaged record as it stands, and ends where a length is damaged, or where it
                finds no event, or a time that is not a number. The other one
                (--load_fast=false) ends at the first damage of any kind. `gan log check` says
                what either shows.

                The copy holds everything before and behind damage, run by run; the log itself
                is only read. Where the record was damaged that says of what kind a tag is,
                others say it. A time that is not a number becomes that of the event before.
                Bytes that belong to no whole event are left out and told; the exit code is 1
                if nothing is left of a file, or one could not be read or written.

                USAGE: gan log repair [<folder>] --to <folder>

                \(SharedHelp.folder)

                OPTIONS:
                  --to <folder>           The new log's folder.
                \(SharedHelp.end)


                """)
    }

    @Test func ofExporting() throws {
        #expect(
            try HelpTests().help("log", "export") == """
                OVERVIEW: Write what a log holds as files: curves, images, texts, sounds and
                more.

                Of curves, a row has run, tag, step, wall time (seconds since 1970) and value.
                A number is the shortest that reads as the same in its own type; in JSON,
                values that are no numbers are the strings NaN, Infinity and -Infinity. Images,
                texts and sounds go to <run>/<tag>/<step>.png, .md and .wav, as they are in the
                log; embeddings to <run>/<name>, as tensors.tsv or .bytes, metadata.tsv and
                sprite.png. Hyperparameters are a CSV row for each run that has some, with the
                last values of its curves; histograms a JSON line for each, with lower limit,
                upper limit and count of each bucket.

                Steps that were logged again are exported as TensorBoard shows them: by default
                a value replaces those of its tag from its step on; with --load_fast=false only
                a START record does that, for all tags, and a file ends at a damaged record.
                Otherwise what is whole behind a damaged record is exported, and what is left
                out is named. The exit code is 1 then. Curves of other numbers than float32,
                which TensorBoard shows with --load_fast=false, are exported in any case.

                USAGE: gan log export [<options>] [<folder>]

                \(SharedHelp.folder)

                OPTIONS:
                  --csv <file>            Write the curves as CSV; - is the standard output.
                  --json <file>           Write the curves as JSON, a line for each point; - is
                                          the standard output.
                  --images <folder>       Write the images into this folder.
                  --hparams <file>        Write the hyperparameters as CSV; - is the standard
                                          output.
                  --histograms <file>     Write the histograms as JSON lines; - is the standard
                                          output.
                  --text <folder>         Write the texts into this folder.
                  --audio <folder>        Write the sounds into this folder.
                  --embeddings <folder>   Write the embeddings into this folder; --tag means
                                          their names.
                \(SharedHelp.filter)
                \(SharedHelp.reader)
                  --overwrite             Write over files that exist; without it, that is an
                                          error.
                \(SharedHelp.end)


                """)
    }

    @Test func ofFollowing() throws {
        #expect(
            try HelpTests().help("log", "tail") == """
                OVERVIEW: Show new points of curves as they are logged, until Ctrl-C.

                It follows all runs in the folder, and those that begin later. A line has the
                time, the run, the tag, the step and the value. It ends when nobody reads them
                any more. A file that is replaced by a longer copy of itself is read on where
                it was.

                USAGE: gan log tail [<folder>] [--run <name> ...] [--tag <name> ...] [--lines <n>] [--every <x>]

                \(SharedHelp.folder)

                OPTIONS:
                \(SharedHelp.filter)
                  --lines <n>             How many points of the past to show first. (default:
                                          10)
                  --every <x>             Seconds from one look to the next. (default: 1.0)
                \(SharedHelp.end)


                """)
    }
}
