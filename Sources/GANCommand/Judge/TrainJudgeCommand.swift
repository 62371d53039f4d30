import ArgumentParser
import Datasets
import GAN
import RecordIO

/// `gan train-judge`.
struct TrainJudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-judge",
        abstract: "Train the small classifier that says how good samples are.",
        usage: "gan train-judge --data <folder> --out <file> [<options>]",
        discussion: """
            The one that is built in was made of MNIST with the default options. One of other images, \
            such as Fashion-MNIST, goes to gan judge by --judge.
            """)

    @Option(
        help: ArgumentHelp(
            "The folder of MNIST's four files, or of others in their format, such as Fashion-MNIST's.",
            valueName: "folder"))
    var data: String

    @Option(help: ArgumentHelp("Where it goes, a safetensors file.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("What it calls the images.", valueName: "name"))
    var name = "MNIST"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How often all images are seen. (default: 16)", valueName: "n"),
        transform: NumberFlag.count)
    var epochs = 16

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where random numbers start; the same seed gives the same judge. (default: 0)",
            valueName: "n"),
        transform: NumberFlag.seed)
    var seed: UInt32 = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads to compute with. (default: the fastest)", valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads: Int?

    func run() throws {
        // Before minutes are spent.
        if try Folder.isFolder(out) {
            throw CommandError("\(out) is a folder; name a file by --out")
        }
        let images = try MNIST(folder: data, validationCount: 0)
        var training = JudgeTraining()
        training.epochs = epochs
        training.seed = seed
        training.threads = threads
        let judge = try training.judge(of: images, name: name) { epoch, loss in
            System.print("epoch \(epoch) of \(epochs): loss \(loss.short)\n")
        }
        try judge.write(to: out)
        System.print(
            "\(out.printable) finds the class of \((100 * judge.accuracy).decimals(2)) % of the test "
                + "images\n")
        let distance = judge.floor[.frechetDistance] ?? .nan
        System.print(
            "training images are at a Fréchet distance of \(distance.decimals(2)) from them\n")
    }
}
