import Foundation
import TensorBoard
import TestSupport
import Testing

/// Numbers, pictures, labels and texts of the types that programs have, and the values read back.
@Suite struct ValueCallTests: LoggingTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func value(_ values: RunValues, _ tag: String) throws -> Event.Value {
        try #require(values[tag]?.stored.first).load()
    }

    @Test func scalarsOfAnyType() throws {
        struct Percent: ScalarValue {
            let scalarValue: Float
        }
        let values = try logged {
            try $0.addScalar(Float16(0.5), tag: "half")
            try $0.addScalar(Int8(-3), tag: "small")
            try $0.addScalar(UInt64.max, tag: "large")
            try $0.addScalar(1e300 as Double, tag: "beyond")
            try $0.addScalar(true, tag: "truth")
            try $0.addScalars(["own": Percent(scalarValue: 42)], tag: "percent")
        }
        let expected = [
            "half": 0.5, "small": -3, "large": 18_446_744_073_709_551_616, "beyond": .infinity,
            "truth": 1, "percent/own": 42,
        ]
        for (tag, number) in expected {
            #expect(values[tag]?.scalars.map(\.value) == [number], "\(tag)")
        }
    }

    @Test func histogramsOfAnyNumbers() throws {
        let integers = [1, 2, 2, 3]
        let halves: [Float16] = [0.5, 1.5, .nan]
        let doubles = [0.25, 0.5, 4]
        let floats: [Float] = [1, 2, 3, 4]
        let values = try logged {
            try $0.addHistogram(integers, tag: "Int")
            try $0.addHistogram(halves, tag: "Float16")
            try $0.addHistogram(floats[1...2], tag: "slice")
            try $0.addHistogram(doubles.dropFirst(), tag: "doubles")
            try $0.addHistogram(Set([UInt8(7)]), tag: "set")
            try $0.addHistogram([true, false, true], tag: "truth")
            try $0.addHistogram((1...3).lazy.map { $0 * $0 }, tag: "lazy")
        }
        func expect(_ tag: String, _ numbers: [Double]) throws {
            let found = try #require(try value(values, tag).distribution)
            #expect(found.count == Double(numbers.count), "\(tag)")
            #expect(found.sum == numbers.reduce(0, +), "\(tag)")
            #expect(found.minimum == numbers.min(), "\(tag)")
            #expect(found.maximum == numbers.max(), "\(tag)")
            #expect(found.sumOfSquares == numbers.reduce(0) { $0 + $1 * $1 }, "\(tag)")
        }
        try expect("Int", [1, 2, 2, 3])
        try expect("Float16", [0.5, 1.5])
        try expect("slice", [2, 3])
        try expect("doubles", [0.5, 4])
        try expect("set", [7])
        try expect("truth", [1, 0, 1])
        try expect("lazy", [1, 4, 9])
    }

    @Test func histogramsWithAChoiceOfBins() throws {
        let values = try logged {
            try $0.addHistogram([0, 1, 2, 3, 4], bins: .count(2), tag: "two", step: 1)
            try $0.addHistogram(
                [-1, 0.5, 1, 2, 3.5, 9] as [Float], bins: .limits([0, 1, 2, 3.5]), tag: "limits")
            try $0.addHistogram([5, 5], bins: .count(3), tag: "one")
            try $0.addHistogram([] as [Int], bins: .count(3), tag: "none")
            try $0.addHistogram([1, 2], bins: .tensorFlow, tag: "tensorflow")
        }
        func buckets(_ tag: String) throws -> [Histogram.Bucket] {
            try #require(try value(values, tag).distribution).buckets
        }
        #expect(
            try buckets("two") == [
                .init(limit: 0, count: 0), .init(limit: 2, count: 2), .init(limit: 4, count: 3),
            ])
        // As NumPy has it: what lies outside is left out, and the last limit belongs to the last bucket.
        #expect(
            try buckets("limits") == [
                .init(limit: 0, count: 0), .init(limit: 1, count: 1), .init(limit: 2, count: 1),
                .init(limit: 3.5, count: 2),
            ])
        #expect(try buckets("one").map(\.count).reduce(0, +) == 2)
        #expect(try value(values, "none").distribution?.count == 0)
        #expect(try value(values, "tensorflow").distribution?.count == 2)
    }

    /// `numpy.histogram_bin_edges([((i * 37) % 101) ** 2 / 100 for i in range(200)], bins=name)` of
    /// NumPy 2.4.
    @Test(arguments: [
        (HistogramBins.Rule.automatic, 9), (.sturges, 9), (.freedmanDiaconis, 6), (.scott, 6),
        (.doane, 11), (.rice, 12), (.squareRoot, 15),
    ])
    func binsByRules(rule: HistogramBins.Rule, count: Int) {
        let numbers = (0..<200).map { index in
            let number = Double((index * 37) % 101)
            return number * number / 100
        }
        let histogram = Histogram(counting: numbers, bins: .rule(rule))
        #expect(histogram.buckets.count == count + 1)
        #expect(histogram.buckets.map(\.count).reduce(0, +) == 200)
        let few = Histogram(counting: numbers, bins: .rule(rule, atMost: 4))
        #expect(few.buckets.count == 5)
    }

    @Test func picturesOfArrays() throws {
        let bytes: [UInt8] = [0, 50, 100, 150, 200, 250]
        let numbers = [0, 0.5, 1, 0.25]
        let halves: [Float16] = [0, 1]
        let values = try logged {
            try $0.addImage(bytes, shape: .hw(2, 3), tag: "bytes")
            try $0.addImage(bytes[..<3], shape: .hwc(1, 1, 3), tag: "slice")
            try $0.addImage(Data(bytes), shape: .hw(3, 2), tag: "data")
            try $0.addImage(numbers, shape: .hw(2, 2), range: 0...1, tag: "doubles")
            try $0.addImage(halves, shape: .hw(1, 2), range: 0...1, tag: "halves")
            try $0.addImage([true, false], shape: .hw(2, 1), tag: "mask")
            try $0.addImage(rows: [[0, 255], [128, 1]] as [[UInt8]], tag: "rows")
            try $0.addImage(rows: [[-1, 1], [0, 0]], range: -1...1, tag: "real rows")
            try $0.addImage(rows: [[true], [false]], tag: "mask rows")
            try $0.addImages(bytes, shape: .nhw(2, 1, 3), as: .separate, tag: "batch")
            try $0.addImages(numbers, shape: .nhw(4, 1, 1), range: 0...1, tag: "grid")
            try $0.addImages(
                [true, false, true], shape: .nhw(3, 1, 1), as: .separate, tag: "masks")
        }
        func expect(_ tag: String, _ height: Int, _ width: Int, _ pixels: [UInt8]) throws {
            guard case .image(let h, let w, _, let png) = try value(values, tag).content else {
                Issue.record("no picture under \(tag)")
                return
            }
            #expect(h == height && w == width, "\(tag)")
            #expect(try DecodedPNG(png).pixels == pixels, "\(tag)")
        }
        try expect("bytes", 2, 3, bytes)
        try expect("slice", 1, 1, [0, 50, 100])
        try expect("data", 3, 2, bytes)
        try expect("doubles", 2, 2, [0, 127, 255, 63])
        try expect("halves", 1, 2, [0, 255])
        try expect("mask", 2, 1, [255, 0])
        try expect("rows", 2, 2, [0, 255, 128, 1])
        try expect("real rows", 2, 2, [0, 255, 127, 127])
        try expect("mask rows", 2, 1, [255, 0])
        try expect("batch/image/1", 1, 3, [150, 200, 250])
        try expect("grid", 2, 2, [0, 127, 255, 63])
        try expect("masks/image/1", 1, 1, [0])
    }

    @Test func labelsAsNumbers() throws {
        let predictions = [0.1, 0.4, 0.6, 0.9]
        let values = try logged { writer in
            try writer.addPRCurve(
                predictions: predictions, labels: [0, 0, 1, 1], thresholds: 3, tag: "Int")
            try writer.addPRCurve(
                predictions: predictions.map(Float.init), labels: [0, 0, 1, 1] as [UInt8],
                thresholds: 3, tag: "UInt8")
            try writer.addPRCurve(
                predictions: predictions[...], labels: [0, 0, 1.0, 1], thresholds: 3, tag: "Double")
            try writer.addPRCurve(
                predictions: predictions.map(Float.init), labels: [false, false, true, true],
                thresholds: 3, tag: "Bool")
            let error = #expect(throws: EventFileError.self) {
                try writer.addPRCurve(predictions: predictions, labels: [0, 2, 1, 1], tag: "wrong")
            }
            #expect(error?.problem == .refused)
            #expect(error?.description.contains("label 2.0 of example 1") == true)
        }
        let expected = try value(values, "Bool").content
        for tag in ["Int", "UInt8", "Double"] {
            #expect(try value(values, tag).content == expected, "\(tag)")
        }
        guard case .tensor(let tensor) = expected, case .floats(let numbers) = tensor.elements
        else {
            Issue.record("no curve")
            return
        }
        // True positives at the thresholds 0, 0.5 and 1.
        #expect(tensor.shape == [6, 3] && Array(numbers[..<3]) == [2, 2, 0])
        #expect(values["wrong"] == nil)
    }

    @Test func severalTexts() throws {
        let values = try logged { try $0.addText(["one", "*two*", ""], tag: "notes", step: 2) }
        let value = try value(values, "notes")
        #expect(value.text == ["one", "*two*", ""])
        guard case .tensor(let tensor) = value.content else { return }
        #expect(tensor.shape == [3])
        #expect(values["notes"]?.kind.rawValue == "text")
    }

    @Test func severalSounds() throws {
        let sounds = [0.5, -0.5].map { Audio([Float($0), 0], sampleRate: 8000) }
        let values = try logged { try $0.addAudio(sounds, tag: "tones", step: 3) }
        for (index, sound) in sounds.enumerated() {
            guard
                case .audio(let hertz, let channels, let frames, let wav) = try value(
                    values, "tones/audio/\(index)"
                ).content
            else {
                Issue.record("no sound \(index)")
                continue
            }
            #expect(hertz == 8000 && channels == 1 && frames == 2)
            #expect(wav == sound.wav())
        }
    }

    @Test func aBatchOfVideos() throws {
        let pixels = (0..<24).map { UInt8($0 * 10) }
        let videos = Video.batch(pixels.span, shape: .nthw(2, 3, 2, 2), framesPerSecond: 8)
        #expect(videos.map(\.frames.count) == [3, 3])
        #expect(videos[1].frames[0].pixels == [120, 130, 140, 150])
        let numbers = (0..<12).map { Float($0) / 11 }
        let ntchw = Video.batch(numbers.span, shape: .ntchw(1, 2, 3, 1, 2), range: 0...1)
        #expect(ntchw[0].frames[0].pixels == [0, 46, 92, 23, 69, 115])
        let values = try logged {
            try $0.addVideos(videos, tag: "film", step: 1)
            try $0.addVideos(videos, as: .separate, tag: "each", step: 1)
            try $0.addVideos([], tag: "none", step: 1)
        }
        guard case .image(let height, let width, _, let file) = try value(values, "film").content
        else { return }
        #expect(height == 2 && width == 4)
        #expect(try DecodedPNG(file).pixels == [0, 10, 120, 130, 20, 30, 140, 150])
        #expect(values["each/image/1"]?.stored.count == 1)
        #expect(values["none"] == nil)
    }

    @Test func videosOfDifferentLengthStayAtTheirLastFrame() throws {
        let gray = (0..<3).map { Image(height: 1, width: 1, channels: 1, pixels: [$0]) }
        let grid = try #require(
            Video.grid(of: [Video(frames: gray), Video(frames: [gray[2]])], columns: 2))
        #expect(grid.frames.map(\.pixels) == [[0, 2], [1, 2], [2, 2]])
        #expect(Video.grid(of: [Video(frames: [])]) == nil)
    }

    @Test func severalMeshes() throws {
        let large = Mesh(
            vertices: [0, 0, 0, 1, 0, 0, 0, 1, 0], colors: [9, 9, 9, 8, 8, 8, 7, 7, 7],
            faces: [0, 1, 2])
        let small = Mesh(
            vertices: [5, 5, 5, 6, 6, 6], colors: [1, 2, 3, 4, 5, 6], faces: [0, 1, 0, 1, 0, 1])
        let values = try logged { try $0.addMeshes([large, small], tag: "bodies", step: 1) }
        func tensor(_ part: String) throws -> Event.Tensor? {
            if case .tensor(let tensor) = try value(values, "bodies_\(part)").content {
                return tensor
            }
            return nil
        }
        #expect(try tensor("VERTEX")?.shape == [2, 3, 3])
        #expect(
            try tensor("VERTEX")?.elements
                == .floats([0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 5, 5, 6, 6, 6, 6, 6, 6]))
        #expect(
            try tensor("FACE")?.elements == .int32s([0, 1, 2, 0, 0, 0, 0, 1, 0, 1, 0, 1]))
        #expect(
            try tensor("COLOR")?.elements
                == .uint8s([9, 9, 9, 8, 8, 8, 7, 7, 7, 1, 2, 3, 4, 5, 6, 4, 5, 6]))
    }

    @Test func summaryThatIsSerializedAlready() throws {
        // value { tag: "raw" simple_value: 0.5 }, and one under "other".
        let raw: [UInt8] = [0x0a, 10, 0x0a, 3, 0x72, 0x61, 0x77, 0x15, 0, 0, 0, 0x3f]
        let other: [UInt8] = [
            0x0a, 12, 0x0a, 5, 0x6f, 0x74, 0x68, 0x65, 0x72, 0x15, 0, 0, 0x80, 0x3f,
        ]
        let values = try logged { writer in
            try writer.add(summary: raw, step: 4, wallTime: 12.5)
            try writer.add(summary: raw + other)
            let error = #expect(throws: EventFileError.self) {
                try writer.add(summary: [0xff, 1, 2])
            }
            #expect(error?.problem == .notAnEvent)
            let refused = #expect(throws: EventFileError.self) {
                try writer.addText("x", tag: "raw", step: 9)
            }
            #expect(refused?.problem == .refused)
        }
        #expect(values["raw"]?.scalars.map(\.value) == [0.5, 0.5])
        #expect(values["raw"]?.scalars.map(\.step) == [4, 5])
        #expect(values["raw"]?.scalars.first?.wallTime == 12.5)
        #expect(values["other"]?.scalars.map(\.step) == [5])
    }
}
