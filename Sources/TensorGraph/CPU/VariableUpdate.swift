/// What a call of Adam changes: some numbers of a variable and of its moments, or of these this process's
/// part.
final class VariableUpdate {
    /// The tensor by whose sum over shards it is changed; `nil` where it is by products of shards' rows.
    let sum: Tensor?
    let variable: VariableStorage
    let moments: [VariableStorage]
    /// The numbers that all processes change together.
    let numbers: Range<Int>
    /// How they can be divided among them, in parts of so many rows.
    let parts: Parts
    private let fewestRows: Int
    /// How they are divided, where they are.
    var division: VariableDivision { VariableDivision(numbers: numbers, parts: parts) }
    /// Those that this one changes.
    private(set) var own: Range<Int>
    /// Whether other processes change the others.
    private(set) var isDivided = false

    init(
        _ sum: Tensor?, _ variable: VariableStorage, moments: [VariableStorage],
        _ numbers: Range<Int>, _ parts: Parts, fewestRows: Int = 1
    ) {
        (self.sum, self.variable, self.moments) = (sum, variable, moments)
        (self.numbers, self.parts, self.fewestRows) = (numbers, parts, fewestRows)
        own = numbers
    }

    /// Leaves all but this process's part to others; or nothing, where there are none, or the parts would
    /// be too small.
    func divide(among communicator: (any Communicator)?) {
        let processes = communicator?.count ?? 1
        isDivided = processes > 1 && parts.rowCount / processes >= fewestRows
        own = numbers
        guard isDivided, let communicator else { return }
        let part = communicator.own(of: parts)
        own = numbers.lowerBound + part.lowerBound..<numbers.lowerBound + part.upperBound
    }
}

/// Some numbers of a variable, of which each process has its part.
struct VariableDivision: Equatable {
    let numbers: Range<Int>
    let parts: Parts
}
