// Logs each kind of summary, as a program of one's own would.
import Platform
import TensorBoard

let usage = """
    usage: LogExample [FOLDER [RATE]]

    Logs each kind of summary into FOLDER (log/example), with RATE (0.1) as a hyperparameter.

    """
let arguments = CommandLine.arguments.dropFirst()
if arguments.contains("--help") || arguments.contains("-h") {
    print(usage, terminator: "")
    exit(0)
}
let folder = arguments.first ?? "log/example"
let rate = arguments.dropFirst().first.map(Double.init) ?? 0.1
guard let rate, arguments.count <= 2, !folder.isEmpty, !folder.hasPrefix("-") else {
    _ = usage.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(64)
}
let writer = try SummaryWriter(logdir: folder)
let about = Summary.Metadata(displayName: "The loss", description: "It *falls*, as it should.")
let noise = (0..<1000).map { _ in Float.random(in: -1...1) + Float.random(in: -1...1) }
let tone = (0..<8000).map { Float($0 % 40) / 80 - 0.25 }
let waves = (0..<10 * 784).map { (index: Int) -> Float in
    let (row, column) = (index / 28, index % 28)
    return Float((row + column * (index / 784)) % 28) / 27
}
let pictures = Image.batch(waves.span, shape: .nhw(10, 28, 28), range: 0...1)

try writer.addHParams(["rate": .number(rate), "optimizer": "adam", "shuffled": .bool(rate < 0.5)])
try writer.addText("# A run\nThat logs *each* kind once.", tag: "about", step: 0)
for step in 1...20 as ClosedRange<Int64> {
    let loss = Float(rate) + 1 / Float(step)
    try writer.add(
        Summary([.init(tag: "loss", content: .scalar(loss), metadata: about)]), step: step)
    try writer.addScalars(["train": loss, "test": loss * 1.5], tag: "both", step: step)
    try writer.addHistogram(noise.map { $0 / Float(step) }, tag: "weights", step: step)
}
// A flat tetrahedron: TensorBoard's camera stands so that the middle of a body fits into the card, and
// what lies far before the middle does not.
let corners: [Float] = [1, 1, 0.2, 1, -1, -0.2, -1, 1, -0.2, -1, -1, 0.2]
let colors: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0]
let faces: [Int32] = [0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2]
// Twice each, since a reader may know only a tag's first value.
for step in [1, 20] as [Int64] {
    try writer.addImages(
        waves.span, shape: .nhwc(10, 28, 28, 1), range: 0...1, tag: "x", step: step)
    try writer.addImageWithBoxes(
        Image.grid(of: pictures),
        boxes: [BoundingBox(left: 30, top: 20, right: 80, bottom: 50, label: "cat 0.9")],
        tag: "boxes", step: step)
    try writer.addVideo(Video(frames: pictures), tag: "film", step: step)
    try writer.addAudio(Audio(tone, sampleRate: 8000), tag: "tone", step: step)
    try writer.addText("It is step *\(step)*.", tag: "note", step: step)
    try writer.addText(
        table: [["step", "loss"], ["\(step)", "\(Float(rate) + 1 / Float(step))"]], tag: "table",
        step: step)
    try writer.addPRCurve(
        predictions: noise.map { ($0 + 2) / 4 }, labels: noise.map { $0 + .random(in: -1...1) > 0 },
        tag: "curve", step: step)
    try writer.addMesh(
        Mesh(vertices: corners, colors: colors, faces: faces), tag: "body", step: step)
}
let names = Embedding.Metadata(labels: pictures.indices.map { "picture \($0)" })
try writer.addEmbedding(Embedding(waves, dimensions: 784, metadata: names, images: pictures))
let product = GraphDefinition.Node(name: "y", op: "MatMul", inputs: ["x", "x"])
try writer.addGraph(GraphDefinition(nodes: [.init(name: "x", op: "Placeholder"), product]))
let spent = RunMetadata.Node(name: "y", startNanoseconds: 1_000_000, endNanoseconds: 1_042_000)
try writer.addRunMetadata(
    RunMetadata(devices: [.init(name: "/device:CPU:0", nodes: [spent])]), tag: "step 1", step: 1)
try writer.endHParams(metrics: ["result": Float(rate)], step: 20)
try writer.close()
let parent = folder.split(separator: "/").dropLast().joined(separator: "/")
let logFolder = (folder.hasPrefix("/") ? "/" : "") + parent
print(
    "logged in \(folder); to look at it: tensorboard --logdir \(parent.isEmpty ? folder : logFolder)"
)
