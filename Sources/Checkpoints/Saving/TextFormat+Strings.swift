internal import RecordIO

extension TextFormat {
    /// A text in double quotes, with escapes as protobuf's Python library writes them.
    static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
            switch scalar {
            case "\t": quoted += "\\t"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\"", "'", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ", "\u{7f}": quoted += octal(UInt8(scalar.value))
            default:
                // A byte of a path that is not UTF-8 is no text, either.
                let bytes = FileName.bytes(of: String(scalar))
                if bytes.count == 1, bytes[0] > 0x7f {
                    quoted += octal(bytes[0])
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        } + "\""
    }

    private static func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// Reads a string in either kind of quotes.
    mutating func string() throws(Malformed) -> [UInt8] {
        let quote = bytes[offset]
        offset += 1
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case quote: return text
            case UInt8(ascii: "\\"): text += try escaped()
            case UInt8(ascii: "\n"): throw Malformed(offset: offset - 1)
            default: text.append(byte)
            }
        }
        throw Malformed(offset: offset)
    }

    /// Reads what follows a backslash.
    private mutating func escaped() throws(Malformed) -> [UInt8] {
        let start = offset
        guard start < bytes.count else { throw Malformed(offset: start) }
        offset += 1
        switch bytes[start] {
        case UInt8(ascii: "a"): return [7]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            offset = start
            return [UInt8(truncatingIfNeeded: try number(radix: 8, digits: 1...3))]
        case UInt8(ascii: "x"):
            return [UInt8(truncatingIfNeeded: try number(radix: 16, digits: 1...2))]
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = bytes[start] == UInt8(ascii: "u") ? 4 : 8
            guard let scalar = Unicode.Scalar(try number(radix: 16, digits: count...count)) else {
                throw Malformed(offset: start)
            }
            return Array(String(scalar).utf8)
        case let byte where "\\'\"?".utf8.contains(byte): return [byte]
        default: throw Malformed(offset: start)
        }
    }

    private mutating func number(
        radix: Int, digits range: ClosedRange<Int>
    ) throws(Malformed) -> UInt32 {
        let digits = bytes[offset...].prefix(range.upperBound)
            .map { Character(Unicode.Scalar($0)) }
            .prefix { $0.isASCII && $0.hexDigitValue ?? 16 < radix }
        guard range.contains(digits.count), let number = UInt32(String(digits), radix: radix) else {
            throw Malformed(offset: offset)
        }
        offset += digits.count
        return number
    }
}
