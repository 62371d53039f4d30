import ArgumentParser

/// The name that was meant by one that does not exist: of a flag or of a subcommand.
struct Suggestion {
    /// What other programs call the things that flags and subcommands here are for; the first that
    /// the command has is meant.
    private static let synonyms: [String: [String]] = [
        "lr": ["learning-rate"], "alpha": ["learning-rate"], "rate": ["learning-rate"],
        "step-size": ["learning-rate"],
        "epoch": ["epochs"], "num-epochs": ["epochs"], "max-epochs": ["epochs"],
        "max-time": ["time-limit"], "seconds": ["time-limit"], "duration": ["time-limit"],
        "latent-dim": ["noise-size"], "nz": ["noise-size"], "z-dim": ["noise-size"],
        "average": ["ema"], "ema-decay": ["ema"], "class": ["digit"], "label": ["digit"],
        "model-name": ["recipe"], "preset": ["recipe"], "n-critic": ["discriminator-steps"],
        "gp-lambda": ["penalty"], "labels": ["conditional"],
        "steps": ["train-times"], "max-steps": ["train-times"],
        "iterations": ["train-times"], "iters": ["train-times"], "passes": ["train-times"],
        "batch": ["batch-size"], "bs": ["batch-size"], "b": ["batch-size"],
        "log-interval": ["train-step"], "log-every": ["train-step"],
        "dir": ["logdir", "out"], "output": ["out", "logdir"], "output-dir": ["out", "logdir"],
        "out": ["logdir"], "o": ["out", "logdir"], "save-dir": ["logdir"],
        "outdir": ["logdir", "out"], "log-dir": ["logdir"],
        "name": ["run"], "run-name": ["run"], "experiment": ["run"],
        "random-seed": ["seed"], "manual-seed": ["seed"],
        "dataset": ["data", "images"], "data-dir": ["data"], "mnist": ["data"], "input": ["images"],
        "workers": ["runs-at-once", "threads"], "num-workers": ["runs-at-once", "threads"],
        "num-threads": ["threads-per-run", "threads"], "cpus": ["runs-at-once", "threads"],
        "jobs": ["runs-at-once", "threads"], "j": ["runs-at-once", "threads"],
        "parallel": ["runs-at-once"], "sha": ["halve"], "halving": ["halve"],
        "successive-halving": ["halve"], "top": ["keep-best"], "top-k": ["keep-best"],
        "ckpt": ["checkpoint", "restore"], "checkpoint": ["restore"],
        "load": ["checkpoint", "restore"],
        "weights": ["checkpoint", "restore"], "model": ["checkpoint", "restore"],
        "init-from": ["restore"], "finetune": ["restore"], "pretrained": ["restore"],
        "continue": ["resume"], "restart": ["overwrite"], "force": ["overwrite"],
        "f": ["overwrite"],
        "fresh": ["overwrite"], "save-every": ["checkpoint-every"],
        "save-steps": ["checkpoint-every"], "checkpoint-interval": ["checkpoint-every"],
        "keep": ["max-to-keep"], "save-total-limit": ["max-to-keep"],
        "n": ["count"], "num": ["count"], "samples": ["count"], "num-samples": ["count"],
        "z": ["noise"], "latent": ["noise"], "rows": ["columns"], "nrow": ["columns"],
        "profile": ["profile-step"], "quiet": ["no-progress"], "q": ["no-progress"],
        "no-tqdm": ["no-progress"], "tensorboard": ["open"], "tb": ["open"],
        "fit": ["train"], "learn": ["train"], "start": ["train"],
        "generate": ["sample"], "predict": ["sample"], "eval": ["fetch"],
        "run": ["fetch"], "logs": ["log"], "benchmark": ["bench"], "ls": ["list"],
        "plot": ["show"], "draw": ["show", "sample"], "html": ["report"], "verify": ["check"],
        "fix": ["repair"], "dump": ["export"],
        "csv": ["export"], "follow": ["tail"], "watch": ["tail"],
    ]

    /// The nearest of `names` to `name`; `nil` where none is near.
    static func nearest(to name: String, among names: [String]) -> String? {
        let plain = name.lowercased().replacing("_", with: "-")
        if names.contains(plain) { return plain }
        if let meant = synonyms[plain]?.first(where: names.contains) { return meant }
        let near = names.map { (distance: distance(plain, $0), name: $0) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let near, near.distance <= max(1, plain.count / 3) else {
            // The beginning of a name, or a part of it.
            return plain.count < 3 ? nil : names.sorted().first { $0.contains(plain) }
        }
        return near.name
    }

    /// How many letters have to be put in, left out, changed or swapped with the next (Damerau and
    /// Levenshtein).
    private static func distance(_ one: String, _ other: String) -> Int {
        let (a, b) = (Array(one), Array(other))
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(
                    rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }

    /// A message about a command line, with the name that was meant where one does not exist.
    static func improved(_ message: String, arguments: [String]) -> String {
        var command: any ParsableCommand.Type = GANCommand.self
        var words = ["gan"]
        for argument in arguments {
            guard let next = command.subcommand(named: argument) else { break }
            command = next
            words.append(argument)
        }
        let help = "see \(words.joined(separator: " ")) --help"
        let subcommands = command.subcommandNames
        let isOfNames = message.prefixMatch(
            of: /(Unknown option|Unexpected argument|\d+ unexpected arguments)/)
        // Whatever follows a name that does not exist is for the subcommand that was meant.
        if isOfNames != nil, !subcommands.isEmpty,
            let unknown = arguments.dropFirst(words.count - 1).first, !unknown.hasPrefix("-"),
            unknown != "help"
        {
            guard let name = nearest(to: unknown, among: subcommands) else {
                let none = "\(words.joined(separator: " ")) has no '\(unknown)'"
                // One of another command's.
                guard words.count > 1,
                    let name = nearest(to: unknown, among: GANCommand.subcommandNames)
                else { return "\(none); \(help)" }
                return "\(none). Did you mean 'gan \(name)'?"
            }
            words.append(name)
            return
                "Unexpected argument '\(unknown)'. Did you mean '\(words.joined(separator: " "))'?"
        }
        if let match = message.prefixMatch(of: /Unknown option '(-+)([^'=]*)[^']*'/) {
            let unknown = "Unknown option '\(match.1)\(match.2)'"
            // What a sweep does not know is for training.
            let more = command == SweepCommand.self ? TrainCommand.flags : []
            guard let flag = nearest(to: String(match.2), among: command.flags + more) else {
                return "\(unknown); \(help)"
            }
            return "\(unknown). Did you mean '--\(flag)'?"
        }
        return message
    }
}

extension ParsableCommand {
    /// The subcommand of a name.
    fileprivate static func subcommand(named name: String) -> (any ParsableCommand.Type)? {
        configuration.subcommands.first { $0.configuration.commandName == name }
    }

    fileprivate static var subcommandNames: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName }
    }

    /// The names of the flags and options, without their hyphens, as the help lists them.
    fileprivate static var flags: [String] {
        GANCommand.helpMessage(for: Self.self, columns: 200).split(separator: "\n").compactMap {
            line in
            line.prefixMatch(of: /\s+(?:-\w, )?--([a-z][a-z-]*)/).map { String($0.1) }
        }
    }
}
