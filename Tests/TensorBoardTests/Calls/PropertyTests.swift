import Foundation
import TensorBoard
import TestSupport
import Testing

/// Structures of a program's own, logged by the types of what is in them.
@Suite struct PropertyTests {
    /// What a structure is logged as, by tags.
    func found(_ structure: Any, tag: String = "t") -> [String: Summary.Content] {
        let values = Summary(propertiesOf: structure, tag: tag).values
        return Dictionary(values.map { ($0.tag, $0.content) }) { _, last in last }
    }

    func text(_ text: String) -> Summary.Content { Summary.Value.text(text, tag: "").content }

    struct Losses { var real: Float = 0.25, fake: Double = 0.5 }
    struct Epoch {
        var losses = Losses()
        var weights: [Float] = [1, 2]
        var sample = Image(height: 1, width: 1, channels: 1, pixels: [9])
        var note: String? = "good"
        var missing: Int?
        var isLast = true
    }

    @Test func aStructure() {
        let found = found(Epoch(), tag: "train")
        #expect(
            found == [
                "train/losses/real": .scalar(0.25), "train/losses/fake": .scalar(0.5),
                "train/weights": .histogram(.floats([1, 2])),
                "train/sample": .image(Image(height: 1, width: 1, channels: 1, pixels: [9])),
                "train/note": text("good"), "train/isLast": .scalar(1),
            ])
        #expect(
            Summary(propertiesOf: Epoch()).values.map(\.tag) == [
                "losses/real", "losses/fake", "weights", "sample", "note", "isLast",
            ])
    }

    @Test func numbersOfAnyType() {
        struct Percent: ScalarValue { let scalarValue: Float }
        let found = found(
            (a: 1, b: Float16(0.5), c: UInt8(7), d: false, e: Percent(scalarValue: 42), f: -1e300))
        #expect(
            found == [
                "t/a": .scalar(1), "t/b": .scalar(0.5), "t/c": .scalar(7), "t/d": .scalar(0),
                "t/e": .scalar(42), "t/f": .scalar(-.infinity),
            ])
    }

    @Test func distributions() {
        struct All {
            let floats: [Float] = [1], doubles = [0.5, 2], integers = [1, 2, 3],
                nested = [[1, 2], [3]]
            let slice = [1.5, 2.5][1...], set: Set = [4], truths = [true, false]
            let gaps: [Int?] = [1, nil, 3], vector = SIMD4<Float>(1, 2, 3, 4)
            let counted = Histogram(counting: [1, 2] as [Double])
            let mixed: [Any] = [1, 2.5]
            let none: [Double] = []
        }
        let found = found(All())
        #expect(
            found == [
                "t/floats": .histogram(.floats([1])), "t/doubles": .histogram(.doubles([0.5, 2])),
                "t/integers": .histogram(.doubles([1, 2, 3])),
                "t/nested": .histogram(.doubles([1, 2, 3])),
                "t/slice": .histogram(.doubles([2.5])), "t/set": .histogram(.doubles([4])),
                "t/truths": .histogram(.doubles([1, 0])), "t/gaps": .histogram(.doubles([1, 3])),
                "t/vector": .histogram(.doubles([1, 2, 3, 4])),
                "t/counted": .histogram(.counted(Histogram(counting: [1, 2] as [Double]))),
                "t/mixed": .histogram(.doubles([1, 2.5])), "t/none": .histogram(.doubles([])),
            ])
    }

    @Test func whatIsNoStructureHasTheTagItself() {
        #expect(found(0.5) == ["t": .scalar(0.5)])
        #expect(found([1, 2] as [Float]) == ["t": .histogram(.floats([1, 2]))])
        #expect(found("a") == ["t": text("a")])
        #expect(found(()).isEmpty)
    }

    @Test func kindsOfThisPackage() {
        let image = Image(height: 1, width: 1, channels: 1, pixels: [9])
        let video = Video(frames: [image, image])
        let sound = Audio([0, 0.5], sampleRate: 8000)
        let mesh = Mesh(vertices: [0, 0, 0])
        let curve = PrecisionRecallCurve(predictions: [0.5], labels: [true])
        let found = found(
            ["i": image, "v": video, "s": sound, "m": mesh, "c": curve] as [String: Any])
        #expect(
            found.keys.sorted() == ["t/c", "t/i", "t/m_VERTEX", "t/s", "t/v"])
        #expect(found["t/v"] == .video(video))
        #expect(found["t/s"] == .audio(sound))
        #expect(found["t/c"] == .precisionRecall(curve))
        #expect(self.found([image, image]).keys.sorted() == ["t/0", "t/1"])
    }

    @Test func textsAndWhatDescribesItself() {
        enum Phase {
            case warm
            case cold(seconds: Int)
        }
        struct Version: CustomStringConvertible {
            let major = 1
            var description: String { "v\(major)" }
        }
        struct All {
            let text = "a", part = "abc".dropFirst(), several = ["x", "y"], letter: Character = "c"
            let version = Version(), phase = Phase.warm, other = Phase.cold(seconds: 3)
            let range = 0..<3, path = URL(filePath: "/x")
            let function: () -> Void = {}
        }
        let found = found(All())
        #expect(found["t/text"] == text("a"))
        #expect(found["t/part"] == text("bc"))
        #expect(
            found["t/several"]
                == .tensor(TensorValue(strings: ["x", "y"], shape: [2]), .init(name: "text")))
        #expect(found["t/letter"] == text("c"))
        #expect(found["t/version"] == text("v1"))
        #expect(found["t/phase"] == text("warm"))
        #expect(found["t/other/cold/seconds"] == .scalar(3))
        #expect(found["t/range"] == text("0..<3"))
        #expect(found["t/path"] == text("file:///x"))
        #expect(found["t/function"] == nil)
        #expect(found.count == 9)
        // What describes itself is a structure where it is asked for as one.
        #expect(self.found(Version()) == ["t/major": .scalar(1)])
    }

    @Test func dictionariesAndArraysOfStructures() {
        struct Layer { let rate: Float }
        let layers = ["b": Layer(rate: 2), "a": Layer(rate: 1)]
        #expect(
            Summary(propertiesOf: layers).values.map(\.tag) == ["a/rate", "b/rate"])
        #expect(found([1: "x"]) == ["t/1": text("x")])
        #expect(
            found((layers: [Layer(rate: 3), Layer(rate: 4)], 5, named: 6)) == [
                "t/layers/0/rate": .scalar(3), "t/layers/1/rate": .scalar(4), "t/1": .scalar(5),
                "t/named": .scalar(6),
            ])
        #expect(found((layers: [Layer](), names: [String]())).isEmpty)
        #expect(found(Optional.some(Layer(rate: 1)) as Any) == ["t/rate": .scalar(1)])
        #expect(found(Optional<Layer>.none as Any).isEmpty)
    }

    class Base {
        var first: Float = 1
    }
    final class Node: Base {
        var second: Float = 2
        lazy var later: Float = 3
        weak var parent: Node?
        var children: [Node] = []
    }

    @Test func classesAndCircles() {
        let root = Node()
        let child = Node()
        _ = child.later
        child.parent = root
        root.children = [child]
        #expect(
            found(root) == [
                "t/first": .scalar(1), "t/second": .scalar(2), "t/children/0/first": .scalar(1),
                "t/children/0/second": .scalar(2), "t/children/0/later": .scalar(3),
            ])
        final class Link {
            var next: Link?
            var number: Float = 1
        }
        let first = Link()
        var last = first
        for _ in 0..<10_000 {
            last.next = Link()
            last = last.next ?? last
        }
        #expect((50...100).contains(found(first).count))
        // A long chain is freed link by link.
        var link: Link? = first
        while let next = link?.next {
            link?.next = nil
            link = next
        }
    }

    @Test func aTypeThatSaysItself() {
        struct Confusion: SummaryConvertible, CustomStringConvertible {
            let hits: Float, misses: Float
            let description = "confusion"
            func summaryValues(tag: String) -> [Summary.Value] {
                [.scalar(hits / (hits + misses), tag: "\(tag)/recall")]
            }
        }
        #expect(
            found((test: Confusion(hits: 3, misses: 1), 2)) == [
                "t/test/recall": .scalar(0.75), "t/1": .scalar(2),
            ])
    }

    @Test func aWriterLogsAllAtOneStep() throws {
        let folder = try TemporaryFolder()
        let writer = try SummaryWriter(logdir: folder.path(of: "run"))
        try writer.addProperties(of: Epoch(), tag: "train", step: 7)
        try writer.addProperties(of: (loss: 0.5, 2))
        try writer.addProperties(of: (), step: 9)
        try writer.close()
        let values = try EventLog(folder: writer.logdir).runs[0].values()
        #expect(values["train/losses/real"]?.scalars.map(\.step) == [7])
        #expect(values["train/losses/fake"]?.scalars.map(\.value) == [0.5])
        #expect(values["loss"]?.scalars.map(\.value) == [0.5])
        #expect(values["1"]?.scalars.map(\.step) == [0])
        #expect(try values["train/weights"]?.stored.first?.load().distribution?.count == 2)
        #expect(try EventLog(folder: writer.logdir).runs[0].values()["train/note"] != nil)
        try SummaryWriter.disabled.addProperties(of: Epoch())
    }
}
