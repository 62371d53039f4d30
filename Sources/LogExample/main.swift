// Logs each kind of summary once. See it with: tensorboard --logdir log
import TensorBoard

let run = CommandLine.arguments.dropFirst().first ?? "log/example"
let writer = try SummaryWriter(logdir: run)
let noise = (0..<1000).map { _ in Float.random(in: -1...1) + Float.random(in: -1...1) }
let tone = (0..<8000).map { 0.5 * Float($0 % 40) / 40 - 0.25 }
let faces = (0..<10 * 28 * 28).map { Float($0 * $0 % 255) / 255 }
let picture = Image(faces.span, shape: .nhw(10, 28, 28), range: 0...1)

try writer.addHParams(["rate": 0.1, "optimizer": "adam", "shuffled": true])
try writer.addText("# A run\nThat logs *each* kind once.", tag: "about", step: 0)
try writer.addScalar(0.25, tag: "loss", step: 1)
try writer.addScalars(["train": 0.5, "test": 0.75], tag: "losses", step: 1)
try writer.addHistogram(noise, tag: "weights", step: 1)
try writer.addImages(faces.span, shape: .nhwc(10, 28, 28, 1), range: 0...1, tag: "x", step: 1)
try writer.addImageWithBoxes(
    picture, boxes: [BoundingBox(left: 30, top: 20, right: 90, bottom: 50, label: "here")],
    tag: "boxes", step: 1)
try writer.addVideo(
    Video(faces.span, shape: .nhw(10, 28, 28), range: 0...1), tag: "film", step: 1)
try writer.addAudio(Audio(tone, sampleRate: 8000), tag: "tone", step: 1)
try writer.addPRCurve(
    predictions: noise.map { min(abs($0), 1) }, labels: noise.map { $0 > -0.5 }, tag: "curve",
    step: 1)
try writer.addMesh(
    Mesh(
        vertices: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
        colors: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0],
        faces: [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3]), tag: "tetrahedron", step: 1)
try writer.addEmbedding(
    Embedding(noise, dimensions: 10, metadata: .init(labels: (0..<100).map { "point \($0)" })))
let product = GraphDefinition.Node(name: "y", op: "MatMul", inputs: ["x", "x"])
try writer.addGraph(GraphDefinition(nodes: [.init(name: "x", op: "Placeholder"), product]))
let spent = RunMetadata.Node(name: "y", startNanoseconds: 0, endNanoseconds: 42_000)
try writer.addRunMetadata(
    RunMetadata(devices: [.init(name: "/device:CPU:0", nodes: [spent])]), tag: "step 1", step: 1)
try writer.endHParams(metrics: ["loss": 0.125], step: 2)
try writer.close()
