/// A line for a terminal: text in colors, and how many columns it takes.
struct TerminalLine {
    /// With the terminal's escape sequences.
    private(set) var text = ""
    private(set) var columns = 0

    init() {}

    init(_ text: String, isBold: Bool = false) {
        self.text = isBold ? "\u{1b}[1m\(text)\u{1b}[0m" : text
        columns = text.columnCount
    }

    /// Adds text in the color of a run, or in none.
    mutating func append(_ text: String, color: Int? = nil) {
        columns += text.columnCount
        guard let color else {
            self.text += text
            return
        }
        self.text += "\u{1b}[38;5;\(TerminalCanvas.color(ofRun: color))m\(text)\u{1b}[0m"
    }

    /// The line with spaces behind it.
    func padded(to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - columns))
    }

    /// The line without what is behind so many columns.
    func shortened(to width: Int) -> TerminalLine {
        guard columns > width else { return self }
        var short = TerminalLine()
        var isEscape = false
        for character in text {
            if character == "\u{1b}" { isEscape = true }
            if isEscape {
                short.text.append(character)
                if character == "m" { isEscape = false }
            } else if short.columns + character.columnCount <= width {
                short.text.append(character)
                short.columns += character.columnCount
            }
        }
        return short
    }
}

/// Where the curves of a chart are drawn.
struct TerminalCanvas {
    private let width: Int
    private let height: Int
    /// Whether a curve is drawn with its run's letter, for want of colors.
    private let isOfLetters: Bool
    /// The points of each character, a bit each, and the run that drew last.
    private var cells: [(bits: UInt8, run: Int)]

    /// The bits of braille patterns (Unicode, U+2800), by column and row.
    private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    /// Colors of 256 that can be read on light and dark grounds.
    private static let colors = [208, 33, 44, 199, 70, 129, 214, 67, 161, 29]

    init(width: Int, height: Int, isOfLetters: Bool) {
        self.width = width
        self.height = height
        self.isOfLetters = isOfLetters
        cells = [(UInt8, Int)](repeating: (0, 0), count: width * height)
    }

    /// The number of a run's color among a terminal's 256.
    static func color(ofRun run: Int) -> Int { colors[run % colors.count] }

    /// A run's letter.
    static func letter(ofRun run: Int) -> String {
        String(UnicodeScalar(UInt8(ascii: "a") + UInt8(run % 26)))
    }

    /// Draws lines between points, whose coordinates are from 0 to 1 where they are in sight. A value
    /// that is not finite leaves a gap.
    mutating func draw(_ points: [(x: Double, y: Double)], ofRun run: Int) {
        let (right, top) = (Double(2 * width - 1), Double(4 * height - 1))
        var last: (x: Double, y: Double)?
        for point in points {
            guard point.x.isFinite, point.y.isFinite else {
                last = nil
                continue
            }
            // Far outside is as good as just outside.
            let (x, y) = (min(max(point.x, -2), 3), min(max(point.y, -2), 3))
            let next = (x: (x * right).rounded(), y: (y * top).rounded())
            let from = last ?? next
            let count = Int(max((next.x - from.x).magnitude, (next.y - from.y).magnitude, 1))
            for index in 0...count {
                let part = Double(index) / Double(count)
                set(
                    Int((from.x + part * (next.x - from.x)).rounded()),
                    Int((from.y + part * (next.y - from.y)).rounded()), run)
            }
            last = next
        }
    }

    private mutating func set(_ x: Int, _ y: Int, _ run: Int) {
        guard (0..<2 * width).contains(x), (0..<4 * height).contains(y) else { return }
        let row = 4 * height - 1 - y
        let cell = row / 4 * width + x / 2
        cells[cell].bits |= Self.bits[x % 2][row % 4]
        cells[cell].run = run
    }

    /// Adds a row of characters to a line.
    func append(row: Int, to line: inout TerminalLine, isColored: Bool) {
        let end = (row + 1) * width
        var start = row * width
        while start < end {
            let (bits, run) = cells[start]
            // As many as look alike go out together.
            var next = start
            var text = ""
            while next < end, cells[next].bits == 0 || cells[next].run == run || bits == 0 {
                if bits == 0, cells[next].bits != 0 { break }
                text +=
                    cells[next].bits == 0
                    ? " "
                    : isOfLetters
                        ? Self.letter(ofRun: run)
                        : String(Character(UnicodeScalar(0x2800 + UInt16(cells[next].bits)) ?? " "))
                next += 1
            }
            line.append(text, color: isColored && bits != 0 ? run : nil)
            start = next
        }
    }
}
