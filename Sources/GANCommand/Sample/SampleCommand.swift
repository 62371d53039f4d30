import ArgumentParser
import Datasets
import GAN
import RecordIO
import TensorBoard
import TensorGraph

/// `gan sample`.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Make images with the generator of a checkpoint.",
        usage: "gan sample --checkpoint <prefix> --out <file> [<options>]",
        discussion: """
            The checkpoint may be TensorFlow's. The article's images are made as one batch: batch \
            normalization takes its mean and variance from all of them, as in training. By other \
            recipes each image is made of its noise alone.
            """)

    @OptionGroup var source: SampleSource

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many vectors of noise to draw instead. (default: 10)", valueName: "n"),
        transform: NumberFlag.count)
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "Where they go: a .png with all of them in a grid, or a .npy with float32 numbers in "
                + "0...1, [n, 28, 28].",
            valueName: "file"))
    var out: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Images side by side in the grid. (default: what makes it nearly square)",
            valueName: "n"),
        transform: NumberFlag.count)
    var columns: Int?

    @Option(
        name: [.customLong("digit"), .customLong("class")],
        help: ArgumentHelp(
            "The class of all images, where the run was trained with --conditional. (default: one "
                + "after the other, a column each)",
            valueName: "name"))
    var digit: String?

    private enum Format: String {
        case png, npy
    }

    private var format: Format? {
        out.lastIndex(of: ".").flatMap { Format(rawValue: out[$0...].dropFirst().lowercased()) }
    }

    func validate() throws {
        try source.validate(count: count)
        guard let format else {
            throw ValidationError("--out must end in .png or .npy, not name '\(out)'")
        }
        if columns != nil, format != .png {
            throw ValidationError("--columns is for a grid: let --out end in .png")
        }
    }

    func run() throws {
        let (sampler, checkpoint) = try source.sampler()
        let standard = digit == nil && sampler.classCount > 0 ? 10 * sampler.classCount : 10
        let noise = try source.noiseValue(count: count ?? standard, for: sampler)
        let images = try sampler.images(noise, classes: classes(noise.shape[0], sampler))
        let count = images.shape[0]
        let columns =
            columns ?? (digit == nil && sampler.classCount > 0 ? sampler.classCount : nil)
        switch format {
        case .png: try write(grid(images.floats, columns: columns))
        case .npy, nil:
            try NPY.write(images.reshaped([count, MNIST.side, MNIST.side]), to: out)
        }
        let name = RunPlace.words(ofCheckpoint: checkpoint).printable
        System.print("\(count) images of \(name) are in \(out.printable)\n")
    }

    /// The class of each image; `nil` where there are none, or each has its turn.
    private func classes(_ count: Int, _ sampler: any ImageSampler) throws -> [Int]? {
        guard let digit else { return nil }
        guard sampler.classCount > 0 else {
            throw CommandError(
                "\(source.checkpoint) was trained without labels, so no --digit can be asked of it; "
                    + "train with --conditional")
        }
        guard let label = sampler.classNames.firstIndex(of: digit) else {
            throw CommandError(
                "--digit \(digit): the run's classes are "
                    + sampler.classNames.joined(separator: ", "))
        }
        return [Int](repeating: label, count: count)
    }

    /// 0 is black and 1 white, as in MNIST's own images.
    private func grid(_ pixels: [Float], columns: Int?) -> Image {
        let size = MNIST.pixelCount
        let images = stride(from: 0, to: pixels.count, by: size).map { start in
            Image(
                height: MNIST.side, width: MNIST.side, channels: 1,
                pixels: pixels[start..<start + size].map {
                    // A generator that training has broken makes NaN.
                    $0 > 0 ? UInt8((min($0, 1) * 255).rounded()) : 0
                })
        }
        return .grid(of: images, columns: columns, gap: 2, background: 48)
    }

    private func write(_ image: Image) throws {
        let file = try StagedFile(out, followsLinks: true)
        try file.append(image.png().span.bytes)
        try file.commit()
    }
}
