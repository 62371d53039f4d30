import TensorBoard

/// Distributions as JSON lines: an object for each, with its buckets.
///
///     {"run":"a","tag":"w","step":1,"wall_time":1.5,"min":0,"max":2,"num":3,"sum":3,"sum_squares":5,
///      "buckets":[[0,1,2],[1,2,1]]}                      lower limit, upper limit, count of each bucket
struct HistogramExport {
    private let file: ExportedText

    init(_ path: String, overwrite: Bool) {
        file = ExportedText(path, overwrite: overwrite, of: "histogram")
    }

    /// Writes the distributions under a tag; nothing for other kinds, nor after a failure.
    ///
    /// - Parameter failures: Is told of each that cannot be read, and if the file cannot be written.
    func write(_ tag: TagValues, run: String, _ failures: inout Failures) {
        guard tag.kind == .histograms else { return }
        for stored in tag.stored where !file.hasFailed {
            do {
                guard let histogram = try stored.load().distribution else {
                    throw CommandError(
                        "no histogram under \(tag.tag), step \(stored.step), of \(run)")
                }
                file.write(Self.line(histogram, stored, tag: tag.tag, run: run), &failures)
            } catch {
                failures.add("\(error)")
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
        return "{\"run\":\(run.stringOfJSON),\"tag\":\(tag.stringOfJSON),"
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
    func finish(_ failures: inout Failures) { file.finish(&failures) }
}
