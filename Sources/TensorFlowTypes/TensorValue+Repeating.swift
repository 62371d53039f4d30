extension TensorValue {
    /// The first element alone.
    ///
    /// - Precondition: There is one.
    package var firstElement: TensorValue {
        let elements: Elements =
            switch elements {
            case .float(let elements): .float([elements[0]])
            case .double(let elements): .double([elements[0]])
            case .int32(let elements): .int32([elements[0]])
            case .int64(let elements): .int64([elements[0]])
            case .uint8(let elements): .uint8([elements[0]])
            case .bool(let elements): .bool([elements[0]])
            case .string(let elements): .string([elements[0]])
            case .bytes(let type, let bytes): .bytes(type, Array(bytes.prefix(type.byteCount)))
            }
        return TensorValue(elements, shape: [])
    }

    /// The first element, as often as `shape` says.
    ///
    /// - Precondition: There is one.
    package func repeated(_ shape: [Int]) -> TensorValue {
        let count = shape.reduce(1, *)
        func repeated<Element>(_ elements: [Element]) -> [Element] {
            [Element](repeating: elements[0], count: count)
        }
        let elements: Elements =
            switch elements {
            case .float(let elements): .float(repeated(elements))
            case .double(let elements): .double(repeated(elements))
            case .int32(let elements): .int32(repeated(elements))
            case .int64(let elements): .int64(repeated(elements))
            case .uint8(let elements): .uint8(repeated(elements))
            case .bool(let elements): .bool(repeated(elements))
            case .string(let elements): .string(repeated(elements))
            case .bytes(let type, let bytes):
                .bytes(type, (0..<count).flatMap { _ in bytes.prefix(type.byteCount) })
            }
        return TensorValue(elements, shape: shape)
    }
}
