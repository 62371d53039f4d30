import Platform
import RecordIO

/// An embedding as a run's `projector_config.pbtxt` names it, whoever wrote that.
public struct StoredEmbedding: Sendable, Equatable {
    /// The name by which the projector offers it.
    public var name = ""
    /// The vectors' file; a path from the run's folder, or from the root.
    public var tensorPath: String?
    /// The file of what is known of each vector.
    public var metadataPath: String?
    /// The file of a picture for each vector.
    public var spritePath: String?
    /// The number of vectors, and of the numbers of each, as far as the file says it.
    public var shape: [Int] = []

    /// Whether the vectors' file is of bytes, as far as its name tells.
    public var isBinary: Bool { tensorPath?.utf8.reversed().starts(with: "setyb.".utf8) ?? false }

    /// Reads what a run's folder says of its embeddings; `nil` if it says nothing.
    ///
    /// - Throws: `EventFileError` if the file cannot be read, or is no text in protobuf's text format.
    public static func all(ofRun folder: String) throws(EventFileError) -> [StoredEmbedding]? {
        let path = "\(folder)/\(ProjectorFolder.configurationName)"
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: ProjectorFolder.maximumLength)
        } catch {
            if error.code == ENOENT { return nil }
            throw EventFileError(error)
        }
        var text = TextFormat(bytes)
        guard let fields = text.message() else {
            throw EventFileError(
                path: path, offset: text.offset, problem: .otherFormat,
                description: "no text in protobuf's text format, from byte \(text.offset) on; let "
                    + "its writer write it anew, or remove it")
        }
        return fields.compactMap { field in
            guard field.name == "embeddings", case .message(let fields) = field.value else {
                return nil
            }
            return StoredEmbedding(fields)
        }
    }

    private init(_ fields: [TextFormat.Field]) {
        for field in fields {
            switch (field.name, field.value) {
            case ("tensor_name", .text(let text)): name = text
            case ("tensor_path", .text(let text)): tensorPath = text
            case ("metadata_path", .text(let text)): metadataPath = text
            case ("tensor_shape", .word(let word)):
                shape += word.split(separator: ",").compactMap { Int($0) }
            case ("sprite", .message(let fields)):
                for case ("image_path", .text(let text)) in fields.map({ ($0.name, $0.value) }) {
                    spritePath = text
                }
            default: break
            }
        }
    }
}

/// Protobuf's text format, as far as messages of texts, numbers and messages need it.
///
///     message = (name (":" value | ":"? "{" message "}") [","|";"])*
///     value   = string+ | word | "[" word ("," word)* "]"
///
/// Source: the Text Format Language Specification of Protocol Buffers.
struct TextFormat {
    struct Field {
        let name: String
        let value: Value
    }

    indirect enum Value {
        case text(String)
        /// A number or a name; of a list, all of it with commas between.
        case word(String)
        case message([Field])
    }

    private let bytes: [UInt8]
    private(set) var offset = 0

    /// How deep messages may lie in each other.
    private static let greatestDepth = 32

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads all fields up to the end; `nil` if there is something else, at `offset`.
    mutating func message(depth: Int = 0) -> [Field]? {
        guard depth < Self.greatestDepth else { return nil }
        var fields: [Field] = []
        while true {
            skipSpace()
            guard let byte = next else { return depth == 0 ? fields : nil }
            if byte == UInt8(ascii: "}") {
                guard depth > 0 else { return nil }
                offset += 1
                return fields
            }
            guard let name = word() else { return nil }
            skipSpace()
            let hasColon = take(":")
            skipSpace()
            if take("{") {
                guard let message = message(depth: depth + 1) else { return nil }
                fields.append(Field(name: name, value: .message(message)))
            } else {
                guard hasColon, let value = value() else { return nil }
                fields.append(Field(name: name, value: value))
            }
            skipSpace()
            if !take(",") { _ = take(";") }
        }
    }

    private mutating func value() -> Value? {
        if take("[") {
            var words: [String] = []
            skipSpace()
            while !take("]") {
                guard let word = word() else { return nil }
                words.append(word)
                skipSpace()
                _ = take(",")
                skipSpace()
            }
            return .word(words.joined(separator: ","))
        }
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return word().map { .word($0) }
        }
        var text: [UInt8] = []
        while let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            offset += 1
            guard string(&text, until: quote) else { return nil }
            skipSpace()
        }
        return .text(String(decoding: text, as: UTF8.self))
    }

    /// Reads a string behind its first quote.
    private mutating func string(_ text: inout [UInt8], until quote: UInt8) -> Bool {
        while let byte = next, byte != quote {
            offset += 1
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard let escape = next else { return false }
            offset += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(0x0a)
            case UInt8(ascii: "r"): text.append(0x0d)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                var number = Int(escape - 0x30)
                for _ in 0..<2 {
                    guard let digit = next, (0x30...0x37).contains(digit) else { break }
                    number = number * 8 + Int(digit - 0x30)
                    offset += 1
                }
                text.append(UInt8(truncatingIfNeeded: number))
            case UInt8(ascii: "x"):
                var number = 0
                for _ in 0..<2 {
                    guard let digit = next.flatMap({ Self.hexadecimal($0) }) else { break }
                    number = number * 16 + digit
                    offset += 1
                }
                text.append(UInt8(number))
            default: text.append(escape)
            }
        }
        return take(quote == UInt8(ascii: "'") ? "'" : "\"")
    }

    private static func hexadecimal(_ byte: UInt8) -> Int? {
        Int(String(Unicode.Scalar(byte)), radix: 16)
    }

    private mutating func word() -> String? {
        let start = offset
        while let byte = next {
            let scalar = Unicode.Scalar(byte)
            guard
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar) || "_-+.".unicodeScalars.contains(scalar)
            else { break }
            offset += 1
        }
        return offset > start ? String(decoding: bytes[start..<offset], as: UTF8.self) : nil
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let next, Unicode.Scalar(next) == character else { return false }
        offset += 1
        return true
    }

    @inline(never)
    private mutating func skipSpace() {
        while let byte = next {
            if byte == UInt8(ascii: "#") {
                while let byte = next, byte != 0x0a { offset += 1 }
            } else if byte == 0x20 || (0x09...0x0d).contains(byte) {
                offset += 1
            } else {
                return
            }
        }
    }
}
