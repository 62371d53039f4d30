import TensorBoard
import TestSupport
import Testing

/// Hyperparameters of any variables, and graphs of a program's own nodes.
@Suite struct RunCallTests: LoggingTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    enum Optimizer { case adam }

    struct Schedule {
        var kind = "cosine"
        var warmUp: Int?
    }

    struct Configuration {
        var rate: Float = 0.1
        var layers = [64, 32]
        var schedule = Schedule()
        var isShuffled = true
    }

    @Test func hyperparametersOfVariables() throws {
        let rate: Float = 0.1
        let count = 10
        let name = "first"
        let layers = [64, 32]
        let limit: Int? = nil
        let decay: Double? = 0.5
        let values = try logged {
            try $0.addHParams([
                "rate": rate, "count": count, "name": name, "layers": layers, "limit": limit,
                "decay": decay, "shuffled": true, "optimizer": Optimizer.adam, "none": nil,
                "half": Float16(0.3), "seed": UInt64(7), "texts": ["a", "b"],
                "empty": [Int](), "nested": ["b": 2, "a": 1], "small": 1e-5,
            ])
        }
        #expect(
            values.session?.hparams == [
                "rate": 0.1, "count": 10, "name": "first", "layers": "[64, 32]", "limit": "none",
                "decay": 0.5, "shuffled": true, "optimizer": "adam", "none": "none",
                "half": 0.3, "seed": 7, "texts": "[a, b]", "empty": "[]", "nested/a": 1,
                "nested/b": 2, "small": 1e-5,
            ])
    }

    @Test func hyperparametersOfDictionaries() throws {
        let any: [String: Any] = ["b": [1.5, 2], "a": 1, "c": Set([3, 1])]
        let numbers: [String: Double] = ["y": 2, "x": 1]
        #expect(HParams(of: any) == ["a": 1, "b": "[1.5, 2.0]", "c": "[1, 3]"])
        #expect(HParams(of: numbers) == ["x": 1, "y": 2])
        let values = try logged {
            try $0.addHParams(any, metrics: ["m": 0.5], step: 3)
        }
        #expect(values.session?.hparams == ["a": 1, "b": "[1.5, 2.0]", "c": "[1, 3]"])
        #expect(values["m"]?.scalars.map(\.value) == [0.5])
        #expect(values["m"]?.scalars.map(\.step) == [3])
    }

    @Test func hyperparametersOfAStructure() {
        #expect(
            HParams(propertiesOf: Configuration()) == [
                "rate": 0.1, "layers": "[64, 32]", "schedule/kind": "cosine",
                "schedule/warmUp": "none", "isShuffled": true,
            ])
    }

    @Test func graphOfOwnNodes() throws {
        let values = try logged { writer in
            try writer.addGraph { graph in
                let image = graph.node("image", op: "Placeholder", shape: [nil, 784])
                let scores = graph.scope("dense") { graph in
                    let weights = graph.node("weights", op: "Variable", shape: [784, 10])
                    return graph.node(
                        "product", op: "MatMul", inputs: [image, weights],
                        device: "/device:GPU:0", attributes: ["transposed": .bool(false)])
                }
                let split = graph.node("split", op: "Split", inputs: [scores])
                graph.node("split", op: "my own op: x", inputs: [split.output(1)], after: [image])
                graph.node("bad name:^", op: "X")
            }
        }
        guard case .tensor(let tensor)? = try values["__run_graph__"]?.stored.first?.load().content,
            case .strings(let strings) = tensor.elements
        else {
            Issue.record("no graph")
            return
        }
        let nodes = try WireMessage(strings[0]).messages(1)
        #expect(
            nodes.map { $0.string(1) } == [
                "image", "dense/weights", "dense/product", "split", "split_1", "bad_name__",
            ])
        #expect(nodes[2].string(2) == "MatMul")
        #expect(nodes[2].strings(3) == ["image", "dense/weights"])
        #expect(nodes[2].string(4) == "/device:GPU:0")
        #expect(nodes[4].strings(3) == ["split:1", "^image"])
    }
}
