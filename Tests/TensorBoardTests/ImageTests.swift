import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct ImageTests {
    /// Pictures of every colour type: digits on black, noise, a gradient, one pixel, one row, one
    /// column.
    @Test(arguments: 1...4)
    func pngDecodesToTheSamePixels(channels: Int) throws {
        var generator = SeededGenerator(seed: UInt64(channels))
        let shapes = [(1, 1), (1, 300), (300, 1), (28, 28), (7, 5), (64, 200)]
        for (height, width) in shapes {
            let count = height * width * channels
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let gradient = (0..<count).map { UInt8(truncatingIfNeeded: $0 / channels / 3) }
            let sparse = noise.map { $0 < 200 ? 0 : $0 }
            for pixels in [noise, gradient, sparse, Array(repeating: 9, count: count)] {
                let image = Image(height: height, width: width, channels: channels, pixels: pixels)
                let decoded = try DecodedPNG(image.png())
                #expect((decoded.height, decoded.width) == (height, width))
                #expect(decoded.channels == channels)
                #expect(decoded.pixels == pixels)
            }
        }
    }

    @Test func pngIsSmall() {
        let flat = Image(
            height: 100, width: 100, channels: 3, pixels: Array(repeating: 7, count: 30_000))
        #expect(flat.png().count < 400)
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(Image(height: 100, width: 100, channels: 1, pixels: noise).png().count < 10_200)
    }

    /// Noise is stored and patterns are deflated, in one stream.
    @Test(arguments: [1, 2, 3, 7, 40])
    func pngOfNoiseAndPatternsDecodes(bands: Int) throws {
        var generator = SeededGenerator(seed: UInt64(bands))
        let pixels = (0..<bands * 50 * 80).map { index in
            index / (50 * 80) % 2 == 0 ? UInt8.random(in: 0...255, using: &generator) : 3
        }
        let image = Image(height: bands * 50, width: 80, channels: 1, pixels: pixels)
        let file = image.png()
        #expect(try DecodedPNG(file).pixels == pixels)
        let noise = (bands + 1) / 2 * 50 * 80
        #expect(file.count < noise + noise / 16 + bands * 200 + 200)
    }

    struct ScalingRow: Decodable {
        let name: String
        let shape: [Int]
        let maxOutputs: Int
        let pixels: Data
        let summary: Data
    }

    /// Tags, sizes and pixels are those of TensorFlow's operation; only the compression may differ.
    @Test func scalesAsTensorFlowDoes() throws {
        for row in try Fixtures.rows("images.json", ScalingRow.self) {
            let summary = Summary.images(
                tag: "tag", pixels: row.pixels.numbers(), count: row.shape[0],
                height: row.shape[1], width: row.shape[2], channels: row.shape[3],
                maxOutputs: row.maxOutputs)
            let ours = try images(summary.serialized())
            let theirs = try images([UInt8](row.summary))
            #expect(ours.map(\.tag) == theirs.map(\.tag), "\(row.name)")
            for (our, their) in zip(ours, theirs) {
                #expect(our.fields == their.fields, "\(row.name)")
                #expect(our.png == their.png, "\(row.name)")
            }
        }
    }

    /// Pictures of any size, some of whose numbers become whole ones, by the formula.
    @Test(arguments: 0...40)
    func scalesEachNumberAlike(width: Int) {
        var generator = SeededGenerator(seed: UInt64(width))
        for range in [0...1, -1...1, 0...1e-7, -255...0] as [ClosedRange<Float>] {
            let numbers = (0..<width).map { index in
                index % 3 == 0
                    ? range.upperBound * Float(Int.random(in: 0...255, using: &generator)) / 255
                    : Float.random(in: range, using: &generator)
            }
            let (least, most) = (numbers.min() ?? 0, numbers.max() ?? 0)
            let farthest = max(-least, most)
            let scale = farthest < 1e-6 ? 0 : (least < 0 ? 127 : 255) / farthest
            let bytes = numbers.map { UInt8($0 * scale + (least < 0 ? 128 : 0)) }
            let image = FloatImage(height: 1, width: width, channels: 1, pixels: numbers[...])
            #expect(image.scaled().pixels == bytes)
            for bad in numbers.indices {
                var some = numbers
                some[bad] = bad % 2 == 0 ? .nan : -.infinity
                let image = FloatImage(height: 1, width: width, channels: 1, pixels: some[...])
                var rest = numbers
                rest.remove(at: bad)
                let others = FloatImage(height: 1, width: width - 1, channels: 1, pixels: rest[...])
                var expected = others.scaled().pixels
                expected.insert(255, at: bad)
                #expect(image.scaled().pixels == expected)
            }
        }
    }

    @Test func twoChannelsKeepTheirAlpha() {
        let image = FloatImage(height: 1, width: 2, channels: 2, pixels: [0, 1, .nan, 0.5])
        #expect(image.scaled().pixels == [0, 255, 255, 255])
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (7, 4), (10, 5), (16, 4), (64, 8)])
    func gridsAreNearlySquare(count: Int, columns: Int) {
        let image = Image(height: 1, width: 1, channels: 1, pixels: [1])
        let grid = Image.grid(of: Array(repeating: image, count: count))
        #expect(grid.width == columns)
        #expect(grid.height == (count + columns - 1) / columns)
    }

    @Test func gridPutsPicturesRowByRow() {
        let tiles = (1...3).map {
            Image(height: 2, width: 1, channels: 2, pixels: Array(repeating: UInt8($0), count: 4))
        }
        let grid = Image.grid(of: tiles, columns: 2, gap: 1, background: 9)
        #expect((grid.height, grid.width, grid.channels) == (5, 3, 2))
        #expect(
            grid.pixels == [
                1, 1, 9, 9, 2, 2,
                1, 1, 9, 9, 2, 2,
                9, 9, 9, 9, 9, 9,
                3, 3, 9, 9, 9, 9,
                3, 3, 9, 9, 9, 9,
            ])
    }

    @Test func batchSharesItsPixels() {
        let batch = FloatImage.batch(
            [1, 2, 3, 4, 5, 6], count: 3, height: 1, width: 2, channels: 1)
        #expect(batch.map { Array($0.pixels) } == [[1, 2], [3, 4], [5, 6]])
        let grid = FloatImage.grid(of: batch, columns: 3)
        #expect((grid.height, grid.width) == (1, 6))
        #expect(Array(grid.pixels) == [1, 2, 3, 4, 5, 6])
    }

    /// What a serialized summary's pictures are: the tag, the fields of size and channels, the
    /// pixels.
    private func images(
        _ summary: [UInt8]
    ) throws -> [(tag: String, fields: [Int], png: DecodedPNG)] {
        try WireMessage(summary).messages(1).map { value in
            let image = try #require(try value.messages(4).first)
            return (value.string(1), (1...3).map(image.int), try DecodedPNG(image.bytes(4)))
        }
    }
}
