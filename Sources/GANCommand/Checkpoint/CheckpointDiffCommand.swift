import ArgumentParser
import Checkpoints

/// `gan checkpoint diff`.
struct CheckpointDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare the tensors of two checkpoints.",
        discussion: """
            Tensors that only one has, those of different type or shape, and those whose elements \
            differ: how many do, the mean and the greatest difference, and the latter as a part of the \
            greatest number of the first. The exit code is 0 where nothing differs, else 1.
            """)

    @Argument(
        help: ArgumentHelp(
            "A checkpoint: its files' path without their endings, or one of them; or a folder for its "
                + "newest.", valueName: "prefix"))
    var first: String

    @Argument(help: ArgumentHelp("The other one.", valueName: "other-prefix"))
    var second: String

    @OptionGroup var filter: TensorFilter

    @Option(
        help: ArgumentHelp(
            "Take numbers for the same that differ by no more than this.", valueName: "x"))
    var tolerance = 0.0

    func validate() throws {
        guard tolerance >= 0 else { throw ValidationError("--tolerance must be at least 0") }
    }

    func run() throws {
        let one = try TensorFilter.checkpoint(at: first)
        let other = try TensorFilter.checkpoint(at: second)
        var names = NameFilter(option: "--tensor", filter.tensor)
        let ours = one.tensors.filter { names.takes($0.name) }
        let theirs = other.tensors.filter { names.takes($0.name) }
        guard !names.foundNothing else {
            throw CommandError(names.complaints("tensor").joined(separator: "\ngan: "))
        }
        var found: [ExactTensorName: TensorDescription] = [:]
        for tensor in theirs { found[ExactTensorName(tensor.name)] = tensor }
        var lines: [String] = []
        var table = Table(
            "TENSOR", .right("DIFFERENT"), .right("OF"), .right("MEAN"), .right("GREATEST"),
            .right("RELATIVE"))
        var failures = Failures()
        var (same, different) = (0, 0)
        for tensor in ours {
            guard let match = found.removeValue(forKey: ExactTensorName(tensor.name)) else {
                lines.append("only in \(one.prefix): \(tensor.words)")
                continue
            }
            guard match == tensor else {
                lines.append("\(tensor.words) in \(one.prefix), \(match.kind) in \(other.prefix)")
                continue
            }
            do {
                let difference = TensorDifference(
                    try one.tensor(named: tensor.name), try other.tensor(named: tensor.name),
                    tolerance: tolerance)
                guard difference.count > 0 else {
                    same += 1
                    continue
                }
                different += 1
                table.add(
                    tensor.name, "\(difference.count)", "\(difference.elementCount)",
                    difference.mean?.short ?? "-", difference.greatest?.short ?? "-",
                    difference.relative?.short ?? "-")
            } catch {
                failures.add("\(error)")
            }
        }
        lines += theirs.filter { found[ExactTensorName($0.name)] != nil }.map {
            "only in \(other.prefix): \($0.words)"
        }
        System.print(lines.map { "\($0.printable)\n" }.joined())
        if different > 0 {
            System.print(
                (lines.isEmpty ? "" : "\n")
                    + (System.outputIsTerminal
                        ? table.text(width: System.terminalWidth, isShortening: true) : table.text))
        }
        System.print(
            "\(same) tensors are the same, \(different + lines.count) differ\n")
        try failures.end()
        if different + lines.count > 0 { throw ExitCode(1) }
    }
}

/// A name that is told from others by its bytes.
private struct ExactTensorName: Hashable {
    private let bytes: [UInt8]

    init(_ name: String) {
        bytes = Array(name.utf8)
    }
}

extension TensorDescription {
    fileprivate var kind: String { "\(type.name) \(shape)" }
    fileprivate var words: String { "\(name), \(kind)" }
}
