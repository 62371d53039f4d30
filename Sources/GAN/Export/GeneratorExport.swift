public import Checkpoints
internal import Datasets
internal import TensorGraph

/// The generator of a checkpoint, as other programs take it.
public protocol ExportableGenerator {
    /// The generator as a serialized model of ONNX (<https://onnx.ai>), version 13 of its operators.
    ///
    /// It takes `z`, noise of [N, noise size], and where the networks know classes `y`, [N, classes], each
    /// row 1 at its class and otherwise 0; and gives `images`, [N, 1, 28, 28] in 0...1.
    ///
    /// - Parameters:
    ///   - producerVersion: the version of the program.
    ///   - words: what the model is.
    /// - Throws: ``ExportError``.
    func onnx(producerVersion: String, words: String) throws -> [UInt8]

    /// The weights of both networks, without what their optimizers keep.
    ///
    /// - Throws: `SessionError` where a variable cannot be read.
    func safeTensors() throws -> SafeTensors
}

/// Why something cannot be exported.
public enum ExportError: Error, Equatable, CustomStringConvertible {
    /// An op of the graph has no translation, or not as this node has it.
    case unknownOp(String, node: String)

    /// What is wrong and what to do, in one line.
    public var description: String {
        switch self {
        case .unknownOp(let op, let node):
            "\(node) is a \(op) that ONNX cannot be told of; export the weights by --safetensors"
        }
    }
}

/// The generator of a checkpoint, of whatever recipe it is.
///
/// - Parameter prefix: The path of its files without their endings.
/// - Throws: `CheckpointError` where it cannot be read, or is of none of the recipes.
public func exportableGenerator(
    ofCheckpoint prefix: String
) throws -> any ExportableGenerator {
    if NamedRecipe(ofCheckpoint: prefix) != nil {
        return try RecipeSampler<DataRecipe>(checkpoint: prefix, threads: 1)
    }
    return try RecipeSampler<Article>(checkpoint: prefix, threads: 1)
}

extension RecipeSampler: ExportableGenerator {
    /// The generator as ONNX has it.
    public func onnx(producerVersion: String, words: String) throws -> [UInt8] {
        var translation = ONNXTranslation(session, known: statistics)
        translation.addInput(program.inputZ, name: "z")
        if let inputY = program.inputY { translation.addInput(inputY, name: "y") }
        let flat = try translation.name(of: program.generatorZ)
        let side = MNIST.side
        let shape = translation.constant(
            TensorValue([-1, 1, Int64(side), Int64(side)], shape: [4]), "images/shape")
        let images = translation.add("Reshape", [flat, shape], "images/reshaped")
        translation.finish(images, name: "images", shape: [nil, 1, side, side])
        translation.describe(producerVersion: producerVersion, words: words)
        return translation.model.serialized()
    }

    /// The weights of both networks.
    public func safeTensors() throws -> SafeTensors {
        var file = SafeTensors()
        let names = Set(session.graph.variables.map(\.name))
        for variable in session.graph.variables where SafeTensors.has(variable.type) {
            // `<variable>/Adam`, and the powers of the decays, are the optimizer's.
            if let slash = variable.name.lastIndex(of: "/"),
                names.contains(String(variable.name[..<slash]))
            {
                continue
            }
            if variable.name.contains("beta1_power") || variable.name.contains("beta2_power") {
                continue
            }
            file.tensors.append((variable.name, try session.value(of: variable)))
        }
        return file
    }
}
