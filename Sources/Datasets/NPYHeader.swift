internal import RecordIO

/// The header of a NumPy file: what a Python dictionary of three entries says.
struct NPYHeader {
    private(set) var type = ""
    private(set) var isColumnMajor = false
    private(set) var shape: [Int] = []

    /// Reads the header of a file.
    ///
    /// - Returns: The header, and where the data begin.
    static func read(
        _ bytes: [UInt8], path: String
    ) throws(NPYError) -> (header: NPYHeader, end: Int) {
        let magic = NPY.magic
        guard bytes.starts(with: magic) else {
            throw ForeignFile(beginningWith: bytes).map { NPYError(.foreign($0), path: path) }
                ?? NPYError(.noNPY, path: path, offset: 0)
        }
        guard bytes.count > magic.count + 1 else {
            throw NPYError(.truncated, path: path, offset: bytes.count)
        }
        let version = bytes[magic.count]
        guard (1...3).contains(version) else {
            throw NPYError(.wrongVersion(version), path: path, offset: magic.count)
        }
        let start = magic.count + 2 + (version == 1 ? 2 : 4)
        guard bytes.count >= start else {
            throw NPYError(.truncated, path: path, offset: bytes.count)
        }
        let length = bytes[(magic.count + 2)..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - start >= length else {
            throw NPYError(.truncated, path: path, offset: bytes.count)
        }
        var parser = Parser(bytes: bytes[start..<start + length])
        guard let header = parser.dictionary() else {
            throw NPYError(.wrongHeader, path: path, offset: parser.offset)
        }
        return (header, start + length)
    }

    /// A parser of the few Python literals that a header consists of.
    private struct Parser {
        private var rest: ArraySlice<UInt8>

        init(bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        /// Where in the file it stands.
        var offset: Int { rest.startIndex }

        mutating func dictionary() -> NPYHeader? {
            var header = NPYHeader()
            var missing: Set = ["descr", "fortran_order", "shape"]
            guard take("{") else { return nil }
            while !take("}") {
                guard let key = string(), missing.remove(key) != nil, take(":") else { return nil }
                switch key {
                case "descr":
                    guard let type = string() ?? list() else { return nil }
                    header.type = type
                case "fortran_order":
                    guard let isColumnMajor = bool() else { return nil }
                    header.isColumnMajor = isColumnMajor
                default:
                    guard let shape = tuple() else { return nil }
                    header.shape = shape
                }
                if !take(",") {
                    guard take("}") else { return nil }
                    break
                }
            }
            skipSpaces()
            return rest.isEmpty && missing.isEmpty ? header : nil
        }

        private mutating func string() -> String? {
            skipSpaces()
            guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
            else { return nil }
            let text = rest.dropFirst().prefix { $0 != quote }
            guard text.endIndex < rest.endIndex else { return nil }
            rest = rest[(text.endIndex + 1)...]
            return String(decoding: text, as: UTF8.self)
        }

        /// A type with fields, as it is written, up to a hundred bytes.
        private mutating func list() -> String? {
            guard rest.first == UInt8(ascii: "[") else { return nil }
            let start = rest
            var depth = 0
            while let byte = rest.first {
                if "\"'".utf8.contains(byte) {
                    guard string() != nil else { return nil }
                    continue
                }
                rest = rest.dropFirst()
                if byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: "]") { depth -= 1 }
                if depth == 0 {
                    return String(decoding: start[..<rest.startIndex].prefix(100), as: UTF8.self)
                }
            }
            return nil
        }

        private mutating func bool() -> Bool? {
            if take("True") { return true }
            return take("False") ? false : nil
        }

        private mutating func tuple() -> [Int]? {
            guard take("(") else { return nil }
            var sizes: [Int] = []
            while !take(")") {
                skipSpaces()
                let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                guard let size = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                sizes.append(size)
                rest = rest[digits.endIndex...]
                _ = take("L")  // A long integer of Python 2.
                if !take(",") {
                    guard take(")") else { return nil }
                    break
                }
            }
            return sizes
        }

        private mutating func take(_ token: String) -> Bool {
            skipSpaces()
            guard rest.starts(with: token.utf8) else { return false }
            rest = rest.dropFirst(token.utf8.count)
            return true
        }

        private mutating func skipSpaces() {
            rest = rest.drop { $0 == 32 || $0 == 10 }
        }
    }
}
