internal import TensorFlowTypes

extension Node {
    /// The integers of an attribute that is a list of them, such as `strides`.
    ///
    /// - Precondition: the node has that attribute.
    func ints(_ attribute: String) -> [Int] {
        guard case .intList(let ints)? = attributes[attribute] else {
            preconditionFailure("\(self) has no list of integers named \(attribute)")
        }
        return ints.map(Int.init)
    }

    /// Where the node belongs: what it says itself, or its own name.
    var place: String {
        if case .bytesList(let places)? = attributes["_class"], let first = places.first {
            String(decoding: first, as: UTF8.self)
        } else {
            "loc:@\(name)"
        }
    }

    func int(_ attribute: String) -> Int {
        guard case .int(let int)? = attributes[attribute] else {
            preconditionFailure("\(self) has no integer named \(attribute)")
        }
        return Int(int)
    }

    func float(_ attribute: String) -> Float {
        guard case .float(let float)? = attributes[attribute] else {
            preconditionFailure("\(self) has no float named \(attribute)")
        }
        return float
    }

    func bool(_ attribute: String) -> Bool {
        guard case .bool(let bool)? = attributes[attribute] else {
            preconditionFailure("\(self) has no bool named \(attribute)")
        }
        return bool
    }

    func string(_ attribute: String) -> String {
        guard case .bytes(let bytes)? = attributes[attribute] else {
            preconditionFailure("\(self) has no string named \(attribute)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func type(_ attribute: String) -> DataType {
        guard case .type(let type)? = attributes[attribute] else {
            preconditionFailure("\(self) has no type named \(attribute)")
        }
        return type
    }

    func shape(_ attribute: String) -> Shape {
        guard case .shape(let shape)? = attributes[attribute] else {
            preconditionFailure("\(self) has no shape named \(attribute)")
        }
        return shape
    }
}

extension AttributeValue {
    static func strings(_ strings: [String]) -> AttributeValue {
        .bytesList(strings.map { Array($0.utf8) })
    }

    static func ints(_ ints: [Int]) -> AttributeValue { .intList(ints.map(Int64.init)) }
}
