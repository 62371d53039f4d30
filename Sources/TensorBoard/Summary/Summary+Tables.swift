extension Summary.Value {
    /// A table whose cells are texts in Markdown.
    ///
    /// TensorBoard makes HTML of a tensor of texts. Where no cell has anything that Markdown would
    /// change, the value is that HTML as a single text: TensorBoard shows the same, and other
    /// readers, which take a text for one string (tbparse, aim), have the whole table. Otherwise it
    /// is the tensor.
    ///
    /// - Precondition: All rows have the same number of cells.
    public static func text(table rows: [[String]], tag: String) -> Self {
        let columns = rows.first?.count ?? 0
        precondition(
            rows.allSatisfy { $0.count == columns }, "a table whose rows differ in length: \(tag)")
        guard rows.allSatisfy({ $0.allSatisfy(\.isPlain) }) else {
            let cells = Summary.Tensor(strings: rows.flatMap { $0 }, shape: [rows.count, columns])
            return Self(tag: tag, content: .tensor(cells, .text))
        }
        // As TensorBoard's `make_table` writes it (plugins/text/text_plugin.py).
        var html = "<table>\n<tbody>\n"
        for row in rows {
            html += "<tr>\n"
            for cell in row { html += cell.isEmpty ? "<td></td>\n" : "<td><p>\(cell)</p></td>\n" }
            html += "</tr>\n"
        }
        return .text(html + "</tbody>\n</table>", tag: tag)
    }
}

extension String {
    /// Whether Markdown makes one paragraph of the text, in which it is as it was.
    fileprivate var isPlain: Bool {
        let scalars = Array(unicodeScalars)
        guard let first = scalars.first, let last = scalars.last else { return true }
        // Spaces at the ends are taken away; a dash, a plus, an equals sign, a colon or a number with a
        // point may begin a list or more.
        guard first != " ", last != " ", !"=:~".unicodeScalars.contains(first) else { return false }
        if "-+".unicodeScalars.contains(first) {
            guard scalars.count > 1, scalars[1].isPartOfAWord else { return false }
        }
        let number = scalars.prefix { $0.properties.numericType != nil }
        if !number.isEmpty, number.count < scalars.count {
            let next = scalars[number.count]
            let isAtEnd = number.count + 1 == scalars.count
            if next == "." || next == ")", isAtEnd || scalars[number.count + 1] == " " {
                return false
            }
        }
        return scalars.indices.allSatisfy { index in
            let scalar = scalars[index]
            if scalar == "_" {
                // Inside a word it means nothing.
                return index > 0 && index + 1 < scalars.count && scalars[index - 1].isPartOfAWord
                    && scalars[index + 1].isPartOfAWord
            }
            if scalar == " " { return scalars[index - 1] != " " }
            return scalar.isPartOfAWord || ".,:;?()%/=+-$@".unicodeScalars.contains(scalar)
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is a letter, a mark or a digit.
    fileprivate var isPartOfAWord: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber:
            true
        default: false
        }
    }
}
