import Datasets
import Platform

/// A picture as lines of text: two pixels a character, one above the other.
struct TerminalPicture {
    private let picture: ColorPicture

    init(_ picture: ColorPicture) {
        self.picture = picture
    }

    /// The lines: half blocks in colors, or shades.
    func text(width: Int, isColored: Bool) -> String {
        // A character is about twice as high as wide; shades take two for each pixel.
        let most = isColored ? width : width / 2
        let columns = min(picture.width, max(1, most))
        let scale = Double(picture.width) / Double(columns)
        let rows = max(1, Int((Double(picture.height) / scale).rounded()))
        return isColored
            ? colored(columns, rows, scale) : shaded(columns, rows, scale)
    }

    private func colored(_ columns: Int, _ rows: Int, _ scale: Double) -> String {
        let isTrue = System.outputHasAllColors
        var text = ""
        for row in stride(from: 0, to: rows, by: 2) {
            for column in 0..<columns {
                let upper = mean(column, row, scale)
                let lower = row + 1 < rows ? mean(column, row + 1, scale) : (0, 0, 0)
                text += "\u{1b}[38;\(Self.code(upper, isTrue));48;\(Self.code(lower, isTrue))m▀"
            }
            text += "\u{1b}[0m\n"
        }
        return text
    }

    private func shaded(_ columns: Int, _ rows: Int, _ scale: Double) -> String {
        let shades = ["  ", "░░", "▒▒", "▓▓", "██"]
        return (0..<rows).map { row in
            (0..<columns).map { column in
                let (red, green, blue) = mean(column, row, scale)
                return shades[min(4, (299 * red + 587 * green + 114 * blue) / 51_001)]
            }.joined() + "\n"
        }.joined()
    }

    /// A color as a terminal names it: of 256, or of all.
    private static func code(_ color: (Int, Int, Int), _ isTrue: Bool) -> String {
        if isTrue { return "2;\(color.0);\(color.1);\(color.2)" }
        if color.0 == color.1, color.1 == color.2 {
            // Black, 24 shades, white.
            let shade = (color.0 * 25 + 127) / 255
            return "5;\(shade == 0 ? 16 : shade == 25 ? 231 : 231 + shade)"
        }
        let levels = [color.0, color.1, color.2].map { ($0 * 5 + 127) / 255 }
        return "5;\(16 + 36 * levels[0] + 6 * levels[1] + levels[2])"
    }

    /// The mean color of the pixels that a character's half stands for.
    private func mean(_ column: Int, _ row: Int, _ scale: Double) -> (Int, Int, Int) {
        let (left, top) = (Int(Double(column) * scale), Int(Double(row) * scale))
        let right = min(picture.width, max(left + 1, Int(Double(column + 1) * scale)))
        let bottom = min(picture.height, max(top + 1, Int(Double(row + 1) * scale)))
        guard left < right, top < bottom else { return (0, 0, 0) }
        var sum = (0, 0, 0)
        for y in top..<bottom {
            for x in left..<right {
                let place = 3 * (y * picture.width + x)
                sum.0 += Int(picture.rgb[place])
                sum.1 += Int(picture.rgb[place + 1])
                sum.2 += Int(picture.rgb[place + 2])
            }
        }
        let count = (right - left) * (bottom - top)
        return (sum.0 / count, sum.1 / count, sum.2 / count)
    }
}
