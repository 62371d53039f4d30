internal import Datasets
internal import Platform
internal import TensorBoard
internal import TensorGraph

extension RunJudge {
    /// Samples by class, a walk through the noise, and samples beside the training images nearest to
    /// them.
    func addPictures(
        _ samples: (features: Features, pixels: [Float]), _ judge: Judge, isWithNearest: Bool,
        _ data: MNIST, knowsClasses: Bool, to summary: inout Summary
    ) throws {
        if knowsClasses {
            summary.values.append(
                picture(byClass(samples), columns: judge.classCount, "samples/by_digit"))
        }
        summary.values.append(
            picture(try walk(), columns: Walk.steps, "samples/interpolation"))
        if isWithNearest {
            summary.values.append(
                picture(
                    nearest(Array(samples.pixels.prefix(10 * 784)), data.all), columns: 10,
                    QualityTag.nearest))
        }
    }

    private func picture(_ pixels: [Float], columns: Int, _ tag: String) -> Summary.Value {
        .image(
            .grid(of: Image.digits(pixels), columns: columns, gap: 2, background: 48), tag: tag)
    }

    /// A column for each class: the samples that are most certainly of it, the most certain first.
    private func byClass(_ samples: (features: Features, pixels: [Float])) -> [Float] {
        let features = samples.features
        let classes = features.classes
        let rows = 5
        let columns = (0..<features.classCount).map { number in
            classes.indices.filter { classes[$0] == number }
                .sorted { one, other in
                    features.probabilities[one * features.classCount + number]
                        > features.probabilities[other * features.classCount + number]
                }.prefix(rows)
        }
        var pixels: [Float] = []
        for row in 0..<rows {
            for column in columns {
                if row < column.count {
                    let start = column[row] * 784
                    pixels += samples.pixels[start..<start + 784]
                } else {
                    pixels += [Float](repeating: 0, count: 784)
                }
            }
        }
        return pixels
    }

    private enum Walk {
        static var steps: Int { 10 }
        static var rows: Int { 5 }
    }

    /// Images of noise between two vectors, a row for each pair.
    private func walk() throws -> [Float] {
        let size = maker.noiseSize
        let ends = maker.noise(count: 2 * Walk.rows, seed: 0x7761_6c6b)
        var noise: [Float] = []
        for row in 0..<Walk.rows {
            let from = ends[2 * row * size..<(2 * row + 1) * size]
            let to = ends[(2 * row + 1) * size..<(2 * row + 2) * size]
            for step in 0..<Walk.steps {
                noise += between(from, to, Float(step) / Float(Walk.steps - 1))
            }
        }
        return try maker.maker()(noise[...], 0)
    }

    /// A part of the way on the great circle, so that vectors stay as long as noise is (White,
    /// "Sampling generative networks", 2016).
    private func between(
        _ from: ArraySlice<Float>, _ to: ArraySlice<Float>, _ share: Float
    ) -> [Float] {
        func product(_ one: ArraySlice<Float>, _ other: ArraySlice<Float>) -> Float {
            zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let lengths = (product(from, from) * product(to, to)).squareRoot()
        let angle = acos(max(-1, min(1, product(from, to) / max(lengths, 1e-12))))
        let (one, other) =
            sin(angle) < 1e-3
            ? (1 - share, share)
            : (sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle))
        return zip(from, to).map { one * $0 + other * $1 }
    }

    /// Rows of samples, and below each row the images nearest to them.
    private func nearest(_ samples: [Float], _ images: Examples) -> [Float] {
        let numbers = NearestImages.numbers(of: samples, in: images)
        var pixels: [Float] = []
        for start in stride(from: 0, to: numbers.count, by: 10) {
            let end = min(start + 10, numbers.count)
            pixels += samples[start * 784..<end * 784]
            for number in numbers[start..<end] { pixels += images.pixels(number..<number + 1) }
        }
        return pixels
    }
}
