internal import TensorFlowTypes

/// A tensor in memory during a run.
struct Buffer {
    let pointer: UnsafeMutableRawPointer
    let type: DataType
    let shape: [Int]
    /// Where a summary op leaves its result, which is no array of numbers.
    var slot: SummarySlot?

    var count: Int { shape.reduce(1, *) }
    var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
    var ints: UnsafeMutablePointer<Int32> { pointer.assumingMemoryBound(to: Int32.self) }
}

/// The place for one summary.
final class SummarySlot {
    var summary = CollectedSummary()
    /// Whether the op that fills it is done: one that takes long does a part each time that it is
    /// called.
    var isComplete = true
}

extension DataType {
    /// Bytes of an element in memory during a run; 0 for what is not an array of numbers.
    var stride: Int {
        switch self {
        case .float, .int32: 4
        case .double, .int64: 8
        case .bool: 1
        default: 0
        }
    }
}

extension Value {
    /// The numbers in a buffer.
    init(_ buffer: Buffer) {
        func copied<T>(_ type: T.Type) -> [T] {
            Array(
                UnsafeBufferPointer(
                    start: buffer.pointer.assumingMemoryBound(to: T.self), count: buffer.count))
        }
        switch buffer.type {
        case .int32: self.init(.int32(copied(Int32.self)), shape: buffer.shape)
        case .int64: self.init(.int64(copied(Int64.self)), shape: buffer.shape)
        case .bool: self.init(.bool(copied(Bool.self)), shape: buffer.shape)
        default: self.init(.float(copied(Float.self)), shape: buffer.shape)
        }
    }

    /// Whether it is the same numbers in the same memory, which nobody changes while both are there.
    func isIdentical(to other: Value) -> Bool {
        guard case .float(let elements) = elements, case .float(let others) = other.elements,
            elements.count == others.count
        else { return false }
        return elements.withUnsafeBufferPointer { elements in
            others.withUnsafeBufferPointer { elements.baseAddress == $0.baseAddress }
        }
    }

    /// Copies the numbers into a buffer of the same type and size.
    func copy(to buffer: Buffer) {
        withBytes { bytes in
            bytes.withUnsafeBytes { bytes in
                if let source = bytes.baseAddress {
                    buffer.pointer.copyMemory(from: source, byteCount: bytes.count)
                }
            }
        }
    }
}
