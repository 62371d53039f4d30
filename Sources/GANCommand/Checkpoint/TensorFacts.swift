import Checkpoints
import Platform
import RecordIO
import TensorFlowTypes

/// What can be said of a tensor's elements in a line.
struct TensorFacts {
    /// Of the finite numbers.
    struct Statistics {
        var mean = Double.nan
        var deviation = Double.nan
        var least = Double.nan
        var greatest = Double.nan
        /// How many are infinite or not numbers.
        var notFinite = 0
    }

    let count: Int
    let byteCount: Int
    /// CRC-32C of the bytes, eight hexadecimal digits.
    let checksum: String
    /// `nil` of strings and of types without an order.
    let statistics: Statistics?

    init(_ tensor: TensorValue) {
        count = tensor.count
        var checksum: UInt32 = 0
        if case .string(let strings) = tensor.elements {
            byteCount = strings.reduce(0) { $0 + $1.count }
            for string in strings { checksum = CRC32C.extend(checksum, by: string.span.bytes) }
        } else {
            let size = tensor.withBytes { bytes in
                checksum = CRC32C.extend(checksum, by: bytes)
                return bytes.byteCount
            }
            byteCount = size
        }
        let digits = String(checksum, radix: 16)
        self.checksum = String(repeating: "0", count: 8 - digits.count) + digits
        statistics = tensor.doubles.map { Statistics($0) }
    }
}

extension TensorFacts.Statistics {
    init(_ numbers: [Double]) {
        let finite = numbers.filter(\.isFinite)
        notFinite = numbers.count - finite.count
        guard let least = finite.min(), let greatest = finite.max() else { return }
        (self.least, self.greatest) = (least, greatest)
        let count = Double(finite.count)
        let mean = finite.reduce(0) { $0 + $1 / count }
        self.mean = mean
        deviation = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }.squareRoot()
    }
}

/// How the elements of two tensors of one type and shape differ.
struct TensorDifference {
    /// How many differ.
    private(set) var count = 0
    let elementCount: Int
    /// The mean and the greatest of the distances that are finite; `nil` of other things than numbers.
    private(set) var mean: Double?
    private(set) var greatest: Double?
    /// The greatest distance as a part of the greatest number of the first tensor.
    private(set) var relative: Double?

    init(_ one: TensorValue, _ other: TensorValue, tolerance: Double) {
        elementCount = one.count
        if one == other, tolerance >= 0, one.doubles?.contains(where: \.isNaN) != true { return }
        guard let ours = one.doubles, let theirs = other.doubles else {
            count = Self.differences(one, other)
            return
        }
        var (sum, most, largest, finiteCount) = (0.0, 0.0, 0.0, 0)
        for (a, b) in zip(ours, theirs) {
            if a.isFinite { largest = max(largest, a.magnitude) }
            let distance = (a - b).magnitude
            // Two that are no numbers, or one infinity, are the same.
            if a == b || a.isNaN && b.isNaN { continue }
            if distance.isFinite, distance <= tolerance { continue }
            count += 1
            guard distance.isFinite else { continue }
            finiteCount += 1
            sum += distance
            most = max(most, distance)
        }
        // Whole numbers of 64 bits may differ by less than a double tells.
        if count == 0, tolerance == 0, one.type == .int64 || one.type == .uint64 {
            count = Self.differences(one, other)
        }
        guard finiteCount > 0 else { return }
        mean = sum / Double(elementCount)
        greatest = most
        if largest > 0 { relative = most / largest }
    }

    private static func differences(_ one: TensorValue, _ other: TensorValue) -> Int {
        if case .string(let ours) = one.elements, case .string(let theirs) = other.elements {
            return zip(ours, theirs).count { $0 != $1 }
        }
        let size = max(1, one.type.byteCount)
        let (ours, theirs) = (one.bytes, other.bytes)
        return stride(from: 0, to: min(ours.count, theirs.count), by: size).count { start in
            ours[start..<start + size] != theirs[start..<start + size]
        }
    }
}

extension TensorValue {
    fileprivate var bytes: [UInt8] {
        withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }

    /// The elements as numbers; `nil` of strings, complex numbers and types of less than a byte.
    var doubles: [Double]? {
        switch elements {
        case .float(let numbers): return numbers.map { Double($0) }
        case .double(let numbers): return numbers
        case .int32(let numbers): return numbers.map { Double($0) }
        case .int64(let numbers): return numbers.map { Double($0) }
        case .uint8(let numbers): return numbers.map { Double($0) }
        case .bool(let values): return values.map { $0 ? 1 : 0 }
        case .string: return nil
        case .bytes(let type, _):
            switch type {
            case .int8, .qint8: return values(of: Int8.self)?.map { Double($0) }
            case .int16, .qint16: return values(of: Int16.self)?.map { Double($0) }
            case .uint16, .quint16: return values(of: UInt16.self)?.map { Double($0) }
            case .uint32: return values(of: UInt32.self)?.map { Double($0) }
            case .uint64: return values(of: UInt64.self)?.map { Double($0) }
            case .qint32: return values(of: Int32.self)?.map { Double($0) }
            case .quint8: return values(of: UInt8.self)?.map { Double($0) }
            #if !(os(macOS) && arch(x86_64))
                case .half: return values(of: Float16.self)?.map { Double($0) }
            #endif
            case .bfloat16:
                let bytes = self.bytes
                return stride(from: 0, to: bytes.count - 1, by: 2).map { start in
                    let bits = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 24
                    return Double(Float(bitPattern: bits))
                }
            default: return nil
            }
        }
    }
}
