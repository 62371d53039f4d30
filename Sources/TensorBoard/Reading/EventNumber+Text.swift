extension Event.Number: CustomStringConvertible {
    /// The shortest decimal that reads as the same number in its own type; `NaN`, `Infinity` and
    /// `-Infinity` for what has none; 1 or 0 for a truth value; `1.0-2.0j` for a complex number, as
    /// Python reads it.
    ///
    /// ```swift
    /// "\(Event.Number.float(0.1))"                     // "0.1"
    /// "\(Event.Number.double(Double(Float(0.1))))"     // "0.10000000149011612"
    /// "\(Event.Number.integer(9_007_199_254_740_993))" // "9007199254740993"
    /// ```
    public var description: String {
        switch self {
        case .float(let number): Self.text(number)
        case .double(let number): Self.text(number)
        case .integer(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        case .bool(let isTrue): isTrue ? "1" : "0"
        case .complex(let number): Self.text(number)
        }
    }

    /// The shortest decimal of a number.
    public static func text<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ number: Number
    ) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return "\(number)"
    }

    private static func text(_ number: Event.Complex) -> String {
        let imaginary = number.imaginary
        let sign = imaginary.sign == .minus && !imaginary.isNaN ? "-" : "+"
        return "\(text(number.real))\(sign)\(text(imaginary.magnitude))j"
    }
}
