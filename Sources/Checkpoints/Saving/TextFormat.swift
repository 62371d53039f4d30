/// The part of protobuf's text format that state files need: the strings at the top level of a
/// message, each with its field's name; all other fields are checked for their brackets and quotes,
/// and passed over.
///
///     name: "text" name: 'text' "goes on"  other: 1.5  other { … }  other: [ … ]  # comment
///
/// Source: https://protobuf.dev/reference/protobuf/textformat-spec
struct TextFormat {
    let bytes: [UInt8]
    /// Where reading goes on.
    var offset = 0

    private enum Token: Equatable {
        case word(String)
        case string([UInt8])
        case symbol(UInt8)
    }

    /// The text is not in the format from this byte on.
    struct Malformed: Error {
        let offset: Int
    }

    /// Begins to read a message.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads up to the next field that is a string; `nil` at the message's end.
    mutating func nextString() throws(Malformed) -> (name: String, text: [UInt8])? {
        while let token = try nextToken() {
            switch token {
            case .word(let name):
                if let text = try fieldValue() { return (name, text) }
            case .symbol(UInt8(ascii: "[")):  // The name of an extension.
                try skipBrackets()
                _ = try fieldValue()
            case .symbol(UInt8(ascii: ",")), .symbol(UInt8(ascii: ";")):
                continue
            case .symbol, .string:
                throw Malformed(offset: offset)
            }
        }
        return nil
    }

    /// Reads what follows a field's name.
    ///
    /// - Returns: The text of a string; `nil` for another value.
    private mutating func fieldValue() throws(Malformed) -> [UInt8]? {
        var token = try nextToken()
        let hasColon = token == .symbol(UInt8(ascii: ":"))
        if hasColon { token = try nextToken() }
        switch token {
        case .string(var text) where hasColon:
            // Strings that stand side by side are one.
            while true {
                let end = offset
                guard case .string(let more) = try nextToken() else {
                    offset = end
                    return text
                }
                text += more
            }
        case .word where hasColon:
            return nil
        case .symbol(UInt8(ascii: "{")), .symbol(UInt8(ascii: "<")),
            .symbol(UInt8(ascii: "[")) where hasColon:
            try skipBrackets()
            return nil
        default:
            throw Malformed(offset: offset)
        }
    }

    /// Reads on behind the bracket that closes the one that was just read.
    private mutating func skipBrackets() throws(Malformed) {
        var open = [bytes[offset - 1]]
        while let bracket = open.last {
            switch try nextToken() {
            case .symbol(let symbol) where "{[<".utf8.contains(symbol):
                open.append(symbol)
            case .symbol(let symbol) where "}]>".utf8.contains(symbol):
                // In ASCII each closing bracket is two after its opening one, but for "<".
                guard symbol == bracket + 2 else { throw Malformed(offset: offset - 1) }
                open.removeLast()
            case nil:
                throw Malformed(offset: offset)
            default:
                continue
            }
        }
    }

    /// Reads a token, with the white space and the comments before it; `nil` at the end.
    private mutating func nextToken() throws(Malformed) -> Token? {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t")...UInt8(ascii: "\r"):
                offset += 1
            case UInt8(ascii: "#"):
                offset = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                return .string(try string())
            case let byte where Self.isWord(byte):
                let end = bytes[offset...].firstIndex { !Self.isWord($0) } ?? bytes.count
                defer { offset = end }
                return .word(String(decoding: bytes[offset..<end], as: UTF8.self))
            case let byte where ":,;{}[]<>/".utf8.contains(byte):
                offset += 1
                return .symbol(byte)
            default:
                throw Malformed(offset: offset)
            }
        }
        return nil
    }

    /// Whether a byte may be part of a name or a number.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}
