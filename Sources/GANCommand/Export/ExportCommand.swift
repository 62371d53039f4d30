import ArgumentParser
import Checkpoints
import GAN
import RecordIO

/// `gan export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a checkpoint's generator for other programs: ONNX, safetensors.",
        usage: "gan export --checkpoint <prefix> [--onnx <file>] [--safetensors <file>]",
        discussion: """
            The ONNX model takes z, noise of [N, noise size], and gives images, [N, 1, 28, 28] in 0...1; \
            after --conditional it takes y, too, [N, classes], 1 at each image's class and otherwise 0. \
            Its images are those of gan sample. The safetensors file has the weights of both networks \
            under their names in the graph; below average/ are those that samples are made of.
            """)

    @Option(
        help: ArgumentHelp(
            "The checkpoint: its files' path without their endings, such as log/first/best; or a run's "
                + "folder for its newest, or the folder of all runs for that of the run saved last.",
            valueName: "prefix"))
    var checkpoint: String

    @Option(help: ArgumentHelp("Write the generator as an ONNX model.", valueName: "file"))
    var onnx: String?

    @Option(help: ArgumentHelp("Write the weights as a safetensors file.", valueName: "file"))
    var safetensors: String?

    func validate() throws {
        guard onnx != nil || safetensors != nil else {
            throw ValidationError("say what to write, by --onnx or --safetensors or both")
        }
    }

    func run() throws {
        let named = try NamedCheckpoint(at: RunFolder.saved(at: checkpoint))
        for cause in named.passedOver { System.printError("gan: not taken: \(cause.printable)\n") }
        let generator = try exportableGenerator(ofCheckpoint: named.prefix)
        let name = RunPlace.words(ofCheckpoint: named.prefix)
        if let onnx {
            let bytes = try generator.onnx(
                producerVersion: GANCommand.version, words: "The generator of \(name).")
            let file = try StagedFile(onnx, followsLinks: true)
            try file.append(bytes.span.bytes)
            try file.commit()
            System.print("the generator of \(name.printable) is in \(onnx.printable)\n")
        }
        if let safetensors {
            var file = try generator.safeTensors()
            file.metadata = [
                "made by": "GANBoard \(GANCommand.version)", "checkpoint": named.prefix,
            ]
            try file.write(to: safetensors)
            System.print(
                "\(file.tensors.count) tensors of \(name.printable) are in \(safetensors.printable)\n"
            )
        }
    }
}
