/// How a tensor of a checkpoint differs from the one that is wanted.
public struct Mismatch: Equatable, Sendable, CustomStringConvertible {
    /// What is wanted.
    public let wanted: TensorDescription
    /// What the checkpoint has under this name; `nil` for nothing, or nothing that is numbers.
    public let found: TensorDescription?

    /// A few words, such as `conv1/weights is missing`.
    public var description: String {
        guard let found else { return "\(wanted.name) is missing" }
        var differences: [String] = []
        if found.type != wanted.type {
            differences.append("is \(found.type.name), not \(wanted.type.name)")
        }
        if found.shape != wanted.shape {
            differences.append("has the shape \(found.shape), not \(wanted.shape)")
        }
        return "\(wanted.name) \(differences.joined(separator: " and "))"
    }
}
