/// Whether a scope's variables may be made, must exist already, or are made when they do not exist:
/// TensorFlow's `reuse`.
public enum Reuse: Sendable {
    /// `getVariable` makes a variable; a second one of its name is a mistake. TensorFlow's
    /// `reuse=False`.
    case never
    /// `getVariable` finds the variable that exists. TensorFlow's `reuse=True`.
    case always
    /// `getVariable` finds the variable, or makes it. TensorFlow's `AUTO_REUSE`.
    case auto
}

/// The stack of variable scopes, the variables by name, and how often each scope was entered.
struct VariableScopes {
    var name = ""
    var reuse = Reuse.never
    var variables: [String: Variable] = [:]
    /// What takes the place of variables' values.
    var replacements: [Variable: Tensor] = [:]
    private var counts: [String: Int] = [:]

    /// `prefix`, or `prefix_1`, … when there was such a scope before.
    mutating func uniqueName(_ prefix: String) -> String {
        let full = name.isEmpty ? prefix : "\(name)/\(prefix)"
        guard counts[full] != nil else {
            enter(full)
            return full
        }
        var number = 1
        while counts["\(full)_\(number)"] != nil { number += 1 }
        enter("\(full)_\(number)")
        return "\(full)_\(number)"
    }

    mutating func enter(_ full: String) {
        counts[full, default: 0] += 1
    }
}

extension Graph {
    /// Runs `body` with other values in the place of some variables' own: what `getVariable` finds
    /// has them as its ``Variable/tensor``. So a network is built once more from averages of its
    /// weights, as TensorFlow's `custom_getter` is used for.
    ///
    /// - Parameter values: a tensor of the variable's type and shape for each.
    public func withValues<Result>(
        _ values: [Variable: Tensor], _ body: () -> Result
    ) -> Result {
        let outer = variableScopes.replacements
        variableScopes.replacements.merge(values) { _, new in new }
        defer { variableScopes.replacements = outer }
        return body()
    }

    /// Runs `body` with variables and nodes named below `name`; TensorFlow's `variable_scope`.
    ///
    /// Entering a scope again gives the same names to variables (they are shared where `reuse`
    /// allows it) and new ones to nodes: `discriminator/…`, then `discriminator_1/…`.
    ///
    /// - Parameters:
    ///   - name: the scope's name, below the current one.
    ///   - reuse: what `getVariable` does in it; `nil` for what the scope around it says.
    public func variableScope<Result>(
        _ name: String, reuse: Reuse? = nil, _ body: () -> Result
    ) -> Result {
        let outer = (variableScopes.name, variableScopes.reuse)
        let full = outer.0.isEmpty ? name : "\(outer.0)/\(name)"
        variableScopes.name = full
        if let reuse { variableScopes.reuse = reuse }
        variableScopes.enter(full)
        defer { (variableScopes.name, variableScopes.reuse) = outer }
        return nameScope(name) { _ in body() }
    }
}
