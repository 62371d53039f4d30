extension String {
    /// The text as a cell of CSV, in quotes where it needs them (RFC 4180).
    var cellOfCSV: String {
        guard utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return self }
        let quote = UInt8(ascii: "\"")
        let doubled = utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return String(decoding: [quote] + doubled + [quote], as: UTF8.self)
    }

    /// The text as a string of JSON, in quotes (RFC 8259).
    var stringOfJSON: String {
        var json = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\":
                json.append("\\")
                json.append(scalar)
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                let zeros = String(repeating: "0", count: 4 - digits.count)
                json.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
            default:
                json.append(scalar)
            }
        }
        json.append("\"")
        return String(json)
    }
}
