/// Parts that help texts share.
enum SharedHelp {
    /// The log that a command reads.
    static let folder = """
        ARGUMENTS:
          <folder>                The folder of all runs, or an event file. (default:
                                  log)
        """

    /// Which of its runs and tags are meant.
    static let filter = """
          --run <name>            Only runs of this name; * and ? as in a shell, all
                                  else literally.
          --tag <name>            Only tags of this name; * and ? as in a shell, all
                                  else literally.
        """

    /// Which of its values count.
    static let reader = """
          --as <reader>           Which values count where steps were logged again:
                                  those that TensorBoard shows by default, those that
                                  it shows with --load_fast=false (python), or all.
                                  (values: default, python, all; default: default)
          --no-checksum           Take records whose data have a wrong checksum, too,
                                  as TensorBoard does by default; their values may be
                                  wrong.
        """

    /// What every command has.
    static let end = """
          --version               Show the version.
          -h, --help              Show help information.
        """
}
