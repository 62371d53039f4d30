internal import TensorFlowTypes

/// The type of a NumPy file's elements.
struct NPYElement {
    /// How many bytes an element takes.
    let size: Int
    private let kind: Kind
    private let isBigEndian: Bool

    private enum Kind: Character {
        case bool = "b"
        case signed = "i"
        case unsigned = "u"
        case real = "f"
    }

    /// A whole number that no float32 is.
    struct NotAFloat: Error {
        let number: String
        /// Which element it is.
        let index: Int
    }

    /// The type of a name such as `<f4`: a byte order, a kind and a size; `nil` for one that is not of
    /// real numbers.
    init?(_ name: String) {
        let parts = Array(name)
        guard parts.count == 3, let kind = Kind(rawValue: parts[1]), let size = Int("\(parts[2])")
        else { return nil }
        let sizes: [Int] =
            switch kind {
            case .bool: [1]
            case .signed, .unsigned: [1, 2, 4, 8]
            case .real: [2, 4, 8]
            }
        guard sizes.contains(size) else { return nil }
        switch parts[0] {
        case ">": isBigEndian = true
        case "<", "=": isBigEndian = false
        case "|" where size == 1: isBigEndian = false
        default: return nil
        }
        self.kind = kind
        self.size = size
    }

    /// The elements as float32.
    func decode(_ bytes: ArraySlice<UInt8>) throws(NotAFloat) -> [Float] {
        var floats: [Float] = []
        floats.reserveCapacity(bytes.count / size)
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: size) {
            var bits: UInt64 = 0
            let element = bytes[start..<start + size]
            if isBigEndian {
                for byte in element { bits = bits << 8 | UInt64(byte) }
            } else {
                for byte in element.reversed() { bits = bits << 8 | UInt64(byte) }
            }
            guard let float = float(bits) else {
                throw NotAFloat(
                    number: kind == .signed ? "\(signed(bits))" : "\(bits)", index: floats.count)
            }
            floats.append(float)
        }
        return floats
    }

    private func float(_ bits: UInt64) -> Float? {
        switch kind {
        case .bool: bits == 0 ? 0 : 1
        case .signed: Float(exactly: signed(bits))
        case .unsigned: Float(exactly: bits)
        case .real:
            switch size {
            case 2: Float(halfBits: UInt16(truncatingIfNeeded: bits))
            case 4: Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            default: Float(Double(bitPattern: bits))
            }
        }
    }

    private func signed(_ bits: UInt64) -> Int64 {
        let unused = UInt64(64 - 8 * size)
        return Int64(bitPattern: bits << unused) >> unused
    }
}
