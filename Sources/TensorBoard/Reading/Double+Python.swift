extension Double {
    /// The number that Python's `float` takes a text for; `nil` if it takes it for none.
    ///
    /// White space around it is left out. Digits may be those of any script, with single underscores
    /// between them. There are no hexadecimal numbers (Python's library reference, "float").
    init?(asPython text: String) {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        var plain = ""
        var before: Unicode.Scalar?
        var isUnderscore = false
        for scalar in scalars {
            let isDigit = scalar.decimalDigit != nil
            if isUnderscore, !isDigit { return nil }
            if scalar == "_" {
                guard before?.decimalDigit != nil else { return nil }
                isUnderscore = true
            } else {
                isUnderscore = false
                plain += scalar.decimalDigit.map { "\($0)" } ?? "\(scalar)"
            }
            before = scalar
        }
        guard !isUnderscore, plain.wholeMatch(of: Self.pythonNumber) != nil,
            let number = Double(plain)
        else { return nil }
        self = number
    }

    private static var pythonNumber: Regex<Substring> {
        /(?i)[+\-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+\-]?[0-9]+)?|inf|infinity|nan)/
            .asciiOnlyCharacterClasses()
            .matchingSemantics(.unicodeScalar)
    }
}

extension Unicode.Scalar {
    /// What a decimal digit of any script stands for.
    fileprivate var decimalDigit: Int? {
        guard properties.numericType == .decimal else { return nil }
        return properties.numericValue.map { Int($0) }
    }
}
