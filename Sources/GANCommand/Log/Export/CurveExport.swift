import TensorBoard

/// Curves, point by point, as a file of text.
struct CurveExport {
    /// How a point is written.
    enum Format {
        /// RFC 4180, with a row of headings.
        case csv
        /// An object on a line of its own.
        case json
    }

    private let format: Format
    private let file: ExportedText

    /// Prepares a file, which is begun with the first curve.
    ///
    /// - Parameter path: The file; `-` is the standard output.
    init(_ path: String, format: Format, overwrite: Bool) {
        self.format = format
        file = ExportedText(
            path, overwrite: overwrite,
            heading: format == .csv ? "run,tag,step,wall_time,value\n" : "", of: "point")
    }

    /// Whether no point was written.
    var isEmpty: Bool { file.count == 0 }

    /// Writes the points of a curve; nothing for other kinds, nor after a failure.
    ///
    /// - Parameter failures: As for ``ExportedText/write(_:_:)``.
    func write(_ tag: TagValues, run: String, _ failures: inout Failures) {
        let names =
            switch format {
            case .csv: "\(run.cellOfCSV),\(tag.tag.cellOfCSV),"
            case .json: "{\"run\":\(run.stringOfJSON),\"tag\":\(tag.tag.stringOfJSON),\"step\":"
            }
        for point in tag.scalars where !file.hasFailed {
            let time = Event.Number.text(point.wallTime)
            switch format {
            case .csv:
                file.write("\(names)\(point.step),\(time),\(point.number)\n", &failures)
            case .json:
                let time = point.wallTime.isFinite ? time : "\"\(time)\""
                let value = point.number.isJSON ? "\(point.number)" : "\"\(point.number)\""
                file.write(
                    "\(names)\(point.step),\"wall_time\":\(time),\"value\":\(value)}\n", &failures)
            }
        }
    }

    /// Ends the file, which may have no point, and says what was written.
    func finish(_ failures: inout Failures) { file.finish(&failures) }
}

extension Event.Number {
    /// Whether JSON has it as a number.
    fileprivate var isJSON: Bool { double?.isFinite ?? false }
}
