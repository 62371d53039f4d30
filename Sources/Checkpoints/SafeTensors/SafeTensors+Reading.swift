internal import RecordIO
internal import TensorFlowTypes

extension SafeTensors {
    /// Reads a file.
    ///
    /// - Parameter limit: The most bytes that it may have; 1 GiB unless told otherwise.
    /// - Throws: ``SafeTensorsError`` where it cannot be read, or is no such file.
    public init(reading path: String, limit: Int = 1 << 30) throws(SafeTensorsError) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: limit)
        } catch {
            throw SafeTensorsError(.system(error), path: path)
        }
        try self.init(bytes, path: path)
    }

    /// Reads a file's bytes.
    ///
    /// - Parameter path: what errors call it.
    public init(_ bytes: [UInt8], path: String) throws(SafeTensorsError) {
        func failure(_ problem: SafeTensorsError.Problem, _ offset: Int) -> SafeTensorsError {
            SafeTensorsError(problem, path: path, offset: offset)
        }
        if let foreign = ForeignFile(beginningWith: bytes) {
            throw SafeTensorsError(.foreign(foreign), path: path)
        }
        guard bytes.count >= 8 else { throw failure(.truncated, bytes.count) }
        let promised = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard promised <= Self.greatestHeader else { throw failure(.wrongHeader, 0) }
        let start = 8 + Int(promised)
        guard start <= bytes.count else { throw failure(.truncated, bytes.count) }
        var parser = SafeTensorsHeader(bytes: bytes[8..<start])
        guard parser.read() else { throw failure(.wrongHeader, parser.offset) }

        metadata = parser.metadata
        var end = 0
        // The format allows no holes and no overlap.
        for entry in parser.entries.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard let type = Self.types.first(where: { $0.name == entry.type })?.type else {
                throw failure(.unknownType(entry.type, tensor: entry.name), entry.offset)
            }
            guard entry.range.lowerBound == end,
                type.byteCount(ofShape: entry.shape) == entry.range.count
            else { throw failure(.wrongPlace(tensor: entry.name), entry.offset) }
            end = entry.range.upperBound
            guard end <= bytes.count - start else { throw failure(.truncated, bytes.count) }
            let stored = bytes[start + entry.range.lowerBound..<start + end]
            tensors.append(
                (entry.name, TensorValue(type: type, bytes: Array(stored), shape: entry.shape)))
        }
        guard end == bytes.count - start else { throw failure(.trailingBytes, start + end) }
    }
}

/// The header of a file: the JSON that it may consist of.
private struct SafeTensorsHeader {
    struct Entry {
        var name: String
        var type = ""
        var shape: [Int] = []
        var range = 0..<0
        /// Where in the file it begins.
        var offset: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]
    private var rest: ArraySlice<UInt8>
    private var names: Set<String> = []

    init(bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Where in the file it stands.
    var offset: Int { rest.startIndex }

    /// Reads all of it; returns whether it is as it has to be.
    mutating func read() -> Bool {
        guard rest.first == UInt8(ascii: "{") else { return false }
        let isWhole = object { parser, name in
            guard parser.names.insert(name).inserted else { return false }
            return name == "__metadata__" ? parser.readMetadata() : parser.readEntry(name)
        }
        skipSpaces()
        return isWhole && rest.isEmpty
    }

    private mutating func readMetadata() -> Bool {
        object { parser, key in
            guard let text = parser.string() else { return false }
            parser.metadata[key] = text
            return true
        }
    }

    private mutating func readEntry(_ name: String) -> Bool {
        var entry = Entry(name: name, offset: offset)
        var missing: Set = ["dtype", "shape", "data_offsets"]
        let isWhole = object { parser, key in
            guard missing.remove(key) != nil else { return false }
            switch key {
            case "dtype":
                guard let type = parser.string() else { return false }
                entry.type = type
            case "shape":
                guard let shape = parser.numbers() else { return false }
                entry.shape = shape
            default:
                guard let range = parser.numbers(), range.count == 2, range[0] <= range[1]
                else { return false }
                entry.range = range[0]..<range[1]
            }
            return true
        }
        entries.append(entry)
        return isWhole && missing.isEmpty
    }

    private mutating func object(
        _ member: (inout SafeTensorsHeader, String) -> Bool
    ) -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        repeat {
            guard let key = string(), take(":"), member(&self, key) else { return false }
        } while take(",")
        return take("}")
    }

    private mutating func numbers() -> [Int]? {
        guard take("[") else { return nil }
        var numbers: [Int] = []
        if take("]") { return numbers }
        repeat {
            skipSpaces()
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
            numbers.append(number)
            rest = rest[digits.endIndex...]
        } while take(",")
        return take("]") ? numbers : nil
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var units: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: units, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                units += String(Character(scalar)).utf8
            case 0..<0x20: return nil
            default: units.append(byte)
            }
        }
        return nil
    }

    /// What a backslash begins.
    private mutating func escaped() -> Unicode.Scalar? {
        guard let byte = rest.popFirst() else { return nil }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal() else { return nil }
            guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
            // A pair stands for one beyond the first plane.
            guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
                let low = hexadecimal(), (0xDC00..<0xE000).contains(low)
            else { return nil }
            return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }

    private mutating func hexadecimal() -> UInt32? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        rest = rest.dropFirst(4)
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func take(_ token: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard rest.first == UInt8(ascii: token) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func skipSpaces() {
        rest = rest.drop { [9, 10, 13, 32].contains($0) }
    }
}
