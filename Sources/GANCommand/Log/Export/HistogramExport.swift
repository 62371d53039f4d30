import TensorBoard

/// Distributions as JSON lines: an object for each, with its buckets.
///
///     {"run":"a","tag":"w","step":1,"wall_time":1.5,"min":0,"max":2,"num":3,"sum":3,"sum_squares":5,
///      "buckets":[[0,1,2],[1,2,1]]}                      lower limit, upper limit, count of each bucket
struct HistogramExport {
    private let path: String
    private let overwrite: Bool
    private var file: OutputText?
    private var hasFailed = false
    private var count = 0

    init(_ path: String, overwrite: Bool) {
        self.path = path
        self.overwrite = overwrite
    }

    /// Writes the distributions under a tag; nothing for other kinds, nor after a failure.
    ///
    /// - Parameter failures: Is told of each that cannot be read, and if the file cannot be written.
    mutating func write(_ tag: TagValues, run: String, _ failures: inout Failures) {
        guard tag.kind == .histograms, !hasFailed else { return }
        for stored in tag.stored {
            let line: String
            do {
                guard let histogram = try stored.load().distribution else {
                    throw CommandError(
                        "no histogram under \(tag.tag), step \(stored.step), of \(run)")
                }
                line = Self.line(histogram, stored, tag: tag.tag, run: run)
            } catch {
                failures.add("\(error)")
                continue
            }
            do {
                try begun().write(line)
                count += 1
            } catch {
                hasFailed = true
                failures.add("\(error)")
                return
            }
        }
    }

    private static func line(
        _ histogram: Histogram, _ stored: TagValues.StoredValue, tag: String, run: String
    ) -> String {
        var lower = histogram.minimum
        let buckets = histogram.buckets.map { bucket in
            // The last limit may be the greatest number there is, where the numbers end at the maximum.
            let upper = min(max(bucket.limit, lower), max(histogram.maximum, lower))
            defer { lower = upper }
            return "[\(number(lower)),\(number(upper)),\(number(bucket.count))]"
        }
        return "{\"run\":\(CurveExport.json(run)),\"tag\":\(CurveExport.json(tag)),"
            + "\"step\":\(stored.step),\"wall_time\":\(number(stored.wallTime)),"
            + "\"min\":\(number(histogram.minimum)),\"max\":\(number(histogram.maximum)),"
            + "\"num\":\(number(histogram.count)),\"sum\":\(number(histogram.sum)),"
            + "\"sum_squares\":\(number(histogram.sumOfSquares)),"
            + "\"buckets\":[\(buckets.joined(separator: ","))]}\n"
    }

    /// A number of JSON, or a text where it has none.
    private static func number(_ number: Double) -> String {
        let text = Event.Number.text(number)
        return number.isFinite ? text : "\"\(text)\""
    }

    /// Ends the file, which may have no line, and says what was written.
    mutating func finish(_ failures: inout Failures) {
        guard !hasFailed else { return }
        do {
            try begun().close()
        } catch {
            failures.add("\(error)")
            return
        }
        guard path != "-" else { return }
        System.printError("\(path.printable): \(count) histogram\(count == 1 ? "" : "s")\n")
    }

    private mutating func begun() throws -> OutputText {
        if let file { return file }
        let file = try OutputText(path, overwrite: overwrite)
        self.file = file
        return file
    }
}
