import TensorBoard
import TestSupport
import Testing

@Suite struct PixelTests {
    /// Each layout of the same pictures.
    @Test func layoutsGiveTheSamePicture() {
        let (count, height, width, channels) = (3, 4, 5, 3)
        func pixel(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> UInt8 {
            UInt8(((n * height + y) * width + x) * channels + c)
        }
        let nhwc = (0..<count * height * width * channels).map { UInt8($0) }
        var nchw: [UInt8] = []
        for n in 0..<count {
            for c in 0..<channels {
                for y in 0..<height { for x in 0..<width { nchw.append(pixel(n, y, x, c)) } }
            }
        }
        let batch = Image.batch(nhwc.span, shape: .nhwc(count, height, width, channels))
        #expect(batch.map(\.pixels).flatMap { $0 } == nhwc)
        #expect(Image.batch(nchw.span, shape: .nchw(count, channels, height, width)) == batch)
        #expect(
            Image(nhwc.span, shape: .nhwc(count, height, width, channels), columns: 2, gap: 1)
                == Image.grid(of: batch, columns: 2, gap: 1))
        #expect(
            Image(nchw.span, shape: .nchw(count, channels, height, width))
                == Image.grid(of: batch))
        let size = height * width * channels
        #expect(
            Image(nhwc.span.extracting(first: size), shape: .hwc(height, width, channels))
                == batch[0])
        #expect(
            Image(nchw.span.extracting(first: size), shape: .chw(channels, height, width))
                == batch[0])
        let gray = Image(nhwc.span.extracting(first: 20), shape: .hw(4, 5))
        #expect(gray == Image(nhwc.span.extracting(first: 20), shape: .hwc(4, 5, 1)))
        #expect(gray == Image.batch(nhwc.span.extracting(first: 20), shape: .nhw(1, 4, 5))[0])
    }

    @Test func stridesSkipWhatLiesBetween() {
        // Rows padded from three to eight, and every other pixel of them.
        let padded = (0..<32).map { UInt8($0) }
        let image = Image(padded.span, shape: .hw(4, 3), strides: [8, 2])
        #expect(image.pixels == [0, 2, 4, 8, 10, 12, 16, 18, 20, 24, 26, 28])
        let floats = padded.map { Float($0) }
        #expect(
            Image(floats.span, shape: .hw(4, 3), strides: [8, 2], range: 0...255) == image)
        let transposed = Image(padded.span, shape: .hw(8, 4), strides: [1, 8])
        #expect(transposed.pixels.prefix(5) == [0, 8, 16, 24, 1])
    }

    @Test func rangeSaysWhatIsBlackAndWhite() {
        let numbers: [Float] = [-1, -2, 0, 0.999, 1, 3, .infinity, -.infinity]
        let image = Image(numbers.span, shape: .hw(2, 4), range: -1...1)
        #expect(image.pixels == [0, 0, 127, 254, 255, 255, 255, 0])
        // As torch has it: 255 x without its fraction.
        let unit: [Float] = [0, 0.1, 0.5, 0.7, 1]
        #expect(Image(unit.span, shape: .hw(1, 5), range: 0...1).pixels == [0, 25, 127, 178, 255])
    }

    @Test func pixelsThatAreNotNumbersAreSeen() {
        let numbers: [Float] = [0, 1, 0.5, .nan, 0, 0]
        let gray = Image(numbers.span, shape: .hw(1, 6), range: 0...1)
        #expect(gray.pixels == [0, 255, 127, 255, 0, 0])
        let colour = Image(numbers.span, shape: .hwc(1, 2, 3), range: 0...1)
        #expect(colour.pixels == [0, 255, 127, 255, 0, 0])
        let planes = Image(numbers.span, shape: .chw(3, 1, 2), range: 0...1)
        #expect(planes.pixels == [0, 127, 0, 255, 0, 0])
        let grid = Image(numbers.span, shape: .nhwc(2, 1, 1, 3), range: 0...1)
        #expect(grid.pixels == colour.pixels)
        let batch = Image.batch(numbers.span, shape: .nhwc(2, 1, 1, 3), range: 0...1)
        #expect(batch.map(\.pixels) == [[0, 255, 127], [255, 0, 0]])
    }

    @Test func nothingIsAPictureWithoutPixels() {
        let none: [UInt8] = []
        #expect(Image(none.span, shape: .hw(0, 5)).pixels.isEmpty)
        #expect(Image(none.span, shape: .nhwc(0, 4, 4, 3)).pixels.isEmpty)
        #expect(Image(none.span, shape: .nhwc(2, 0, 4, 3), gap: 1).pixels.allSatisfy { $0 == 0 })
        #expect(Image.batch(none.span, shape: .nchw(0, 1, 2, 2)).isEmpty)
    }

    @Test func framesAreDrawn() {
        let black = Image(
            height: 40, width: 60, channels: 1, pixels: [UInt8](repeating: 0, count: 2400))
        let drawn = black.drawing([BoundingBox(left: 10, top: 5, right: 30, bottom: 25)])
        #expect(drawn.channels == 3)
        func color(_ x: Int, _ y: Int) -> [UInt8] {
            Array(drawn.pixels[(y * 60 + x) * 3..<(y * 60 + x) * 3 + 3])
        }
        for (x, y) in [(10, 5), (30, 25), (20, 5), (20, 6), (11, 15), (29, 15), (20, 24)] {
            #expect(color(x, y) == [255, 0, 0])
        }
        for (x, y) in [(9, 5), (31, 25), (20, 4), (20, 7), (12, 15), (28, 15), (20, 26)] {
            #expect(color(x, y) == [0, 0, 0])
        }
    }

    @Test func framesMayLieAnywhere() {
        let image = Image(
            height: 8, width: 8, channels: 4, pixels: [UInt8](repeating: 7, count: 256))
        let outside = BoundingBox(left: -90, top: -90, right: -50, bottom: -50)
        #expect(image.drawing([outside]) == image)
        let around = BoundingBox(left: -5, top: -5, right: 20, bottom: 20)
        #expect(image.drawing([around]) == image)
        let upsideDown = BoundingBox(left: 7, top: 7, right: 0, bottom: 0)
        let upright = BoundingBox(left: 0, top: 0, right: 7, bottom: 7)
        #expect(image.drawing([upsideDown]) == image.drawing([upright]))
        let empty = Image(height: 0, width: 0, channels: 1, pixels: [])
        #expect(empty.drawing([upright]).pixels.isEmpty)
        let labelled = BoundingBox(
            left: 0, top: 0, right: 7, bottom: 7, label: "a label too long, and «ünicode»")
        #expect(image.drawing([labelled]).pixels.count == 256)
    }

    @Test func labelsAreWritten() {
        let black = Image(
            height: 40, width: 60, channels: 3, pixels: [UInt8](repeating: 0, count: 7200))
        let box = BoundingBox(left: 10, top: 20, right: 50, bottom: 38, label: "I1")
        let pixels = black.drawing([box]).pixels
        // An I of seven rows on the frame's colour, above the frame.
        let rows = (0..<7).map { row in
            (0..<5).map { column in pixels[((11 + row) * 60 + 12 + column) * 3 + 2] == 255 }
        }
        #expect(rows[0] == [false, true, true, true, false])
        #expect(rows[1...5].allSatisfy { $0 == [false, false, true, false, false] })
        #expect(rows[6] == rows[0])
    }

    @Test func cornersMakeFrames() {
        let boxes = BoundingBox.boxes(
            corners: [1.9, 2, 30.2, 4, .nan, 0, 1, 1, 1e30, -1e30, 0, 0],
            labels: ["a", "b", "c"])
        #expect(boxes.count == 2)
        #expect(boxes[0] == BoundingBox(left: 1, top: 2, right: 30, bottom: 4, label: "a"))
        #expect(boxes[1].label == "c")
    }
}
