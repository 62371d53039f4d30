import GAN
import Testing

/// Lists and ranges of values, and the runs that they make.
@Suite struct SweepFlagTests {
    @Test(arguments: [
        ("0...3", ["0", "1", "2", "3"]), ("0..<3", ["0", "1", "2"]), ("7", ["7"]),
        ("0...2,7", ["0", "1", "2", "7"]), ("5,1...3,9..<11", ["5", "1", "2", "3", "9", "10"]),
        ("-2...1", ["-2", "-1", "0", "1"]), ("4...4", ["4"]),
        ("1e-4,2e-4,1e-3", ["1e-4", "2e-4", "1e-3"]),
        ("dcgan,wasserstein-gp", ["dcgan", "wasserstein-gp"]),
        // What is the same number is one value, as it was written first.
        ("1e-4,0.0001,2e-4", ["1e-4", "2e-4"]), ("0...2,1,02", ["0", "1", "2"]),
        // Dots that are none of a range's.
        ("../a,b...c", ["../a", "b...c"]), ("0.5", ["0.5"]),
    ])
    func values(text: String, values: [String]) throws {
        #expect(try SweepFlag("x", text: text).values == values)
    }

    @Test(arguments: [
        ("1,,2", "a value is missing beside a comma"), (",1", "a value is missing"),
        ("1,", "a value is missing"), ("0..3", "a range is written 0...3"),
        ("3...0", "the range is empty"), ("3..<3", "the range is empty"),
        ("0...", "a range has two ends"), ("...9", "a range has two ends"),
        ("0.1...0.5", "a range is of whole numbers"), ("1e0...1e2", "a range is of whole numbers"),
        ("0...99999999999999999999", "a range's ends are within"),
        ("0...10000", "at most 10000 runs"), ("0...4294967295", "at most 10000 runs"),
        ("-9223372036854775808...9223372036854775807", "at most 10000 runs"),
        ("0...9999,x", "at most 10000 runs"),
    ])
    func refusedValues(text: String, words: String) {
        let error = #expect(throws: SweepError.self) { try SweepFlag("seed", text: text) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("--seed ") == true)
    }

    @Test func wordsOfACommandLine() throws {
        let flags = try SweepFlag.flags([
            "--seed", "0...1", "--learning-rate=1e-4,2e-4", "--conditional", "--batch-size", "-1",
        ])
        #expect(flags.map(\.name) == ["seed", "learning-rate", "conditional", "batch-size"])
        #expect(flags.map(\.values) == [["0", "1"], ["1e-4", "2e-4"], nil, ["-1"]])
        let paths = try SweepFlag.flags(["--data", "a,b"]) { name, text in
            name == "data" && text == "a,b"
        }
        #expect(paths[0].values == ["a,b"])
    }

    @Test(arguments: [
        (["0...9"], "'0...9' belongs to no flag"),
        (["--seed", "1", "2"], "'2' belongs to no flag"),
        (["-s", "1"], "'-s' belongs to no flag"),
        (["--seed", "1", "--seed=2"], "--seed is given twice"),
        (["--seed=-1..<9223372036854775807"], "--seed -1..<9223372036854775807: a sweep has"),
    ])
    func refusedWords(words: [String], message: String) {
        let error = #expect(throws: SweepError.self) { try SweepFlag.flags(words) }
        #expect(error?.description.hasPrefix(message) == true)
    }

    func plan(_ words: String...) throws -> SweepPlan { try SweepPlan(SweepFlag.flags(words)) }

    @Test func combinations() throws {
        let plan = try plan("--seed", "0...1", "--learning-rate", "2e-4,1e-4", "--train-times", "9")
        #expect(
            plan.runs.map(\.name) == [
                "learning-rate=0.0002,seed=0", "learning-rate=0.0002,seed=1",
                "learning-rate=0.0001,seed=0", "learning-rate=0.0001,seed=1",
            ])
        #expect(plan.runs[3].arguments == ["--learning-rate=1e-4", "--train-times=9", "--seed=1"])
        #expect(plan.runs[3].identity == ["--learning-rate=0.0001", "--seed=1"])
    }

    /// The same values name the same runs, however they are written and in whatever order.
    @Test func namesOfTheSameValues() throws {
        let one = try plan("--seed", "0...2", "--learning-rate", "1e-4", "--recipe", "dcgan,hinge")
        let other = try plan(
            "--recipe=hinge,dcgan", "--learning-rate", "0.0001", "--seed", "2,01,0")
        #expect(Set(one.runs.map(\.name)) == Set(other.runs.map(\.name)))
        #expect(one.runs.count == 6)
        let identity = Dictionary(uniqueKeysWithValues: one.runs.map { ($0.name, $0.identity) })
        for run in other.runs { #expect(identity[run.name] == run.identity) }
    }

    /// How long a run is trained is no part of its name, unless runs differ in it.
    @Test func namesWithoutLengths() throws {
        #expect(try plan("--seed", "3", "--time-limit", "60").runs.map(\.name) == ["seed=3"])
        #expect(
            try plan("--train-times", "10,20").runs.map(\.name)
                == ["train-times=10", "train-times=20"])
        #expect(try plan("--train-times", "10").runs.map(\.name) == ["seed=0"])
        #expect(try plan("--data", "a").runs[0].identity == ["--data=a"])
    }

    @Test func flagsWithoutValues() throws {
        let both = try plan("--conditional", "false,true", "--recipe", "dcgan")
        #expect(
            both.runs.map(\.name) == [
                "recipe=dcgan,conditional=false", "recipe=dcgan,conditional=true",
            ])
        #expect(
            both.runs.map(\.arguments) == [
                ["--recipe=dcgan"], ["--recipe=dcgan", "--conditional"],
            ])
        #expect(try plan("--conditional").runs[0].arguments == ["--conditional"])
    }

    /// A folder's name has no slashes and is not too long, and no two runs have the same.
    @Test func namesOfPaths() throws {
        let long = String(repeating: "x", count: 300)
        let runs = try plan("--data", "a/b,a_b,\(long),\(long)y,é").runs
        #expect(Set(runs.map(\.name)).count == 5)
        for run in runs {
            #expect(run.name.utf8.count <= 180)
            #expect(run.name.wholeMatch(of: /[A-Za-z0-9._+=,-]+/) != nil)
        }
        #expect(runs[0].name == "data=a_b")
    }

    @Test func tooManyRuns() throws {
        #expect(try plan("--seed", "0..<100", "--hidden", "0..<100").runs.count == 10_000)
        #expect(throws: SweepError.self) { try plan("--seed", "0..<101", "--hidden", "0..<100") }
        #expect(throws: SweepError.self) {
            try plan(
                "--seed", "0..<10000", "--hidden", "0..<10000", "--width", "0..<10000",
                "--batch-size", "0..<10000", "--noise-size", "0..<10000")
        }
    }
}
