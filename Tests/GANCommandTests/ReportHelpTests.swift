import TestSupport
import Testing

/// The help texts of reports, of curves in the terminal and of checkpoints.
@Suite(.waiting) struct ReportHelpTests {
    @Test func ofReports() throws {
        #expect(
            try HelpTests().help("log", "report") == """
                OVERVIEW: Write a log as one page for a browser, to send to someone without
                TensorBoard.

                The page holds all it shows, and works from a disk and without a network: the
                curves of all runs, smoothed as TensorBoard does it, with a legend that
                switches runs on and off; images with a slider for their step; hyperparameters
                and last values; texts.

                Images are spread evenly over the steps, as many as fit into --max-size. Of a
                curve of more than 2000 points the extremes are kept. What of the log could not
                be read is named; the exit code is 1 then, and the page holds the rest.

                USAGE: gan log report [<folder>] [--to <file>] [--run <name> ...] [--tag <name> ...] [--as <reader>] [--no-checksum] [--title <text>] [--smoothing <x>] [--max-size <x>] [--overwrite]

                \(SharedHelp.folder)

                OPTIONS:
                  --to <file>             The page; - is the standard output. (default:
                                          report.html)
                \(SharedHelp.filter)
                \(SharedHelp.reader)
                  --title <text>          The page's title. (default: the folder's name)
                  --smoothing <x>         How much curves are smoothed at first, from 0 to
                                          0.999. (default: 0.6)
                  --max-size <x>          What the page may take, in megabytes, before images
                                          are left out. (default: 3.0)
                  --overwrite             Write over a file that exists; without it, that is an
                                          error.
                \(SharedHelp.end)


                """)
    }

    @Test func ofCurvesInTheTerminal() throws {
        #expect(
            try HelpTests().help("log", "show") == """
                OVERVIEW: Draw a log's curves, and its last images, in the terminal.

                The curves of all runs that have a tag are drawn into one chart, smoothed as
                TensorBoard does it. Where there are colors, each run has one; elsewhere a
                letter. Images are drawn with half blocks where there are colors, or with
                --images in shades. In a wide terminal charts stand side by side.

                USAGE: gan log show [<folder>] [--run <name> ...] [--tag <name> ...] [--as <reader>] [--no-checksum] [--smoothing <x>] [--height <n>] [--width <n>] [--log] [--outliers] [--color <when>] [--images <when>]

                \(SharedHelp.folder)

                OPTIONS:
                \(SharedHelp.filter)
                \(SharedHelp.reader)
                  --smoothing <x>         How much curves are smoothed, from 0 to 0.999.
                                          (default: 0.6)
                  --height <n>            The lines of a chart. (default: 12)
                  --width <n>             The columns that there are. (default: the terminal's)
                  --log                   Draw the logarithms of the values.
                  --outliers              Make room for all points, also for the outliers that
                                          TensorBoard leaves out of sight.
                  --color <when>          Use colors: auto, always, never. (values: auto,
                                          always, never; default: auto)
                  --images <when>         Draw images: auto, always, never. (values: auto,
                                          always, never; default: auto)
                \(SharedHelp.end)


                """)
    }

    @Test func ofCheckpoints() throws {
        #expect(
            try HelpTests().help("checkpoint") == """
                OVERVIEW: Look into checkpoints.

                It reads TensorFlow's checkpoints, of both formats, whoever wrote them.

                USAGE: gan checkpoint <subcommand>

                OPTIONS:
                \(SharedHelp.end)

                SUBCOMMANDS:
                  list                    List a checkpoint's tensors: type, shape, checksum,
                                          statistics.
                  diff                    Compare the tensors of two checkpoints.

                  See 'gan help checkpoint <subcommand>' for detailed help.

                """)
    }

    @Test func ofListingTensors() throws {
        #expect(
            try HelpTests().help("checkpoint", "list") == """
                OVERVIEW: List a checkpoint's tensors: type, shape, checksum, statistics.

                The checksum is the CRC-32C of the tensor's bytes, so equal tensors have equal
                ones. Mean, standard deviation, least and greatest number are those of the
                finite numbers; how many are not finite is said below. A tensor that is damaged
                is named, and the others are listed; the exit code is 1 then.

                USAGE: gan checkpoint list <prefix> [--tensor <name> ...]

                ARGUMENTS:
                  <prefix>                The checkpoint: its files' path without their
                                          endings, or one of them; or a run's folder for its
                                          newest, or the folder of all runs for that of the run
                                          saved last.

                OPTIONS:
                  --tensor <name>         Only tensors of this name; * and ? as in a shell, all
                                          else literally.
                \(SharedHelp.end)


                """)
    }

    @Test func ofComparingTensors() throws {
        #expect(
            try HelpTests().help("checkpoint", "diff") == """
                OVERVIEW: Compare the tensors of two checkpoints.

                Tensors that only one has, those of different type or shape, and those whose
                elements differ: how many do, the mean and the greatest difference, and the
                latter as a part of the greatest number of the first. The exit code is 0 where
                nothing differs, else 1.

                USAGE: gan checkpoint diff <prefix> <other-prefix> [--tensor <name> ...] [--tolerance <x>]

                ARGUMENTS:
                  <prefix>                A checkpoint: its files' path without their endings,
                                          or one of them; or a folder for its newest.
                  <other-prefix>          The other one.

                OPTIONS:
                  --tensor <name>         Only tensors of this name; * and ? as in a shell, all
                                          else literally.
                  --tolerance <x>         Take numbers for the same that differ by no more than
                                          this. (default: 0.0)
                \(SharedHelp.end)


                """)
    }
}
