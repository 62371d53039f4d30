internal import TensorGraph

/// Tensors as one message from process to process, which all have the same build:
/// for each its name, data type, shape and bytes, with the length of each as a 64-bit number before it.
extension SavedTensors {
    static func encode(_ tensors: [(name: String, tensor: TensorValue)]) -> [UInt8] {
        var message: [UInt8] = []
        func add(_ number: Int) {
            withUnsafeBytes(of: UInt64(number).littleEndian) { message += $0 }
        }
        func add(_ bytes: [UInt8]) {
            add(bytes.count)
            message += bytes
        }
        for (name, tensor) in tensors {
            add(Array(name.utf8))
            add(Int(tensor.type.rawValue))
            add(tensor.shape.count)
            tensor.shape.forEach(add)
            add(tensor.bytes)
        }
        return message
    }

    /// - Throws: ``TrainingError/notResumable(_:)`` for a message that is none.
    init(decoding message: [UInt8]) throws {
        let source = "the message of process 0"
        var rest = message[...]
        func bytes(_ count: Int) throws -> ArraySlice<UInt8> {
            guard count >= 0, count <= rest.count else { throw TrainingError.notResumable(source) }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func number() throws -> Int {
            let value = try bytes(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let number = Int(exactly: value) else { throw TrainingError.notResumable(source) }
            return number
        }
        var tensors: [(name: String, tensor: TensorValue)] = []
        while !rest.isEmpty {
            let name = String(decoding: try bytes(number()), as: UTF8.self)
            let type = try DataType(rawValue: Int32(truncatingIfNeeded: number()))
            var shape: [Int] = []
            for _ in 0..<(try number()) { shape.append(try number()) }
            let elements = Array(try bytes(number()))
            guard let type, type.byteCount(ofShape: shape) == elements.count else {
                throw TrainingError.notResumable(source)
            }
            tensors.append((name, TensorValue(type: type, bytes: elements, shape: shape)))
        }
        self.init(tensors, from: source)
    }
}
