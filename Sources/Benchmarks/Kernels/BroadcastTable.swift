internal import TensorGraph

/// What broadcasting costs: the sum of (x · y)² on one thread, with y repeated in each of the ways
/// that there are, beside y repeated row by row.
func broadcastTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "broadcasting", "The sum of (x · y)², where y is broadcast to x, on one thread",
        columns: "x", "y", "median µs", "ns an element", "beside rows")
    for rows in [64, 512] {
        let shape = [rows, 784]
        var ofRows: Duration?
        for other in [[784], [rows, 1], [1], shape] {
            let time = try time(shape, other, budget: options.time(0.5))
            let beside = ofRows.map { time / $0 } ?? 1
            if ofRows == nil { ofRows = time }
            table.add(
                .text("\(shape)"), .text("\(other)"), .number(time.microseconds),
                .number(time.microseconds * 1e3 / Double(rows * 784)), .number(beside))
        }
    }
    return table
}

private func time(_ shape: [Int], _ other: [Int], budget: Duration) throws -> Duration {
    let tf = Graph()
    var numbers = Numbers()
    func fed(_ shape: [Int], _ name: String) -> (Tensor, Value) {
        (
            tf.placeholder(Shape(shape), name: name),
            Value(numbers.floats(shape.reduce(1, *)), shape: shape)
        )
    }
    let (x, y) = (fed(shape, "x"), fed(other, "y"))
    let feeds = [[x.0: x.1, y.0: y.1], [x.0: x.1, y.0: fed(other, "other").1]]
    let sum = tf.reduceSum(tf.square(x.0 * y.0))
    let run = try Session(graph: tf).prepare([sum], feed: feeds[0])
    return try Timing.of(budget) { try run.run() }.median
}
