/// A pattern for names: `*` stands for any characters, slashes too, `?` for one. Every other character
/// stands for itself, and only for itself: `[` too, and not for those that Unicode calls equivalent.
struct NamePattern {
    /// The pattern as it was given.
    let text: String

    private let scalars: [Unicode.Scalar]

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    /// Whether the pattern stands for a name.
    func matches(_ name: String) -> Bool {
        let name = Array(name.unicodeScalars)
        var (position, index) = (0, 0)
        // Where to go on if the last star is to take one more character.
        var retry: (position: Int, index: Int)?
        while position < name.count {
            if index < scalars.count, scalars[index] == "*" {
                retry = (position, index)
                index += 1
            } else if index < scalars.count,
                scalars[index] == "?" || scalars[index] == name[position]
            {
                position += 1
                index += 1
            } else if let last = retry {
                retry = (last.position + 1, last.index)
                (position, index) = (last.position + 1, last.index + 1)
            } else {
                return false
            }
        }
        return scalars[index...].allSatisfy { $0 == "*" }
    }
}
