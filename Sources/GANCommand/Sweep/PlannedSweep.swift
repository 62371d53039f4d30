import ArgumentParser
import Checkpoints
import Datasets
import GAN
import RecordIO

/// A sweep all of whose runs could begin: what can be wrong with any of them is known before anything
/// is written.
struct PlannedSweep {
    let command: SweepCommand
    let plan: SweepPlan
    let schedule: SweepSchedule
    let shard: SweepShard
    /// The sweep's folder.
    let folder: String
    /// The runs' names without what all of them have in common.
    let shortNames: [String]

    /// The runs of this process's part.
    var ownRuns: [Int] { plan.runs.indices.filter(shard.contains) }

    /// The folder of a run.
    func path(_ run: Int) -> String { FilePath.joining(folder, plan.runs[run].name) }

    /// Plans the runs, and sees whether `gan train` would take each.
    ///
    /// - Throws: `SweepError`, `ValidationError` and what reading images and checkpoints throws.
    init(_ command: SweepCommand) throws {
        self.command = command
        folder = FilePath.withoutTrailingSlashes(command.logdir)
        shard = try command.ownShard()
        let flags = try SweepFlag.flags(command.trainFlags) { name, text in
            // What is there under this very name is no list.
            ["data", "judge", "restore"].contains(name)
                && (Folder.exists(text) || Folder.exists("\(text).index"))
        }
        for flag in flags {
            if let reason = Self.refusal(of: flag.name) { throw ValidationError(reason) }
        }
        plan = try SweepPlan(flags)
        shortNames = RunRanking.shortened(plan.runs.map(\.name))
        var images = SharedImages()
        var goals: [SweepSchedule.Goal] = []
        for run in plan.runs {
            let training = try TrainCommand.parse(Self.words(run, command))
            let (goal, isJudged) = try Self.goal(training, &images)
            if command.halve || command.keepBest != nil, !isJudged {
                throw ValidationError(
                    "--halve and --keep-best go by the distances of samples: leave out "
                        + "--judge-every 0")
            }
            if command.halve, goal.passes >= TrainingLimit.passes {
                throw ValidationError(
                    "--halve stops runs after parts of their passes: give --train-times or --epochs"
                )
            }
            goals.append(goal)
        }
        let halving =
            command.halve
            ? SuccessiveHalving(of: plan.runs.count, keeping: command.keepBest ?? 1) : nil
        schedule = SweepSchedule(goals: goals, halving: halving)
        for (number, run) in plan.runs.enumerated() {
            try RunFolder.validate(name: run.name)
            let path = path(number)
            if let record = try RunRecord(folder: path) {
                try SweepFolder.check(record, is: run.identity, at: path)
            } else if Self.holdsRun(path) {
                throw CommandError(
                    "\(path) holds a run of gan train, none of a sweep; choose another folder by "
                        + "--logdir, or remove it")
            }
        }
    }

    /// Whether a folder has a run in it that no sweep has begun.
    private static func holdsRun(_ path: String) -> Bool {
        let names = ((try? Folder.entries(of: path)) ?? []).map(\.name)
        return names.contains { RunFiles.isRuns($0) } && !names.contains(RunRecord.fileName)
    }

    /// Why a flag of training is none of a sweep's; `nil` for one that is.
    private static func refusal(of flag: String) -> String? {
        switch flag {
        case "run": "--run names one run; a sweep names its runs by their values"
        case "resume", "resume-from": "a sweep goes on by itself: leave out --\(flag)"
        case "overwrite": "a sweep goes on with what is there; to begin anew, remove its folder"
        case "threads": "--threads is --threads-per-run here"
        case "few-tags": "a sweep logs few tags anyhow: leave out --few-tags"
        default: nil
        }
    }

    /// The words of `gan train` that stand for a run.
    static func words(_ run: SweepPlan.Run, _ command: SweepCommand) -> [String] {
        var words = run.arguments + ["--logdir=\(command.logdir)", "--run=\(run.name)"]
        words.append("--threads=\(command.threadsPerRun ?? 1)")
        if !command.logImages { words.append("--few-tags") }
        // A checkpoint takes some 20 MB, and a sweep has many runs.
        if !run.arguments.contains(where: { $0.hasPrefix("--max-to-keep") }) {
            words.append("--max-to-keep=1")
        }
        return words
    }

    /// How far a run is to be trained, and whether its samples are judged.
    private static func goal(
        _ training: TrainCommand, _ images: inout SharedImages
    ) throws -> (SweepSchedule.Goal, isJudged: Bool) {
        switch training.hyperparameterFlags.recipe ?? .article {
        case .article: try goal(Article.self, training, &images)
        case .named: try goal(DataRecipe.self, training, &images)
        }
    }

    private static func goal<R: TrainedRecipe>(
        _ recipe: R.Type, _ training: TrainCommand, _ images: inout SharedImages
    ) throws -> (SweepSchedule.Goal, isJudged: Bool) {
        let read = try images.reader(training, keeping: R.validationCount)
        let options = try training.prepared(
            recipe, saved: nil, images: { _ in read },
            judgeEvery: SweepFolder.judgeEvery(recipe)
        ).options
        if case .restored(let prefix, _) = options.start { _ = try Checkpoint(opening: prefix) }
        let goal = SweepSchedule.Goal(
            passes: options.hyperparameters.trainTimes, seconds: options.timeLimit)
        return (goal, options.quality != nil)
    }

    /// A line for each run: its name, and how far it is.
    func listing(width: Int) -> String {
        let records = plan.runs.indices.map { try? RunRecord(folder: path($0)) }
        let standings = schedule.standings(records)
        var table = Table(columns: ["RUN", .right("PASSES"), "STATUS"])
        for run in ownRuns {
            table.add(
                shortNames[run], "\(records[run]?.passes ?? 0)",
                standings[run].word(records[run]))
        }
        return table.text(width: width, isShortening: System.outputIsTerminal)
    }
}

/// The images of a sweep's runs, each set read once.
private struct SharedImages {
    private var sets: [String: MNIST] = [:]

    mutating func reader(_ training: TrainCommand, keeping count: Int) throws -> MNIST {
        let key = "\(count) \(training.data ?? "")"
        if let images = sets[key] { return images }
        let images = try training.images(keeping: count)
        sets[key] = images
        return images
    }
}

extension SweepSchedule.Standing {
    /// In a word or two, where a run stands.
    func word(_ record: RunRecord?) -> String {
        switch self {
        case .due: record == nil ? "not begun" : "begun"
        case .waiting: "at a rung"
        case .stopped: "halved"
        case .ended(.done): "done"
        case .ended(.timeIsUp): "time is up"
        case .ended(let end): end.rawValue
        }
    }
}
