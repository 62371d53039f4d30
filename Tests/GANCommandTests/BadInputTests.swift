import Foundation
import TestSupport
import Testing

/// What cannot work ends with one line at standard error, and leaves everything as it was.
@Suite(.waiting) struct BadInputTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Runs `gan`, and expects nothing but `message`.
    func expect(
        _ arguments: [String], _ message: String, status: Int32,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try command.names()
        let outcome = try command.run(arguments)
        #expect(outcome.status == status, sourceLocation: location)
        #expect(outcome.errors == "gan: \(message)\n", sourceLocation: location)
        #expect(outcome.output == "", sourceLocation: location)
        #expect(try command.names() == before, sourceLocation: location)
    }

    @Test(
        arguments: ["--train-times", "--train-step", "--batch-size", "--threads"],
        ["0", "-3", "x", "1.5", "", "99999999999999999999"])
    func refusesCounts(flag: String, value: String) throws {
        try expect(
            ["train", flag, value],
            "The value '\(value)' is invalid for '\(flag) <n>': it must be a whole number, 1 or more",
            status: 64)
    }

    @Test(arguments: ["nan", "inf", "-inf", "0", "-0.1", "1e-60", "x"])
    func refusesLearningRates(value: String) throws {
        try expect(
            ["train", "--learning-rate", value],
            "The value '\(value)' is invalid for '--learning-rate <x>': "
                + "it must be a number above 0, like 0.0001",
            status: 64)
    }

    @Test(arguments: ["-1", "4294967296", "x"])
    func refusesSeeds(value: String) throws {
        try expect(
            ["train", "--seed", value],
            "The value '\(value)' is invalid for '--seed <n>': "
                + "it must be a whole number, 0...4294967295",
            status: 64)
    }

    @Test(arguments: [
        "../x", "..", "/tmp/x", "a/../b", "a//b", "a/", "./a", "",
        String(repeating: "x", count: 256),
    ])
    func refusesNamesThatLeaveTheLogFolder(name: String) throws {
        try expect(
            ["train", "--run", name],
            "--run must name a folder below the log folder, like first or lr/0.001, not '\(name)'",
            status: 64)
    }

    @Test func refusesControlCharactersInAName() throws {
        try expect(
            ["train", "--run", "a\nb"],
            "--run must name a folder below the log folder, like first or lr/0.001, "
                + "not 'a name with control characters'",
            status: 64)
    }

    @Test func refusesABatchBeyondTheData() throws {
        try expect(
            ["train", "--batch-size", "1001"],
            "--batch-size 1001 is more than the 1000 images to train on; make it smaller, "
                + "or give more images by --data",
            status: 64)
    }

    @Test func refusesUnknownFlags() throws {
        try expect(
            ["train", "--train-tmes", "3"],
            "Unknown option '--train-tmes'. Did you mean '--train-times'?", status: 64)
        for (flag, meant) in [
            ("--lr", "learning-rate"), ("--steps", "train-times"), ("--batch_size", "batch-size"),
            ("-lr", "learning-rate"), ("--outdir", "logdir"), ("--ckpt", "restore"),
            ("--no-progres", "no-progress"), ("--checkpoint-evry=3", "checkpoint-every"),
        ] {
            try expect(
                ["train", flag, "3"],
                "Unknown option '\(flag.prefix { $0 != "=" })'. Did you mean '--\(meant)'?",
                status: 64)
        }
        try expect(
            ["log", "check", "log", "--xyzzy"],
            "Unknown option '--xyzzy'; see gan log check --help", status: 64)
        try expect(
            ["train", "--xyzzy"], "Unknown option '--xyzzy'; see gan train --help", status: 64)
        try expect(["train", "extra"], "Unexpected argument 'extra'", status: 64)
        try expect(["train", "--run"], "Missing value for '--run <name>'", status: 64)
        try expect(["train", "--logdir", ""], "--logdir must name a folder", status: 64)
    }

    @Test(arguments: [
        ("trian", "Unexpected argument 'trian'. Did you mean 'gan train'?"),
        ("smaple", "Unexpected argument 'smaple'. Did you mean 'gan sample'?"),
        ("generate", "Unexpected argument 'generate'. Did you mean 'gan sample'?"),
        ("log lst", "Unexpected argument 'lst'. Did you mean 'gan log list'?"),
        ("log exprot", "Unexpected argument 'exprot'. Did you mean 'gan log export'?"),
        ("log lst log", "Unexpected argument 'lst'. Did you mean 'gan log list'?"),
        ("log chekc a b c", "Unexpected argument 'chekc'. Did you mean 'gan log check'?"),
        ("log lst --tags log", "Unexpected argument 'lst'. Did you mean 'gan log list'?"),
        ("log trian log", "gan log has no 'trian'. Did you mean 'gan train'?"),
        ("trian --run r", "Unexpected argument 'trian'. Did you mean 'gan train'?"),
        ("lgo list log", "Unexpected argument 'lgo'. Did you mean 'gan log'?"),
        ("log xyzzy log", "gan log has no 'xyzzy'; see gan log --help"),
        ("xyzzy", "gan has no 'xyzzy'; see gan --help"),
    ])
    func refusesUnknownCommands(arguments: String, message: String) throws {
        try expect(arguments.split(separator: " ").map(String.init), message, status: 64)
    }

    @Test func reportsDataThatIsNotThere() throws {
        try expect(
            ["train", "--data", "MNIST"],
            "MNIST: no such folder; tools/fetch-mnist MNIST downloads MNIST", status: 1)
        try command.write("", to: "MNIST/t10k-images-idx3-ubyte")
        try expect(
            ["train", "--data", "MNIST"],
            "MNIST/train-images-idx3-ubyte: no such file, nor one with .gz; give all four files in "
                + "MNIST's format, or download MNIST into a folder of its own by tools/fetch-mnist "
                + "MNIST", status: 1)
        try command.write("no images", to: "MNIST/train-images-idx3-ubyte.gz")
        try expect(
            ["train", "--data", "MNIST"],
            "MNIST/train-images-idx3-ubyte.gz, byte 0: begins with 6e 6f 20 69, where an IDX file "
                + "begins with 00 00 08 03; give all four files in MNIST's format, or download MNIST "
                + "into a folder of its own by tools/fetch-mnist MNIST",
            status: 1)
    }

    @Test func refusesAFileInPlaceOfALogFolder() throws {
        try command.write("", to: "file")
        for path in ["file", "file/log"] {
            try expect(
                ["train", "--logdir", path],
                "file is a file, not a folder; choose another folder by --logdir", status: 1)
        }
        try command.write("", to: "log/r")
        try expect(
            ["train", "--run", "r"],
            "log/r is a file, not a folder; choose another folder by --logdir", status: 1)
    }

    @Test(.enabled(if: geteuid() != 0, "nothing is forbidden to root"))
    func reportsAFolderThatIsNotWritable() throws {
        try command.write("", to: "locked/r/file")
        let manager = FileManager.default
        for path in ["locked/r", "locked"] {
            let path = command.folder.path(of: path)
            try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path)
        }
        try expect(
            ["train", "--logdir", "locked", "--run", "x"],
            "locked/x cannot be made (Permission denied); choose another folder by --logdir",
            status: 1)
        try expect(
            ["train", "--logdir", "locked", "--run", "r"],
            "locked/r cannot be written to (Permission denied); choose another folder by --logdir",
            status: 1)
        for path in ["locked", "locked/r"] {
            let path = command.folder.path(of: path)
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
    }

    /// Root may write anywhere but where the system itself has no files to make.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self")))
    func reportsAFolderThatCannotBeMade() throws {
        try expect(
            ["train", "--logdir", "/proc/log"],
            "/proc/log cannot be made (No such file or directory); choose another folder by --logdir",
            status: 1)
    }
}
