import TensorBoard

/// Curves, point by point, as a file of text.
final class CurveExport {
    /// How a point is written.
    enum Format {
        /// RFC 4180, with a row of headings.
        case csv
        /// An object on a line of its own.
        case json
    }

    private let format: Format
    private let file: OutputText
    private var count = 0

    /// Begins a file.
    ///
    /// - Parameter path: The file; `-` is the standard output.
    /// - Throws: `CommandError` if it exists, unless it may be written over, or cannot be written.
    init(_ path: String, format: Format, overwrite: Bool) throws {
        self.format = format
        file = try OutputText(path, overwrite: overwrite)
        if format == .csv { try file.write("run,tag,step,wall_time,value\n") }
    }

    /// Writes the points of a curve; nothing for other kinds.
    func write(_ tag: TagValues, run: String) throws {
        let names =
            switch format {
            case .csv: "\(Self.cell(run)),\(Self.cell(tag.tag)),"
            case .json: "{\"run\":\(Self.json(run)),\"tag\":\(Self.json(tag.tag)),\"step\":"
            }
        for point in tag.scalars {
            let value = Self.number(point.value)
            switch format {
            case .csv:
                try file.write("\(names)\(point.step),\(Self.number(point.wallTime)),\(value)\n")
            case .json:
                let text = point.value.isFinite ? value : "\"\(value)\""
                let time = point.wallTime.isFinite ? Self.number(point.wallTime) : "null"
                try file.write("\(names)\(point.step),\"wall_time\":\(time),\"value\":\(text)}\n")
            }
        }
        count += tag.scalars.count
    }

    /// Ends the file.
    ///
    /// - Returns: What was written, in a line; none for the standard output.
    func finish() throws -> String {
        try file.close()
        guard file.path != "-" else { return "" }
        return "\(file.path): \(count) point\(count == 1 ? "" : "s")\n"
    }

    /// The shortest decimal that gives the number back: as a `Float` if it was one.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let float = Float(value)
        return Double(float) == value ? "\(float)" : "\(value)"
    }

    /// A cell of RFC 4180.
    static func cell(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }

    /// A string of RFC 8259.
    static func json(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { json, scalar in
            switch scalar {
            case "\"", "\\": json += "\\\(scalar)"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        } + "\""
    }
}
