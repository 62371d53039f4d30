/// JSON that is put together from its start, and can stand in a page: `<` is written as `\u003c`.
struct ReportJSON {
    private(set) var text = ""
    private var isFirst = true

    /// How long it is so far.
    var byteCount: Int { text.utf8.count }

    /// An object, whose fields the closure gives.
    mutating func object(_ body: (inout ReportJSON) -> Void) {
        text += "{"
        isFirst = true
        body(&self)
        text += "}"
        isFirst = false
    }

    mutating func field(_ name: String, _ value: String) {
        rawField(name, Self.quoted(value))
    }

    /// A number; `null` for one that is not finite, which JSON does not have.
    mutating func field(_ name: String, _ value: Double) {
        let isWhole = value == value.rounded() && value.magnitude < 1e15
        rawField(name, !value.isFinite ? "null" : isWhole ? "\(Int64(value))" : "\(value)")
    }

    /// A field whose value is JSON.
    mutating func rawField(_ name: String, _ json: String) {
        begin(name)
        text += json
        isFirst = false
    }

    /// A list of objects.
    mutating func list<Item>(
        _ name: String, _ items: [Item], _ body: (inout ReportJSON, Item) -> Void
    ) {
        begin(name)
        text += "["
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            object { body(&$0, item) }
        }
        text += "]"
        isFirst = false
    }

    private mutating func begin(_ name: String) {
        if !isFirst { text += "," }
        text += "\"\(name)\":"
    }

    /// A text as JSON, without anything that a page's parser would see in it, whatever scalars a
    /// character is made of.
    static func quoted(_ text: String) -> String {
        var json = String.UnicodeScalarView()
        for scalar in text.stringOfJSON.unicodeScalars {
            switch scalar {
            case "<": json.append(contentsOf: "\\u003c".unicodeScalars)
            case "\u{2028}": json.append(contentsOf: "\\u2028".unicodeScalars)
            case "\u{2029}": json.append(contentsOf: "\\u2029".unicodeScalars)
            default: json.append(scalar)
            }
        }
        return String(json)
    }
}

/// Base 64 (RFC 4648).
enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Bytes, four characters for three of them.
    static func text(ofBytes bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { text(of: $0) }
    }

    /// Numbers, little-endian.
    static func text<Number: BitwiseCopyable>(of numbers: [Number]) -> String {
        numbers.withUnsafeBytes { text(of: $0) }
    }

    private static func text(of bytes: UnsafeRawBufferPointer) -> String {
        let length = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: length) { output in
            digits.withUnsafeBufferPointer { digits in
                var place = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let count = min(3, bytes.count - start)
                    var group = UInt32(bytes[start]) << 16
                    if count > 1 { group |= UInt32(bytes[start + 1]) << 8 }
                    if count > 2 { group |= UInt32(bytes[start + 2]) }
                    for digit in 0..<4 {
                        output[place] =
                            digit <= count
                            ? digits[Int(group >> UInt32(18 - 6 * digit)) & 63] : UInt8(ascii: "=")
                        place += 1
                    }
                }
            }
            return length
        }
    }
}
