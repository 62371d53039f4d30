import Testing

/// The help texts of sweeps and of what compares their runs.
extension HelpTests {
    @Test func ofSweeping() throws {
        #expect(
            try help("sweep") == """
                OVERVIEW: Train every combination of several values of gan train's flags.

                Any flag of `gan train` takes a list of values, ranges of whole numbers among
                them: --learning-rate 1e-4,2e-4 or --seed 0...9 or 0..<10 or 0...3,7. Each
                combination is a run in a folder that its values name, with its hyperparameters
                and final measures in the HParams tab. As many runs are trained at once as
                there are processors, one thread each.

                    gan sweep --recipe dcgan --learning-rate 1e-4,2e-4,1e-3 --seed 0...9

                It can be stopped at any time, by Ctrl-C, SIGTERM or kill -9, and started again
                by the same command: runs that are done are left alone, and those begun go on
                from their checkpoints. Several sweeps in one folder, on several machines that
                share it, too, share its runs: each is locked while it is trained. So do the
                processes of mpirun and srun and the tasks of Slurm's job arrays, each of which
                takes its part, as --shard says it.

                --halve is successive halving (Jamieson and Talwalkar, 2016): all runs are
                trained for some passes, then the half with the smaller Fréchet distances for
                as many again, and so on, until one is left, or as many as --keep-best says, to
                be trained to the end.

                It ends with a table, the best run first, which `gan log compare` prints again.

                Exit codes: 0 every run has ended, those whose loss stands still or is no
                number, too; 1 a run failed, and the others went on; 64 a flag makes no sense,
                and nothing was written; 129, 130, 141, 143 stopped, as gan train is.

                USAGE: gan sweep [<options>] [<flags of gan train, with several values each>]

                OPTIONS:
                  --logdir <folder>       The folder of the sweep's runs. (default: log/sweep)
                  --threads-per-run <n>   Threads of each run; as many runs at once as these
                                          leave processors for. (default: 1)
                  --runs-at-once <n>      Runs at once. (default: what processors there are, by
                                          threads per run)
                  --shard <i/n>           Only one part of the runs: 2/4 is the second of four.
                                          (default: as a scheduler says, else all)
                  --keep-best <n>         Keep the checkpoints of so many runs, those with the
                                          lowest distances, and the logs of all. (default: of
                                          all)
                  --halve                 Successive halving: at each rung the half with the
                                          greater distances stops.
                  --log-images            Log images, histograms and the graph of each run, too.
                  --dry-run               Say which runs there are, and how far they are, and
                                          train none.
                  --open                  Start TensorBoard and print its address, as gan train
                                          does.
                  --no-progress           Print a line for each run, as is done where there is
                                          no terminal.
                \(SharedHelp.end)


                """)
    }

    @Test func ofComparing() throws {
        #expect(
            try help("log", "compare") == """
                OVERVIEW: Compare the runs of a log, best first: hyperparameters, last and best
                values.

                The table with which `gan sweep` ends, of any log. A run is a training: where a
                program has its curves and its hyperparameters in several folders, as Keras and
                torch do, they are laid together.

                Runs are sorted by what says most of them: the Fréchet distance of samples,
                else a measure of images that are not trained on, else a metric that was logged
                with hyperparameters, else a loss. --by names another one.

                USAGE: gan log compare [<folder>] [--by <tag>] [--highest] [--lowest] [--last] [--count <n>] [--run <name> ...] [--tag <name> ...] [--as <reader>] [--no-checksum]

                \(SharedHelp.folder)

                OPTIONS:
                  --by <tag>              Sort by the curve of this tag.
                  --highest               The highest values of --by are the best. (default: as
                                          its name tells)
                  --lowest                The lowest values of --by are the best. (default: as
                                          its name tells)
                  --last                  Sort by the last value of each curve, not by its best.
                  --count <n>             Only so many runs, the best. (default: all)
                \(SharedHelp.filter)
                \(SharedHelp.reader)
                \(SharedHelp.end)


                """)
    }
}
