extension Op {
    /// All ops: those of each file in this folder.
    static let all: [Op] =
        arithmetic + arrays + comparisons + controlFlow + convolutions + functions + products
        + pools + randomNumbers + reductions + selections + slices + summaries + variables
}
