internal import Platform

/// A name that is told from others by its UTF-8 bytes: a tag's, a run's, a file's.
///
/// Swift's strings are equal where Unicode calls them equivalent: "é" as one scalar equals "e" with
/// an accent behind it. TensorBoard and file systems see two names there.
///
/// ```swift
/// "caf\u{e9}" == "cafe\u{301}"                        // true
/// ExactName("caf\u{e9}") == ExactName("cafe\u{301}")  // false
/// ```
///
/// The order is that of the bytes, which is that of Unicode's scalars, too: so TensorBoard's readers
/// sort, and `ls` in the C locale.
package struct ExactName: Hashable, Comparable, Sendable {
    /// The name.
    package let string: String

    /// Makes a name of a string's bytes.
    package init(_ string: String) {
        self.string = string
    }

    /// Makes a name of a part of a string.
    package init(_ part: Substring) {
        string = String(part)
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.withBytes { one in
            other.withBytes { other in
                guard one.count == other.count, let first = one.baseAddress,
                    let second = other.baseAddress
                else { return one.count == other.count }
                return memcmp(first, second, one.count) == 0
            }
        }
    }

    package static func < (one: Self, other: Self) -> Bool {
        one.withBytes { one in other.withBytes { other in one.lexicographicallyPrecedes(other) } }
    }

    package func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Gives the name's bytes to a closure.
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = string.utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(string.utf8).withUnsafeBufferPointer(body)
    }
}

extension ExactName: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { string }
}
