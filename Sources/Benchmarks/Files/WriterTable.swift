internal import RecordIO
internal import TensorBoard

/// How fast the writer is, and what it is made of.
func writerTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "writer", "The writer", columns: "work", "rate", "unit", "each µs", "spread %")
    let budget = options.time(2)

    func written(_ count: Int, _ body: (SummaryWriter) throws -> Void) throws -> Timing {
        try Timing.of(budget) {
            let run = try TemporaryRun()
            let writer = try SummaryWriter(logdir: run.path)
            try body(writer)
            try writer.close()
        } / count
    }
    func add(_ work: String, _ timing: Timing) {
        table.add(
            .text(work), .number(1 / timing.median.seconds), "/s",
            .number(timing.median.microseconds),
            .number(timing.spread))
    }
    let scalars = 100_000
    add(
        "scalar, logged and on the disk",
        try written(scalars) { writer in
            for step in 0..<scalars {
                try writer.addScalar(Float(step), tag: "loss", step: Int64(step))
            }
        })

    var random = Numbers()
    let numbers = random.floats(10_000)
    let histograms = 500
    add(
        "histogram of 10,000 values, logged and on the disk",
        try written(histograms) { writer in
            for step in 0..<histograms {
                try writer.add(Summary([.histogram(numbers, tag: "h")]), step: Int64(step))
            }
        })
    add(
        "histogram of 10,000 values, counted",
        Timing.of(budget) { _ = Histogram(counting: numbers) })

    let images = FloatImage.batch(
        random.floats(10 * 784).map(\.magnitude), count: 10, height: 28, width: 28, channels: 1)
    add(
        "PNG of ten 28 × 28 images in a grid: noise, which packs worst",
        Timing.of(budget) { _ = FloatImage.grid(of: images, gap: 2).scaled().png() })

    for (size, name) in [(1 << 16, "64 KB"), (1 << 26, "64 MB")] {
        let bytes = [UInt8](repeating: 0xA5, count: size)
        var sum: UInt32 = 0
        let timing = Timing.of(budget) { sum ^= CRC32C.checksum(of: bytes.span.bytes) }
        table.add(
            "CRC32C of \(name)", .number(Double(size) / timing.median.seconds / 1e9), "GB/s",
            .number(timing.median.microseconds), .number(timing.spread))
    }
    return table
}
