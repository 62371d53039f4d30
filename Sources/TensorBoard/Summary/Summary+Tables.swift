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
            let cells = TensorValue(strings: rows.flatMap { $0 }, shape: [rows.count, columns])
            return Self(tag: tag, content: .tensor(cells, .text))
        }
        // As TensorBoard's `make_table` writes it (plugins/text/text_plugin.py).
        var html = Array("<table>\n<tbody>\n".utf8)
        html.reserveCapacity(
            rows.joined().reduce(64 + 16 * rows.count) { $0 + $1.utf8.count + 20 })
        for row in rows {
            html += "<tr>\n".utf8
            for cell in row {
                html += cell.isEmpty ? "<td>".utf8 : "<td><p>".utf8
                html += cell.utf8
                html += cell.isEmpty ? "</td>\n".utf8 : "</p></td>\n".utf8
            }
            html += "</tr>\n".utf8
        }
        html += "</tbody>\n</table>".utf8
        return Self(
            tag: tag, content: .tensor(TensorValue(.string([html]), shape: []), .text))
    }
}

extension String {
    /// Whether Markdown makes one paragraph of the text, in which it is as it was.
    fileprivate var isPlain: Bool {
        let scalars = unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return true }
        // Spaces at the ends are taken away; a dash, a plus, an equals sign, a colon or a number with a
        // point may begin a list or more.
        guard first != " ", last != " ", !"=:~".unicodeScalars.contains(first) else { return false }
        if "-+".unicodeScalars.contains(first) {
            guard let second = scalars.dropFirst().first, second.isPartOfAWord else { return false }
        }
        let behind = scalars.drop { $0.properties.numericType != nil }
        if behind.startIndex != scalars.startIndex, let mark = behind.first,
            mark == "." || mark == ")", behind.dropFirst().first ?? " " == " "
        {
            return false
        }
        var before: Unicode.Scalar?
        var iterator = scalars.makeIterator()
        var next = iterator.next()
        while let scalar = next {
            next = iterator.next()
            switch scalar {
            case "_":
                // Inside a word it means nothing.
                guard before?.isPartOfAWord == true, next?.isPartOfAWord == true else {
                    return false
                }
            case " ": guard before != " " else { return false }
            default: guard scalar.isPlain else { return false }
            }
            before = scalar
        }
        return true
    }
}

extension Unicode.Scalar {
    /// Whether Markdown takes it for what it is wherever it stands in a text.
    fileprivate var isPlain: Bool {
        if isPartOfAWord { return true }
        return switch self {
        case ".", ",", ":", ";", "?", "(", ")", "%", "/", "=", "+", "-", "$", "@": true
        default: false
        }
    }

    /// Whether it is a letter, a mark or a digit.
    fileprivate var isPartOfAWord: Bool {
        // Most are ASCII, which takes no look into Unicode's tables.
        if isASCII {
            return switch self {
            case "a"..."z", "A"..."Z", "0"..."9": true
            default: false
            }
        }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber:
            true
        default: false
        }
    }
}
