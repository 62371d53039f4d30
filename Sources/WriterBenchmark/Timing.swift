import RecordIO
import TensorBoard

/// Numbers that look like weights.
func weights(_ count: Int) -> [Float] {
    (0..<count).map { _ in (0..<4).reduce(0) { sum, _ in sum + .random(in: -0.5...0.5) } }
}

/// Times calls until their events are on the disk, and prints how many there were a second.
func time(
    _ name: String, _ count: Int, in folder: String, _ call: (SummaryWriter, Int) throws -> Void
)
    throws
{
    let writer = try SummaryWriter(logdir: "\(folder)/\(name)")
    let elapsed = try ContinuousClock().measure {
        for index in 0..<count { try call(writer, index) }
        try writer.flush()
    }
    try writer.close()
    print("\(name) \(Double(count) / (elapsed / .seconds(1)))")
}

/// Scalars, histograms of 10,000 numbers, and grids of ten pictures.
func timeCalls(in folder: String) throws {
    let numbers = weights(10_000)
    let pixels = (0..<7840).map { _ in UInt8.random(in: 0...255) }
    try time("scalar", 1_000_000, in: folder) {
        try $0.addScalar(Float($1), tag: "loss", step: Int64($1))
    }
    try time("histogram", 10_000, in: folder) {
        try $0.addHistogram(numbers, tag: "weights", step: Int64($1))
    }
    try time("grid", 5_000, in: folder) {
        try $0.addImages(
            pixels.span, shape: .nhwc(10, 28, 28, 1), as: .grid(columns: 8), tag: "x",
            step: Int64($1))
    }
}

/// What a call costs the thread that logs, as the file grows to ten million events; and how fast the
/// checksum is.
func measureCosts(in folder: String) throws {
    let clock = ContinuousClock()
    var options = SummaryWriter.Options()
    options.queueCapacity = 1 << 16
    let paced = try SummaryWriter(logdir: "\(folder)/paced", options: options)
    var samples: [Duration] = []
    for index in 0..<200 {
        // As a training loop logs: a thousand at a time, and not without end.
        samples.append(
            try clock.measure {
                for step in 0..<1000 {
                    try paced.addScalar(1, tag: "loss", step: Int64(index * 1000 + step))
                }
            } / 1000)
        try paced.flush()
    }
    try paced.close()
    samples.sort()
    print("a call of addScalar costs who logs, median: \(samples[100]), worst: \(samples[199])")

    let writer = try SummaryWriter(logdir: "\(folder)/long")
    for million in 1...10 {
        let elapsed = try clock.measure {
            for step in 0..<1_000_000 {
                try writer.addScalar(1, tag: "loss", step: Int64(million * 1_000_000 + step))
            }
            try writer.flush()
        }
        print("million \(million): \(elapsed / 1_000_000) an event")
    }
    try writer.close()

    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    var checksum: UInt32 = 0
    let elapsed = clock.measure {
        for _ in 0..<1000 { checksum = CRC32C.extend(checksum, by: bytes.span.bytes) }
    }
    let rate = Double(bytes.count) * 1000 / (elapsed / .seconds(1)) / 1e9
    print("CRC32C of a megabyte: \(rate) GB/s (\(checksum))")
}
