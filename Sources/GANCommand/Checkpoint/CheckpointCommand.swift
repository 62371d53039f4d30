import ArgumentParser
import Checkpoints
import GAN

/// `gan checkpoint`.
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Look into checkpoints.",
        discussion: "It reads TensorFlow's checkpoints, of both formats, whoever wrote them.",
        subcommands: [CheckpointListCommand.self, CheckpointDiffCommand.self])
}

/// Which tensors are meant.
struct TensorFilter: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tensors of this name; * and ? as in a shell, all else literally.",
            valueName: "name"))
    var tensor: [String] = []

    /// Opens a checkpoint, or a folder's newest.
    static func checkpoint(at path: String) throws -> Checkpoint {
        let named = try NamedCheckpoint(at: RunFolder.saved(at: path))
        for cause in named.passedOver { System.printError("gan: not taken: \(cause.printable)\n") }
        return try Checkpoint(opening: named.prefix)
    }
}

/// `gan checkpoint list`.
struct CheckpointListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List a checkpoint's tensors: type, shape, checksum, statistics.",
        discussion: """
            The checksum is the CRC-32C of the tensor's bytes, so equal tensors have equal ones. Mean, \
            standard deviation, least and greatest number are those of the finite numbers; how many are \
            not finite is said below. A tensor that is damaged is named, and the others are listed; the \
            exit code is 1 then.
            """)

    @Argument(
        help: ArgumentHelp(
            "The checkpoint: its files' path without their endings, or one of them; or a run's folder "
                + "for its newest, or the folder of all runs for that of the run saved last.",
            valueName: "prefix"))
    var prefix: String

    @OptionGroup var filter: TensorFilter

    func run() throws {
        let checkpoint = try TensorFilter.checkpoint(at: prefix)
        var table = Table(
            "TENSOR", "TYPE", "SHAPE", "CRC32C", .right("MEAN"), .right("STD"), .right("MIN"),
            .right("MAX"))
        var names = NameFilter(option: "--tensor", filter.tensor)
        var failures = Failures()
        var notes: [String] = []
        var (count, elements, bytes) = (0, 0, 0)
        for tensor in checkpoint.tensors where names.takes(tensor.name) {
            let facts: TensorFacts
            do {
                facts = TensorFacts(try checkpoint.tensor(named: tensor.name))
            } catch {
                failures.add("\(error)")
                table.add(
                    tensor.name, tensor.type.name, tensor.sizes, "damaged", "-", "-", "-", "-")
                continue
            }
            let numbers = facts.statistics.map { statistics in
                [statistics.mean, statistics.deviation, statistics.least, statistics.greatest].map(
                    \.narrow)
            }
            table.add(
                cells: [tensor.name, tensor.type.name, tensor.sizes, facts.checksum]
                    + (numbers ?? ["-", "-", "-", "-"]))
            if let statistics = facts.statistics, statistics.notFinite > 0 {
                notes.append(
                    "\(tensor.name): \(statistics.notFinite) of \(facts.count) numbers are not finite"
                )
            }
            count += 1
            elements += facts.count
            bytes += facts.byteCount
        }
        guard !names.foundNothing else {
            throw CommandError(names.complaints("tensor").joined(separator: "\ngan: "))
        }
        System.print(
            System.outputIsTerminal
                ? table.text(width: System.terminalWidth, isShortening: true) : table.text)
        System.print(notes.map { "\($0.printable)\n" }.joined())
        System.print(
            "\(checkpoint.prefix.printable): \(count) tensors, \(elements) elements, "
                + "\((Double(bytes) / 1e6).threeDigits) MB\n")
        try failures.end()
    }
}

extension TensorDescription {
    /// The shape in few columns: `5×5×1×64`; `scalar` of a single element.
    fileprivate var sizes: String {
        shape.isEmpty ? "scalar" : shape.map { "\($0)" }.joined(separator: "×")
    }
}
