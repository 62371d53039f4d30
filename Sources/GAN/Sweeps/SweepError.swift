/// Why a sweep cannot be planned as it was asked for.
public struct SweepError: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to write instead, in one line.
    public let description: String

    init(_ description: String) { self.description = description }
}
