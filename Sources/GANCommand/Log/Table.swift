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
    /// - Parameters:
    ///   - keys: How many columns tell a row from the others.
    ///   - isShortening: Whether what is too wide is shortened in its middle: cells of those where
    ///     another column would not stand beside them, and others wider than what is left.
    func text(width: Int, keys: Int = 1, isShortening: Bool = false) -> String {
        if isShortening {
            var table = self
            table.shorten(keys, to: width)
            return table.text(width: width, keys: keys)
        }
        let widths = self.widths
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

    /// The width of each column's widest cell.
    private var widths: [Int] {
        columns.indices.map { column in rows.reduce(0) { max($0, $1[column].columnCount) } }
    }

    /// Shortens the cells of the first columns, the widest of these first, until each other column of
    /// up to half of the width has room beside them, but not below their headings' widths; and then
    /// what is wider in the others.
    private mutating func shorten(_ keys: Int, to width: Int) {
        var widths = self.widths
        let gaps = 2 * (keys - 1) + 2
        let widest = widths.dropFirst(keys).map { min($0, width / 2) }.max() ?? 0
        var excess = widths.prefix(keys).reduce(0, +) + gaps + widest - width
        while excess > 0 {
            let shrinking = (0..<keys).filter { widths[$0] > columns[$0].heading.columnCount }
            guard let widest = shrinking.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        let rest = width - widths.prefix(keys).reduce(0, +) - gaps
        for column in columns.indices {
            let limit = column < keys ? widths[column] : rest
            for row in rows.indices { rows[row][column] = rows[row][column].shortened(to: limit) }
        }
    }

    /// Some columns of all rows.
    private func text(of shown: [Int]) -> String {
        let widths = self.widths
        return rows.map { row in
            var line = ""
            for column in shown {
                let cell = row[column]
                let fill = String(repeating: " ", count: widths[column] - cell.columnCount)
                line += (line.isEmpty ? "" : "  ")
                line += columns[column].isRightAligned ? fill + cell : cell + fill
            }
            return line.trimmingSpacesAtEnd + "\n"
        }.joined()
    }
}
