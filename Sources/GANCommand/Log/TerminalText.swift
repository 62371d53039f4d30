/// Text as terminals show it.
extension String {
    /// The text with control characters, which a terminal would obey, replaced by `\u{fffd}`.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{fffd}" : $0
                }))
    }

    /// How many columns of a terminal the text takes.
    var columnCount: Int { reduce(0) { $0 + $1.columnCount } }

    /// Both ends of a text that takes more than so many columns, with `…` between them.
    func shortened(to width: Int) -> String {
        guard width > 0, columnCount > width else { return self }
        return "\(prefix(columns: width / 2))…\(suffix(columns: (width - 1) / 2))"
    }

    var trimmingSpacesAtEnd: Substring {
        self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]
    }

    private func prefix(columns: Int) -> Substring {
        var left = columns
        return prefix {
            left -= $0.columnCount
            return left >= 0
        }
    }

    private func suffix(columns: Int) -> Substring {
        var left = columns
        var start = endIndex
        while start > startIndex {
            let before = index(before: start)
            left -= self[before].columnCount
            if left < 0 { break }
            start = before
        }
        return self[start...]
    }
}

extension Character {
    /// How many columns of a terminal the character takes: 2 for those of East Asian scripts and for
    /// pictures, 0 for marks that stand alone, 1 for others.
    ///
    /// Source: East Asian Width (Unicode Standard Annex #11), the classes W and F.
    var columnCount: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isASCII { return 1 }
        if first.properties.isEmojiPresentation || unicodeScalars.contains("\u{fe0f}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return Self.wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf,
        0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f,
        0xff00...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18cff, 0x1aff0...0x1b2ff, 0x1f200...0x1f265,
        0x20000...0x3fffd,
    ]
}
