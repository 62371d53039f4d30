import TensorBoard

/// Logs what compare-writers.py has torch's and tensorboardX's writers log too: the same calls with
/// the same numbers.
func logTheSame(in folder: String) throws {
    let writer = try SummaryWriter(logdir: folder)
    for step in 0..<5 as Range<Int64> {
        try writer.addScalar(Float(step) * 0.5, tag: "curves/loss", step: step)
    }
    for (step, value) in [Float.nan, .infinity, -.infinity].enumerated() {
        try writer.addScalar(value, tag: "curves/odd", step: Int64(step))
    }
    let numbers = (0..<1000).map { Double(($0 * 37) % 101) / 8 - 5 }
    try writer.addHistogram(numbers, tag: "histogram", step: 1)
    let gray = (0..<300).map { UInt8(($0 * 29) % 256) }
    try writer.addImages(
        gray.span, shape: .nhwc(10, 6, 5, 1), as: .grid(columns: 8), tag: "grid", step: 1)
    let colour = (0..<90).map { Float(($0 * 31) % 90) / 89 }
    try writer.addImage(colour.span, shape: .chw(3, 6, 5), range: 0...1, tag: "colour", step: 1)
    let frames = (0..<120).map { UInt8(($0 * 13) % 256) }
    try writer.addVideo(
        Video(frames.span, shape: .nhw(4, 6, 5), framesPerSecond: 4), tag: "film", step: 1)
    try writer.addText("# A *text*", tag: "note", step: 1)
    let sound = (0..<800).map { Float($0 % 50) / 50 - 0.5 }
    try writer.addAudio(Audio(sound, sampleRate: 8000), tag: "tone", step: 1)
    try writer.addPRCurve(
        predictions: (0..<100).map { Float(($0 * 37) % 100) / 128 },
        labels: (0..<100).map { ($0 * 53) % 100 < ($0 * 37) % 100 }, tag: "curve", step: 1)
    try writer.addMesh(
        Mesh(
            vertices: (0..<12).map(Float.init), colors: (0..<12).map { UInt8(20 * $0) },
            faces: [0, 1, 2, 1, 2, 3], configuration: #"{"camera": {"fov": 75}}"#), tag: "body",
        step: 1)
    try writer.addCustomScalars(
        CustomScalars([
            .init(
                title: "mine",
                charts: [
                    .lines("both", patterns: ["curves/loss", "curves/odd"]),
                    .margins("band", [.init(value: "v", lower: "l", upper: "u")]),
                ])
        ]))
    // torch logs results at step 0.
    try writer.addHParams(
        ["rate": 0.5, "name": "adam", "on": true], metrics: ["result": 0.25], step: 0)
    try writer.close()
}
