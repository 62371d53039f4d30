import Platform
import TensorBoard

/// Curves of one tag as lines of text: braille patterns, two by four points a character.
struct TerminalChart {
    /// A run's curve.
    struct Curve {
        /// The run's number.
        let run: Int
        let steps: [Double]
        let values: [Double]
        let smoothed: [Double]
        let lastStep: Int64

        init(run: Int, points: [TagValues.Point], smoothing: Double) {
            self.run = run
            steps = points.map { Double($0.step) }
            values = points.map(\.value)
            smoothed = Smoothing.smoothed(values, weight: smoothing)
            lastStep = points.last?.step ?? 0
        }
    }

    /// How charts are drawn.
    struct Style {
        /// All columns, those of the labels included.
        let width: Int
        /// Lines of curves.
        let height: Int
        let isLogarithmic: Bool
        let showsOutliers: Bool
        let isColored: Bool
    }

    let title: String
    let curves: [Curve]
    /// The names of all runs.
    let runs: [String]

    /// How wide a chart is at least that has others beside it.
    static let narrowestOfSeveral = 75
    private static let labelWidth = 10
    /// How much of a run's name is always there.
    private static let narrowestName = 12

    /// The title, the chart, its axes, and a line for each run.
    func lines(_ style: Style) -> [TerminalLine] {
        let plotWidth = max(10, style.width - Self.labelWidth - 2)
        let scaled = curves.map { curve in
            style.isLogarithmic
                ? curve.smoothed.map { $0 > 0 ? log10($0) : .nan } : curve.smoothed
        }
        let (low, high) = Self.range(scaled.joined(), cutting: !style.showsOutliers)
        // Of a log whose steps were logged again, the last is not the greatest.
        let steps = curves.flatMap(\.steps)
        let (first, last) = (steps.min() ?? 0, steps.max() ?? 0)
        var canvas = TerminalCanvas(
            width: plotWidth, height: style.height,
            isOfLetters: !style.isColored && curves.count > 1)
        for (curve, values) in zip(curves, scaled) {
            let points = zip(curve.steps, values).map { step, value in
                let x = first == last ? 0.5 : (step - first) / (last - first)
                return (x: x, y: (value - low) / (high - low))
            }
            canvas.draw(points, ofRun: curve.run)
        }
        var lines = [
            TerminalLine(
                String(title.printable.shortened(to: style.width)), isBold: style.isColored)
        ]
        for row in 0..<style.height {
            // The labels of the lines at the top, in the middle and at the bottom.
            var label = ""
            if row == 0 || row == style.height - 1 || row == style.height / 2 {
                let part = 1 - Double(row) / Double(max(1, style.height - 1))
                let value = low + part * (high - low)
                label = (style.isLogarithmic ? pow(10, value) : value).short
            }
            var line = TerminalLine(Self.right(label, Self.labelWidth) + " ┤")
            canvas.append(row: row, to: &line, isColored: style.isColored)
            lines.append(line)
        }
        let ends = (Self.step(first), Self.step(last))
        let gap = plotWidth - ends.0.count - ends.1.count
        lines.append(
            TerminalLine(
                Self.right("step", Self.labelWidth) + "  "
                    + (gap > 0 ? ends.0 + String(repeating: " ", count: gap) + ends.1 : ends.1)))
        lines += curves.map { legend(of: $0, style) }
        return lines
    }

    private func legend(of curve: Curve, _ style: Style) -> TerminalLine {
        var line = TerminalLine("  ")
        line.append(
            style.isColored || curves.count == 1
                ? "━━" : String(repeating: TerminalCanvas.letter(ofRun: curve.run), count: 2),
            color: style.isColored ? curve.run : nil)
        let last = curve.values.last ?? .nan
        var words = ["last \(last.short)"]
        if let smooth = curve.smoothed.last, smooth.isFinite, smooth != last {
            words.append("smoothed \(smooth.short)")
        }
        let finite = curve.values.indices.filter { curve.values[$0].isFinite }
        if let least = finite.min(by: { curve.values[$0] < curve.values[$1] }) {
            words.append(
                "least \(curve.values[least].short) at step \(Self.step(curve.steps[least]))")
        }
        let name = runs[curve.run].printable
        var room: Int { style.width - 7 - words.joined(separator: ", ").count }
        // Rather without a number than with half of it.
        while words.count > 1, room < min(name.columnCount, Self.narrowestName) {
            words.removeLast()
        }
        line.append(" \(name.shortened(to: max(1, room)))  \(words.joined(separator: ", "))")
        return line.shortened(to: style.width)
    }

    /// What a chart shows: but for the highest and the lowest twentieth of many numbers, as TensorBoard
    /// has it, with a little room.
    static func range(
        _ numbers: some Sequence<Double>, cutting: Bool
    ) -> (low: Double, high: Double) {
        let sorted = numbers.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return (0, 1) }
        func at(_ part: Double) -> Double {
            sorted[Int((part * Double(sorted.count - 1)).rounded())]
        }
        let isCut = cutting && sorted.count > 20
        var (low, high) = isCut ? (at(0.05), at(0.95)) : (at(0), at(1))
        if low == high { (low, high) = (at(0), at(1)) }
        if low == high {
            let room = low == 0 ? 1 : low.magnitude * 0.1
            return (low - room, high + room)
        }
        let room = (high - low) * 0.04
        return (low - room, high + room)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.columnCount)) + text
    }

    private static func step(_ step: Double) -> String {
        step.magnitude < 1e15 ? "\(Int64(step))" : "\(step)"
    }
}

/// TensorBoard's way to smooth a curve.
enum Smoothing {
    /// A running mean, whose weights are put right for its start; without what is not finite, and none
    /// where all values are the same (`vz_line_chart2` of TensorBoard's sources).
    static func smoothed(_ values: [Double], weight: Double) -> [Double] {
        guard weight > 0, let first = values.first else { return values }
        if values.allSatisfy({ $0 == first }) { return values }
        var last = 0.0
        var correction = 1.0
        return values.map { value in
            guard value.isFinite else { return value }
            last = last * weight + (1 - weight) * value
            correction *= weight
            return last / (1 - correction)
        }
    }
}
