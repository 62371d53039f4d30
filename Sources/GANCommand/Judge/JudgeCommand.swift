import ArgumentParser
import Datasets
import GAN
import TensorGraph

/// `gan judge`.
struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Say how good images are: those of a checkpoint, or of any other program.",
        usage: "gan judge (--checkpoint <prefix> | --images <path>) [<options>]",
        discussion: """
            A small classifier, trained by gan train-judge on MNIST and built in, compares what it sees \
            in the images with what it sees in MNIST's test images; or with --data, in other ones. \
            frechet_distance and kernel_distance are the smaller the better; classifier_score, \
            classes and coverage the greater; density is about 1 for real images.
            """)

    @Option(
        help: ArgumentHelp(
            "Judge samples of this checkpoint: its files' path without their endings, such as "
                + "log/first/best; or a run's folder for its newest, or the folder of all runs for that "
                + "of the run saved last.",
            valueName: "prefix"))
    var checkpoint: String?

    @Option(
        help: ArgumentHelp(
            "Judge these images: an array of NumPy's, [n, 28, 28] or [n, 784], in 0...1 or 0...255; or a "
                + "folder of PNG images, or of MNIST's files, whose training images they are then.",
            valueName: "path"))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "Compare with the test images in this folder, as gan train --data takes it. (default: "
                + "MNIST's, as the judge has kept them)",
            valueName: "folder"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Another judge, which gan train-judge made. (default: the one built in)",
            valueName: "file"))
    var judge: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Samples of a checkpoint to judge. (default: 10000)", valueName: "n"),
        transform: NumberFlag.count)
    var count: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the noise of a checkpoint's samples starts. (default: 0)", valueName: "n"),
        transform: NumberFlag.seed)
    var seed: UInt32?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads to compute with. (default: the fastest)", valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads: Int?

    @Flag(help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard (checkpoint == nil) != (images == nil) else {
            throw ValidationError(
                "name what is judged: a run or one of its checkpoints by --checkpoint, or a file or "
                    + "folder by --images")
        }
        if images != nil, count != nil || seed != nil {
            throw ValidationError("--images gives all images: leave out --count and --seed")
        }
        if let count, !(Judgement.leastCount...SampleSource.greatestCount).contains(count) {
            throw ValidationError(
                "--count must be \(Judgement.leastCount)...\(SampleSource.greatestCount)")
        }
    }

    func run() throws {
        let judge = try self.judge.map { try Judge(reading: $0) } ?? Judge.builtIn
        let session = try JudgeSession(judge, threads: threads)
        let judged =
            if let images {
                try given(images, session)
            } else {
                try sampled(checkpoint ?? "", session)
            }
        let standard =
            if data == nil, self.judge == nil {
                try QualityStandard(
                    builtIn: session, count: judged.features.count, sample: .sample)
            } else {
                try QualityStandard(
                    data.map { try MNIST(folder: $0, validationCount: 0) } ?? MNIST.sample, session,
                    count: judged.features.count)
            }
        let report = JudgeReport(
            judgement: Judgement(judged.features, reference: standard.reference),
            standard: standard, judge: judge, name: judged.name)
        System.print(json ? report.json : report.text)
    }

    /// What the judge sees in images of any program's.
    private func given(
        _ path: String, _ session: JudgeSession
    ) throws -> (features: Features, name: String) {
        let given = try GivenImages(at: path)
        guard given.count >= Judgement.leastCount else { throw JudgeError.tooFew(given.count) }
        let size = MNIST.pixelCount
        let features = try session.features(count: given.count) {
            Array(given.pixels[$0.lowerBound * size..<$0.upperBound * size])
        }
        return (features, path)
    }

    /// What it sees in samples of a checkpoint, which are made batch by batch.
    private func sampled(
        _ path: String, _ session: JudgeSession
    ) throws -> (features: Features, name: String) {
        let named = try NamedCheckpoint(at: RunFolder.saved(at: path))
        for cause in named.passedOver { System.printError("gan: not taken: \(cause.printable)\n") }
        let sampler = try imageSampler(ofCheckpoint: named.prefix, threads: threads)
        let count = count ?? Judge.floorCount
        let size = sampler.noiseSize
        let noise = sampler.noise(count: count, seed: seed ?? 0).floats
        let features = try session.features(count: count) { part in
            let vectors = Array(noise[part.lowerBound * size..<part.upperBound * size])
            let classes =
                sampler.classCount > 0 ? part.map { $0 % sampler.classCount } : nil
            return try sampler.images(
                Value(vectors, shape: [part.count, size]), classes: classes
            ).floats
        }
        return (features, RunPlace.words(ofCheckpoint: named.prefix))
    }
}
