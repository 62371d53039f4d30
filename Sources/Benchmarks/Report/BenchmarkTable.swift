/// Measurements in rows and columns, for a reader and for a program.
public struct BenchmarkTable: Sendable {
    /// The topic's name, for a program.
    public let name: String
    /// What is measured, in a line.
    public let title: String
    /// The headings; each is also the name of its values.
    public let columns: [String]
    /// As many cells as there are columns.
    public private(set) var rows: [[Cell]] = []

    /// A measurement, or what was measured.
    public enum Cell: Sendable, ExpressibleByStringInterpolation {
        case text(String)
        case number(Double)
        case count(Int)

        /// A text.
        public init(stringLiteral text: String) { self = .text(text) }
    }

    init(_ name: String, _ title: String, columns: String...) {
        self.name = name
        self.title = title
        self.columns = columns
    }

    mutating func add(_ cells: Cell...) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns)")
        rows.append(cells)
    }
}

extension BenchmarkTable {
    /// The table in Markdown, with columns that line up where Markdown is not rendered.
    public var markdown: String {
        let texts = [columns] + rows.map { $0.map(\.text) }
        let widths = columns.indices.map { column in texts.map { $0[column].count }.max() ?? 0 }
        let isNumeric = columns.indices.map { column in
            rows.contains { $0[column].isNumeric }
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { column in
                let fill = String(repeating: " ", count: widths[column] - cells[column].count)
                return isNumeric[column] ? fill + cells[column] : cells[column] + fill
            }
            return "| \(padded.joined(separator: " | ")) |\n"
        }
        let rule = columns.indices.map { column in
            String(repeating: "-", count: widths[column] + 1) + (isNumeric[column] ? ":" : "-")
        }
        return "### \(title)\n\n\(line(texts[0]))|\(rule.joined(separator: "|"))|\n"
            + texts.dropFirst().map(line).joined()
    }

    /// The table as a JSON object: its name, its title, and its rows, each an object by column.
    public var json: String {
        let rows = rows.map { row in
            "{" + zip(columns, row).map { "\($0.quoted): \($1.json)" }.joined(separator: ", ") + "}"
        }
        return """
            {"name": \(name.quoted), "title": \(title.quoted), "rows": [
              \(rows.joined(separator: ",\n  "))
            ]}
            """
    }
}

extension BenchmarkTable.Cell {
    fileprivate var isNumeric: Bool {
        if case .text = self { false } else { true }
    }

    fileprivate var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): number.threeDigits
        case .count(let count): "\(count)"
        }
    }

    fileprivate var json: String {
        switch self {
        case .text(let text): text.quoted
        case .number(let number): number.isFinite ? "\(number)" : "null"
        case .count(let count): "\(count)"
        }
    }
}

extension String {
    /// The text as JSON has it.
    fileprivate var quoted: String {
        let escaped = unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 32: " "
            default: "\(scalar)"
            }
        }
        return "\"\(escaped.joined())\""
    }
}

extension Double {
    /// Three digits, and all of those before the point: `0.0512`, `41.3`, `1205`.
    fileprivate var threeDigits: String {
        guard isFinite, self != 0, magnitude < 1e15 else { return "\(self)" }
        var (scale, decimals) = (1.0, 0)
        while (magnitude * scale).rounded() < 100, decimals < 9 {
            (scale, decimals) = (scale * 10, decimals + 1)
        }
        let digits = String(Int((magnitude * scale).rounded()))
        let sign = self < 0 ? "-" : ""
        guard decimals > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
