public import ArgumentParser
public import TensorBoard

/// Whose rules say which values of a run count.
struct LogRules: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            """
            Which values count where steps were logged again: those that TensorBoard shows by \
            default, those that it shows with --load_fast=false (python), or all.
            """,
            valueName: "reader"))
    var rules = ReadingRules.default

    @Flag(
        help: """
            Take records whose data have a wrong checksum, too, as TensorBoard does by default; \
            their values may be wrong.
            """)
    var noChecksum = false

    /// Which checksums an event must have.
    var checksums: EventFileReader.Checksums { noChecksum ? .lengths : .all }
}

extension ReadingRules: ExpressibleByArgument {}
