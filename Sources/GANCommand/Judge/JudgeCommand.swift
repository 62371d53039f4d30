import ArgumentParser
import Datasets
import GAN
import RecordIO

/// `gan judge`.
struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Say how good images are: those of a checkpoint, or of any other program.",
        usage: "gan judge --images <file> [<options>]",
        discussion: """
            A small classifier, trained by gan train-judge on MNIST and built in, compares what it sees \
            in the images with what it sees in MNIST's test images; or with --data, in other ones. \
            frechet_distance and kernel_distance are the smaller the better; classifier_score, \
            classes and coverage the greater; density is about 1 for real images.
            """)

    @Option(
        help: ArgumentHelp(
            "Judge these images: an array of NumPy's, [n, 28, 28] or [n, 784], in 0...1 or 0...255.",
            valueName: "file"))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "Compare with the test images in this folder of MNIST's four files, or of others in their "
                + "format. (default: MNIST's, as the judge has kept them)",
            valueName: "folder"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Another judge, which gan train-judge made. (default: the one built in)",
            valueName: "file"))
    var judge: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads to compute with. (default: the fastest)", valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads: Int?

    @Flag(help: "Print one line of JSON.")
    var json = false

    func run() throws {
        let judge = try self.judge.map { try Judge(reading: $0) } ?? Judge.builtIn
        guard let images else { throw ValidationError("name what is judged by --images") }
        let given = try GivenImages(file: images)
        guard given.count >= Judgement.leastCount else { throw JudgeError.tooFew(given.count) }
        let session = try JudgeSession(judge, threads: threads)
        let size = MNIST.pixelCount
        let features = try session.features(count: given.count) {
            Array(given.pixels[$0.lowerBound * size..<$0.upperBound * size])
        }
        let standard =
            if data == nil, self.judge == nil {
                try QualityStandard(builtIn: session, count: given.count, sample: .sample)
            } else {
                try QualityStandard(
                    data.map { try MNIST(folder: $0) } ?? MNIST.sample, session,
                    count: given.count)
            }
        let report = JudgeReport(
            judgement: Judgement(features, reference: standard.reference), standard: standard,
            judge: judge, name: images)
        System.print(json ? report.json : report.text)
    }
}
