import TensorFlowTypes

// A node of a GraphDef as one line of text, the same for the same node however its constants are
// packed.

extension GraphDefinition.Node {
    /// Name, op, inputs and attributes, separated by tabs.
    var text: String {
        let attributes = attributes.sorted { $0.name < $1.name }
            .map { "\($0.name)=\($0.value.text)" }
        return ([name, op, inputs.joined(separator: " ")] + attributes).joined(separator: "\t")
    }
}

extension AttributeValue {
    fileprivate var text: String {
        func list(_ texts: [String]) -> String { "[" + texts.joined(separator: ", ") + "]" }
        func bits(_ float: Float) -> String { hexadecimal(UInt64(float.bitPattern), digits: 8) }
        return switch self {
        case .bytes(let bytes): quoted(bytes)
        case .int(let int): "\(int)"
        case .float(let float): bits(float)
        case .bool(let bool): "\(bool)"
        case .type(let type): "type \(type.rawValue)"
        case .shape(let shape): shape.text
        case .tensor(let value, let shape): value.text(shape: shape)
        case .bytesList(let strings): list(strings.map(quoted))
        case .intList(let ints): list(ints.map { "\($0)" })
        case .floatList(let floats): list(floats.map(bits))
        case .boolList(let bools): list(bools.map { "\($0)" })
        case .typeList(let types): list(types.map { "type \($0.rawValue)" })
        case .shapeList(let shapes): list(shapes.map(\.text))
        }
    }

    private func quoted(_ bytes: [UInt8]) -> String {
        "\"" + String(decoding: bytes, as: UTF8.self) + "\""
    }
}

extension TensorShape {
    fileprivate var text: String {
        guard let dimensions else { return "?" }
        return "{" + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ",") + "}"
    }
}

extension TensorValue {
    /// Type, shape, and every element of a constant of `shape`, floats by their bits.
    fileprivate func text(shape: [Int]) -> String {
        let texts =
            switch elements {
            case .float(let floats):
                floats.map { hexadecimal(UInt64($0.bitPattern), digits: 8) }
            case .double(let doubles): doubles.map { hexadecimal($0.bitPattern, digits: 16) }
            case .uint8(let bytes): bytes.map { "\($0)" }
            case .int32(let ints): ints.map { "\($0)" }
            case .int64(let ints): ints.map { "\($0)" }
            case .bool(let bools): bools.map { "\($0)" }
            case .string(let strings): strings.map { String(decoding: $0, as: UTF8.self) }
            case .bytes(_, let bytes): bytes.map { "\($0)" }
            }
        let size = shape.reduce(1, *)
        let all = texts.count == size ? texts : [String](repeating: texts[0], count: size)
        return "\(type.rawValue)\(TensorShape(shape).text) "
            + all.joined(separator: " ")
    }
}

/// A number in base 16, with zeros in front.
func hexadecimal(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
}
