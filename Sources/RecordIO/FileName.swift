import Platform

/// Names and paths of the file system as text. The system has them as bytes, which need not be
/// UTF-8.
///
/// A byte that is not part of UTF-8 is in the text as a character of Unicode's last private area,
/// U+10FE80...U+10FEFF; so are the bytes of these characters themselves, should a name hold one. So
/// every name has a text of its own, and gets its bytes back from it; Python does the same with
/// surrogates (PEP 383), which Swift's strings cannot hold.
///
/// ```swift
/// FileName.text(of: [0x61, 0xff])            // "a\u{10feff}"
/// FileName.bytes(of: "a\u{10feff}")          // [0x61, 0xff]
/// FileName.printable("a\u{10feff}")          // "a\u{fffd}"
/// ```
public enum FileName {
    /// Where a byte's character is, less the byte.
    private static let escapes: UInt32 = 0x10_fe00

    /// The text for a name's bytes.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !hasEscapes(text) { return text }
        var text = String.UnicodeScalarView()
        var rest = Array(bytes)[...]
        while let first = rest.first {
            // The shortest piece that is UTF-8 is one character.
            let scalar = (1...4).lazy.compactMap { count in
                String(validating: rest.prefix(count), as: UTF8.self)?.unicodeScalars.first
            }.first
            if let scalar, byte(scalar) == nil {
                text.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                if let escape = Unicode.Scalar(escapes + UInt32(first)) { text.append(escape) }
                rest = rest.dropFirst()
            }
        }
        return String(text)
    }

    /// The text for a name in memory that ends with a zero byte.
    static func text(of name: UnsafePointer<CChar>) -> String {
        text(of: UnsafeBufferPointer(start: name, count: strlen(name)).map(UInt8.init(bitPattern:)))
    }

    /// The bytes of the name that has this text.
    public static func bytes(of text: String) -> [UInt8] {
        guard hasEscapes(text) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in
            byte(scalar).map { [$0] } ?? Array(String(scalar).utf8)
        }
    }

    /// The text with U+FFFD for what is not UTF-8, as TensorBoard shows it.
    public static func printable(_ text: String) -> String {
        guard hasEscapes(text) else { return text }
        var printable = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            printable.append(byte(scalar) == nil ? scalar : "\u{fffd}")
        }
        return String(printable)
    }

    /// Whether a name's bytes come before another's. Swift's order takes names for equal that only
    /// look alike.
    public static func precedes(_ first: String, _ second: String) -> Bool {
        guard hasEscapes(first) || hasEscapes(second) else {
            return first.utf8.lexicographicallyPrecedes(second.utf8)
        }
        return bytes(of: first).lexicographicallyPrecedes(bytes(of: second))
    }

    /// Calls the system with a path.
    ///
    /// - Returns: What the call returned; -1, with `EINVAL` as the reason, for a path that holds a
    ///   zero, at which the system would cut it.
    static func withPath(_ path: String, _ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
        let bytes = bytes(of: path)
        guard !bytes.contains(0) else {
            errno = EINVAL
            return -1
        }
        return (bytes + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.map(body) ?? -1 }
        }
    }

    /// Gives a file another name, in place of a file that has it.
    ///
    /// - Returns: Whether the system did it; if not, `errno` tells why.
    static func rename(_ path: String, to other: String) -> Bool {
        withPath(path) { path in withPath(other) { Platform.rename(path, $0) } } == 0
    }

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        guard (escapes + 0x80...escapes + 0xff).contains(scalar.value) else { return nil }
        return UInt8(scalar.value - escapes)
    }

    /// All of them are F4 8F B8…BB and another byte in UTF-8.
    private static func hasEscapes(_ text: String) -> Bool {
        text.utf8.contains(0xf4) && text.unicodeScalars.contains { byte($0) != nil }
    }
}
