/// Rows of text whose columns line up.
struct Table {
    /// A column's heading, and to which side its cells go.
    struct Column: ExpressibleByStringLiteral {
        let heading: String
        let isRightAligned: Bool

        /// A column of words.
        init(stringLiteral heading: String) {
            self.init(heading: heading, isRightAligned: false)
        }

        private init(heading: String, isRightAligned: Bool) {
            self.heading = heading
            self.isRightAligned = isRightAligned
        }

        /// A column of numbers.
        static func right(_ heading: String) -> Column {
            Column(heading: heading, isRightAligned: true)
        }
    }

    private let columns: [Column]
    private var rows: [[String]]

    init(_ columns: Column...) {
        self.init(columns: columns)
    }

    init(columns: [Column]) {
        self.columns = columns
        rows = [columns.map(\.heading)]
    }

    /// Adds a row, with a cell for each column.
    mutating func add(_ cells: String...) {
        add(cells: cells)
    }

    /// Adds a row, with a cell for each column.
    mutating func add(cells: [String]) {
        precondition(cells.count == columns.count)
        rows.append(cells.map(\.printable))
    }

    /// All rows, each on a line without spaces at its end.
    var text: String { text(of: Array(columns.indices)) }

    /// All rows in no more than so many columns of text, if they fit: columns that do not stand in
    /// further tables beneath, each with the first columns again.
    ///
    /// - Parameter keys: How many columns tell a row from the others.
    func text(width: Int, keys: Int = 1) -> String {
        let widths = columns.indices.map { column in
            rows.reduce(0) { max($0, $1[column].count) }
        }
        let keyWidth = widths.prefix(keys).reduce(0, +) + 2 * (keys - 1)
        var tables = [Array(0..<keys)]
        var taken = keyWidth
        for column in columns.indices.dropFirst(keys) {
            if taken + 2 + widths[column] > width, tables[tables.count - 1].count > keys {
                tables.append(Array(0..<keys))
                taken = keyWidth
            }
            tables[tables.count - 1].append(column)
            taken += 2 + widths[column]
        }
        return tables.map { text(of: $0) }.joined(separator: "\n")
    }

    /// Some columns of all rows.
    private func text(of shown: [Int]) -> String {
        let widths = columns.indices.map { column in
            rows.reduce(0) { max($0, $1[column].count) }
        }
        return rows.map { row in
            var line = ""
            for column in shown {
                let cell = row[column]
                let fill = String(repeating: " ", count: widths[column] - cell.count)
                line += (line.isEmpty ? "" : "  ")
                line += columns[column].isRightAligned ? fill + cell : cell + fill
            }
            return line.trimmingSpacesAtEnd + "\n"
        }.joined()
    }
}

extension String {
    /// The text with control characters, which a terminal would obey, replaced by `\u{fffd}`.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{fffd}" : $0
                }))
    }

    fileprivate var trimmingSpacesAtEnd: Substring {
        self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]
    }
}
