import ArgumentParser
import Datasets
import GAN
import RecordIO
import TensorGraph

/// `gan fetch`.
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Compute tensors of the graph from a checkpoint, by name.",
        usage: "gan fetch --checkpoint <prefix> --out <folder> [<options>] <tensor> ...",
        discussion: """
            What session.run(tensors, feed) gives under TensorFlow, for comparing the two: losses, \
            layers, gradients. input_x is fed images and input_z noise, equally many of both: what is \
            not given is taken in the number of what is, and 10 where neither is.
            """)

    @OptionGroup var source: SampleSource

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many vectors of noise to draw instead. (default: as many as --images has, or 10)",
            valueName: "n"),
        transform: NumberFlag.count)
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "The images, an array of NumPy's: [n, 784], in 0...1. (default: the first of those built "
                + "in to train on, as many as there are vectors of noise)",
            valueName: "file"))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "The folder for the arrays: a .npy for each tensor, / in its name replaced by a dot.",
            valueName: "folder"))
    var out: String

    @Argument(help: ArgumentHelp("Names, like generator/output/Sigmoid:0.", valueName: "tensor"))
    var tensors: [String]

    func validate() throws { try source.validate(count: count) }

    func run() throws {
        let given = try givenImages()
        let sampler = try source.sampler().sampler
        let noise = try source.noiseValue(count: count ?? given?.shape[0] ?? 10, for: sampler)
        let images = try given ?? trainingImages(count: noise.shape[0])
        guard images.shape[0] == noise.shape[0] else {
            throw FetchError.differentCounts(images: images.shape[0], noise: noise.shape[0])
        }
        let values = try sampler.fetch(tensors, images: images, noise: noise)
        try Folder.create(out)
        for (name, value) in zip(tensors, values) {
            let file = String(
                String.UnicodeScalarView(
                    name.unicodeScalars.map { $0 == "/" || $0 == ":" ? "." : $0 }))
            let path = FilePath.joining(out, "\(file).npy")
            try NPY.write(Value(value.asFloats, shape: value.shape), to: path)
            let number = value.shape.isEmpty ? " = \(value.scalarText)" : ""
            System.print("\(name)\(number), \(value.shape): \(path)\n")
        }
    }

    /// The images of --images.
    private func givenImages() throws -> Value? {
        guard let images else { return nil }
        let array = try NPY.read(images, shape: [nil, MNIST.pixelCount])
        guard array.shape[0] > 0 else { throw CommandError("\(images) holds no images; give some") }
        if let place = array.floats.firstIndex(where: { !(0...1).contains($0) }) {
            let (image, pixel) = place.quotientAndRemainder(dividingBy: MNIST.pixelCount)
            throw CommandError(
                "\(images) holds \(array.floats[place]) in image \(image), pixel \(pixel); give "
                    + "images in 0...1")
        }
        return array
    }

    private func trainingImages(count: Int) throws -> Value {
        let examples = try MNIST.sample.train
        guard count <= examples.count else {
            throw CommandError(
                "there are \(examples.count) images built in to train on, for \(count) vectors of "
                    + "noise; give images by --images")
        }
        return Value(examples.pixels(0..<count), shape: [count, MNIST.pixelCount])
    }
}

extension Value {
    /// The only number of a scalar.
    fileprivate var scalarText: String {
        switch elements {
        case .bool(let bools): bools.first.map { "\($0)" } ?? ""
        case .int32, .int64: ints.first.map { "\($0)" } ?? ""
        default: floats.first.map { "\($0)" } ?? ""
        }
    }

    /// The numbers as float32; true is 1.
    fileprivate var asFloats: [Float] {
        switch elements {
        case .bool(let bools): bools.map { $0 ? 1 : 0 }
        case .int32, .int64: ints.map(Float.init)
        default: floats
        }
    }
}
