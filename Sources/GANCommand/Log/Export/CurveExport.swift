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

    private let path: String
    private let format: Format
    private let overwrite: Bool
    private var file: OutputText?
    private var hasFailed = false
    /// How many points were written.
    private(set) var count = 0

    /// Prepares a file, which is begun with the first curve.
    ///
    /// - Parameter path: The file; `-` is the standard output.
    init(_ path: String, format: Format, overwrite: Bool) {
        self.path = path
        self.format = format
        self.overwrite = overwrite
    }

    /// Writes the points of a curve; nothing for other kinds, nor after a failure.
    ///
    /// - Parameter failures: Is told if the file exists, unless it may be written over, or cannot be
    ///   written.
    func write(_ tag: TagValues, run: String, _ failures: inout Failures) {
        guard !tag.scalars.isEmpty, !hasFailed else { return }
        do {
            try write(tag, run: run)
        } catch {
            hasFailed = true
            failures.add("\(error)")
        }
    }

    private func write(_ tag: TagValues, run: String) throws {
        let file = try begun()
        let names =
            switch format {
            case .csv: "\(Self.cell(run)),\(Self.cell(tag.tag)),"
            case .json: "{\"run\":\(Self.json(run)),\"tag\":\(Self.json(tag.tag)),\"step\":"
            }
        for point in tag.scalars {
            let time = Event.Number.text(point.wallTime)
            switch format {
            case .csv:
                try file.write("\(names)\(point.step),\(time),\(point.number)\n")
            case .json:
                let time = point.wallTime.isFinite ? time : "\"\(time)\""
                let value = point.number.isJSON ? "\(point.number)" : "\"\(point.number)\""
                try file.write(
                    "\(names)\(point.step),\"wall_time\":\(time),\"value\":\(value)}\n")
            }
        }
        count += tag.scalars.count
    }

    /// Ends the file, which may have no point, and says what was written.
    ///
    /// - Parameter failures: Is told if the file could not be written.
    func finish(_ failures: inout Failures) {
        guard !hasFailed else { return }
        do {
            try begun().close()
        } catch {
            failures.add("\(error)")
            return
        }
        guard path != "-" else { return }
        System.printError("\(path.printable): \(count) point\(count == 1 ? "" : "s")\n")
    }

    private func begun() throws -> OutputText {
        if let file { return file }
        let file = try OutputText(path, overwrite: overwrite)
        self.file = file
        if format == .csv { try file.write("run,tag,step,wall_time,value\n") }
        return file
    }

    /// A cell of RFC 4180.
    static func cell(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        let quote = UInt8(ascii: "\"")
        let doubled = text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return String(decoding: [quote] + doubled + [quote], as: UTF8.self)
    }

    /// A string of RFC 8259.
    static func json(_ text: String) -> String {
        var json = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                json.append("\\")
                json.append(scalar)
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                let zeros = String(repeating: "0", count: 4 - digits.count)
                json.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
            default:
                json.append(scalar)
            }
        }
        json.append("\"")
        return String(json)
    }
}

extension Event.Number {
    /// Whether JSON has it as a number.
    fileprivate var isJSON: Bool { double?.isFinite ?? false }
}
