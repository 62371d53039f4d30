extension Float {
    /// As few digits as tell the value from all others: `1`, `0.0001`, `1e-05`.
    var shortest: String {
        let text = description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// As ``Swift/Double/short``.
    var short: String { Double(self).short }
}

extension Double {
    /// Four decimals, or an exponent where those would not show two digits: `0.5231`, `9.8e-05`.
    var short: String {
        guard isFinite, self != 0, magnitude < 0.001 || magnitude >= 10_000 else {
            return decimals(4)
        }
        let (mantissa, exponent) = scientific
        let digits = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
        return "\(mantissa.decimals(1))e\(exponent < 0 ? "-" : "+")\(digits)"
    }

    /// As few columns as show two digits or three: `12`, `1.23`, `0.012`, `9.8e-5`.
    var narrow: String {
        if self == rounded(), magnitude < 100_000 { return "\(Int(self))" }
        guard isFinite, magnitude < 0.00995 || magnitude >= 99_999.5 else {
            return decimals([99.95, 9.995, 0.9995].firstIndex { magnitude >= $0 } ?? 3)
        }
        let (mantissa, exponent) = scientific
        return "\(mantissa.decimals(1))e\(exponent)"
    }

    /// The number as a mantissa of one digit before the point, rounded to one behind it, and a power of
    /// ten. It has to be finite and not 0.
    private var scientific: (mantissa: Double, exponent: Int) {
        var (mantissa, exponent) = (self, 0)
        while mantissa.magnitude >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa.magnitude < 0.995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return (mantissa, exponent)
    }
}

extension Double {
    /// The value with this many decimals: `(2.0 / 3).decimals(2)` is `0.67`.
    func decimals(_ count: Int) -> String {
        guard isFinite, magnitude < 1e15 else { return description }
        var scale = 1
        for _ in 0..<count { scale *= 10 }
        let scaled = Int((magnitude * Double(scale)).rounded())
        let sign = self < 0 && scaled != 0 ? "-" : ""
        guard count > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: count - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }

    /// Three digits as far as there are decimals: `0.512`, `41.3`, `1205`.
    var threeDigits: String {
        decimals(magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2)
    }
}

extension Duration {
    /// The next of 1, 2, 5, 10, 20 and 30 seconds or minutes; from an hour on, of whole hours.
    var roundedUp: Duration {
        let steps: [Duration] = [1, 60].flatMap { unit in
            [1, 2, 5, 10, 20, 30].map { .seconds(unit * $0) }
        }
        let hours = (self / .seconds(3600)).rounded(.up)
        return steps.first { $0 >= self } ?? .seconds(3600 * hours)
    }

    /// Its greatest units: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 04 h`.
    var inWords: String {
        let seconds = self / .seconds(1)
        guard seconds < 1e12 else { return "for ever" }
        if seconds < 9.95 {
            return "\(seconds.decimals(seconds == seconds.rounded() ? 0 : 1)) s"
        }
        let whole = Int(seconds.rounded())
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(two(whole % 60)) s"
        case ..<86400: return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
        default: return "\(whole / 86400) d \(two(whole / 3600 % 24)) h"
        }
    }
}
