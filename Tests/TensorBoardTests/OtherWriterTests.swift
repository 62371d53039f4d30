import Foundation
import RecordIO
import TensorBoard
import TestSupport
import Testing

/// The same calls, made by torch's writer and by tensorboardX, gave these fixtures: the values in
/// them are ours too. `tools/compare-writers` has TensorBoard itself read all three.
@Suite struct OtherWriterTests {
    /// Their values, by tag, with steps; fields by their numbers in TensorFlow's messages.
    func values(_ fixture: String) throws -> [String: [(step: Int, value: WireMessage)]] {
        var values: [String: [(step: Int, value: WireMessage)]] = [:]
        var reader = try RecordReader(opening: Fixtures.path(fixture))
        while let record = try reader.next() {
            let event = try WireMessage(record.data)
            for summary in try event.messages(5) {
                for value in try summary.messages(1) {
                    values[value.string(1), default: []].append((event.int(2), value))
                }
            }
        }
        return values
    }

    /// What our summary writes for one value.
    func ours(_ value: Summary.Value) throws -> WireMessage {
        try WireMessage(Summary([value]).serialized()).messages(1)[0]
    }

    /// A picture's pixels, as red, green and blue.
    func pixels(_ value: WireMessage) throws -> [[UInt8]] {
        let png = try DecodedPNG(try value.messages(4)[0].bytes(4))
        return stride(from: 0, to: png.pixels.count, by: png.channels).map { start in
            let pixel = Array(png.pixels[start..<start + png.channels])
            return png.channels == 1 ? [pixel[0], pixel[0], pixel[0]] : pixel
        }
    }

    /// A tensor's floats, however they are written.
    func floats(_ value: WireMessage) throws -> [Float] {
        let tensor = try value.messages(8)[0]
        let bytes = tensor.bytes(4).isEmpty ? tensor.bytes(5) : tensor.bytes(4)
        return Data(bytes).numbers()
    }

    static let fixtures = ["torch.tfevents", "tensorboardX.tfevents"]

    @Test(arguments: fixtures)
    func scalars(fixture: String) throws {
        let theirs = try values(fixture)
        let loss = try #require(theirs["curves/loss"])
        #expect(loss.map(\.step) == Array(0..<5))
        for (step, value) in loss {
            #expect(
                try ours(.scalar(Float(step) * 0.5, tag: "curves/loss")).float(2) == value.float(2))
        }
        let odd = try #require(theirs["curves/odd"]).map { $0.value.float(2) }
        #expect(odd[0].isNaN && odd[1] == .infinity && odd[2] == -.infinity)
    }

    @Test(arguments: fixtures)
    func histogram(fixture: String) throws {
        let mixed = (0..<1000).map { ($0 * 37) % 101 }
        let numbers = mixed.map { Double($0) / 8 - 5 }
        let our = try ours(.init(tag: "h", content: .histogram(.doubles(numbers)))).messages(5)[0]
        let their = try #require(try values(fixture)["histogram"]).first?.value.messages(5)[0]
        func buckets(_ message: WireMessage?) -> [SIMD2<Double>] {
            let limits = Data(message?.bytes(6) ?? []).numbers(Double.self)
            let counts = Data(message?.bytes(7) ?? []).numbers(Double.self)
            // What holds nothing they write where TensorFlow does not.
            return zip(limits, counts).map { SIMD2($0, $1) }.filter { $0.y > 0 }
        }
        for field in 1...5 {
            #expect(abs(our.double(field) - (their?.double(field) ?? .nan)) < 1e-9)
        }
        #expect(buckets(our) == buckets(their) && !buckets(our).isEmpty)
    }

    @Test(arguments: fixtures)
    func images(fixture: String) throws {
        let theirs = try values(fixture)
        let gray = (0..<300).map { UInt8(($0 * 29) % 256) }
        let grid = Image(gray.span, shape: .nhwc(10, 6, 5, 1), columns: 8)
        let theirGrid = try #require(theirs["grid"]?.first?.value)
        #expect(try pixels(ours(.image(grid, tag: "g"))) == pixels(theirGrid))
        let steps = (0..<90).map { ($0 * 31) % 90 }
        let colour = steps.map { Float($0) / 89 }
        let image = Image(colour.span, shape: .chw(3, 6, 5), range: 0...1)
        let theirImage = try #require(theirs["colour"]?.first?.value)
        #expect(try pixels(ours(.image(image, tag: "c"))) == pixels(theirImage))
    }

    @Test(arguments: fixtures)
    func tensors(fixture: String) throws {
        let theirs = try values(fixture)
        let mixed = (0..<100).map { ($0 * 37) % 100 }
        let curve = Summary.Value.precisionRecall(
            PrecisionRecallCurve(
                predictions: mixed.map { Float($0) / 128 },
                labels: (0..<100).map { ($0 * 53) % 100 < mixed[$0] }), tag: "curve")
        let theirCurve = try #require(theirs["curve"]?.first?.value)
        #expect(try floats(ours(curve)) == floats(theirCurve))

        let mesh = Mesh(vertices: (0..<12).map(Float.init))
        let theirMesh = try #require((theirs["body_VERTEX"] ?? theirs["body_1"])?.first?.value)
        let ourMesh = try #require(Summary.Value.mesh(mesh, tag: "body").first)
        #expect(try floats(ours(ourMesh)) == floats(theirMesh))

        let note = try #require(theirs["note/text_summary"]?.first?.value)
        let ourNote = try ours(.text("# A *text*", tag: "note"))
        #expect(try ourNote.messages(8)[0].string(8) == note.messages(8)[0].string(8))
    }

    @Test func audioOfTorch() throws {
        let steps = (0..<800).map { Float($0 % 50) }
        let sound = Audio(steps.map { $0 / 50 - 0.5 }, sampleRate: 8000)
        let tone = try #require(try values("torch.tfevents")["tone"]?.first?.value)
        #expect(try tone.messages(6)[0].bytes(4) == sound.wav())
    }
}
