import TensorBoard
import TestSupport
import Testing

@Suite struct VideoTests {
    @Test(arguments: [1, 2, 5, 64, 300])
    func grayFramesAreKept(side: Int) throws {
        var generator = SeededGenerator(seed: 7)
        let frames = (0..<5).map { frame in
            // Smooth, noisy, and equal to the one before.
            Image(
                height: side, width: side + 1, channels: 1,
                pixels: (0..<side * (side + 1)).map { index in
                    frame % 2 == 0
                        ? UInt8(truncatingIfNeeded: index / 3 + frame / 2)
                        : UInt8.random(in: 0...255, using: &generator)
                })
        }
        let video = Video(frames: frames + [frames[4]], framesPerSecond: 8)
        let decoded = try DecodedGIF(video.gif())
        #expect((decoded.width, decoded.height) == (side + 1, side))
        #expect(decoded.isEndless)
        #expect(decoded.delays == Array(repeating: 13, count: 6))
        #expect(decoded.frames.count == 6)
        for (shown, frame) in zip(decoded.frames, video.frames) {
            #expect(shown.map(\.x) == frame.pixels)
            #expect(shown.allSatisfy { $0.x == $0.y && $0.y == $0.z && $0.w == 255 })
        }
    }

    /// Long runs of one colour and a full table of codes.
    @Test(arguments: [0, 1, 4093, 4094, 4095, 4096, 20_000, 100_000])
    func everyLengthOfData(count: Int) throws {
        let pixels = (0..<max(count, 1)).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 5) }
        let image = Image(
            height: 1, width: min(pixels.count, 65_535), channels: 1,
            pixels: Array(pixels.prefix(65_535)))
        let decoded = try DecodedGIF(Video(frames: [image]).gif())
        #expect(decoded.frames[0].map(\.x) == image.pixels)
        #expect(!decoded.isEndless)
        let flat = Image(
            height: 100, width: 200, channels: 1, pixels: [UInt8](repeating: 9, count: 20_000))
        #expect(try DecodedGIF(Video(frames: [flat]).gif()).frames[0].map(\.x) == flat.pixels)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 17, 255, 256])
    func fewColoursAreKept(colours: Int) throws {
        let pixels = (0..<1024).flatMap { index -> [UInt8] in
            let color = index % colours
            return [UInt8(color), UInt8(255 - color), UInt8(color * 7 % 256)]
        }
        let image = Image(height: 32, width: 32, channels: 3, pixels: pixels)
        let decoded = try DecodedGIF(Video(frames: [image, image]).gif())
        for shown in decoded.frames {
            #expect(shown.flatMap { [$0.x, $0.y, $0.z] } == pixels)
        }
    }

    /// 65,536 colours become 256 that are not far from them.
    @Test func manyColoursAreGrouped() throws {
        var pixels: [UInt8] = []
        for red in 0..<256 {
            for green in 0..<256 {
                pixels += [UInt8(red), UInt8(green), UInt8((red + green) / 2)]
            }
        }
        let image = Image(height: 256, width: 256, channels: 3, pixels: pixels)
        let shown = try DecodedGIF(Video(frames: [image]).gif()).frames[0]
        #expect(Set(shown).count > 200)
        var squares: Double = 0
        for (index, color) in shown.enumerated() {
            for channel in 0..<3 {
                let distance = Double(color[channel]) - Double(pixels[3 * index + channel])
                squares += distance * distance
            }
        }
        // A cell of a plane cut into 256 equal squares is off by 4.6 in the mean.
        #expect((squares / Double(pixels.count)).squareRoot() < 7)
    }

    @Test func transparentPixelsUncoverNothing() throws {
        let one = Image(height: 1, width: 3, channels: 2, pixels: [10, 255, 20, 0, 30, 128])
        let other = Image(height: 1, width: 3, channels: 2, pixels: [10, 0, 20, 255, 30, 127])
        let decoded = try DecodedGIF(Video(frames: [one, other]).gif())
        #expect(decoded.frames[0].map(\.w) == [255, 0, 255])
        #expect(decoded.frames[1].map(\.w) == [0, 255, 0])
        #expect(decoded.frames[1][1].x == 20)
        let clear = Image(height: 1, width: 1, channels: 4, pixels: [1, 2, 3, 0])
        #expect(try DecodedGIF(Video(frames: [clear]).gif()).frames[0] == [SIMD4()])
    }

    @Test func batchesBecomeFrames() throws {
        let numbers: [Float] = [0, 0.5, 1, 2, -1, .nan, 0.25, .infinity]
        let video = Video(numbers.span, shape: .nhw(2, 2, 2), range: 0...1, framesPerSecond: 1000)
        #expect(video.frames.map(\.pixels) == [[0, 127, 255, 255], [0, 255, 63, 255]])
        #expect(try DecodedGIF(video.gif()).delays == [2, 2])
    }
}

@Suite struct AnimatedPNGTests {
    /// Noise, what moves, what changes at one place, and what stays: every number of channels.
    @Test(arguments: [1, 2, 3, 4], [1, 5, 40])
    func framesAreKept(channels: Int, side: Int) throws {
        var generator = SeededGenerator(seed: 3)
        let width = side + 2
        func image(_ pixel: (_ index: Int) -> UInt8) -> Image {
            Image(
                height: side, width: width, channels: channels,
                pixels: (0..<side * width * channels).map(pixel))
        }
        let noise = image { _ in UInt8.random(in: 0...255, using: &generator) }
        var changed = noise.pixels
        changed[changed.count - 1] ^= 0x80
        changed[changed.count / 2] ^= 1
        let frames = [
            noise, noise,
            Image(height: side, width: width, channels: channels, pixels: changed),
            image { UInt8(truncatingIfNeeded: $0) }, image { UInt8(truncatingIfNeeded: $0 + 1) },
        ]
        let video = Video(frames: frames, framesPerSecond: 8)
        let decoded = try DecodedPNG(video.png())
        #expect((decoded.width, decoded.height, decoded.channels) == (width, side, channels))
        #expect(decoded.frames == frames.map(\.pixels))
        #expect(decoded.delays == Array(repeating: 125, count: 5))
        #expect(decoded.pixels == noise.pixels)
    }

    @Test func onePictureIsAPicture() {
        let image = Image(height: 2, width: 1, channels: 1, pixels: [3, 4])
        #expect(Video(frames: [image]).png() == image.png())
    }

    @Test(arguments: [(0.001, 65_535), (1, 1000), (30, 33), (60, 17), (1e9, 1)])
    func ratesAreKeptAsFarAsTheyGo(framesPerSecond: Double, milliseconds: Int) throws {
        let image = Image(height: 1, width: 1, channels: 1, pixels: [3])
        let video = Video(frames: [image, image], framesPerSecond: framesPerSecond)
        #expect(try DecodedPNG(video.png()).delays == [milliseconds, milliseconds])
    }
}
