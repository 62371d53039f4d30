extension Session {
    /// The names of the passes that make a program of a run, in order; first that of the program as
    /// it is before all of them.
    public static var passNames: [String] { ["lower"] + Pass.all.map(\.name) }

    /// The program of a run as text, a line a step, with what it leaves to the runs that the session
    /// has compiled so far.
    ///
    /// - Parameters:
    ///   - pass: one of ``passNames``, after which the program is shown; `nil` for the last one.
    /// - Throws: ``SessionError`` when something needed is not fed, or cannot be known before the run.
    /// - Precondition: there is such a pass.
    public func program(
        _ fetches: [any TensorConvertible] = [], targets: [Node] = [], feed: [Tensor: Value] = [:],
        after pass: String? = nil
    ) throws -> String {
        let key = try Key(
            fetches: fetches.map(\.tensor), targets: targets, feeds: checked(feed))
        let plan = try plan(key)
        guard let pass else { return plan.program.description }
        precondition(Self.passNames.contains(pass), "there is no pass \(pass)")
        let specialization = try Specialization(
            graph: graph, fetches: key.fetches, targets: key.targets, feeds: key.feeds,
            effects: key.effects)
        var program = Program(specialization, fetches: key.fetches)
        if pass != Self.passNames[0] {
            program.run(
                Facts(key, plan: plan.number, resources.shared), upTo: pass)
        }
        return program.description
    }
}
