internal import TensorBoard
internal import TensorGraph

/// The measuring of one step, node by node: the generator's step of that number with its loss, the
/// summary that follows it, and the next step of the discriminator with its loss. Together these run
/// nearly all that the graph has to run.
struct StepProfile {
    /// The generator's step.
    let step: Int
    private let profile = RunProfile()
    private var state = State.waiting

    private enum State {
        case waiting, measuring, done
    }

    /// What is run.
    enum Part {
        /// The generator's step of that number, with its loss.
        case generator(step: Int)
        case summary
        /// Any step of the discriminator, with its loss.
        case discriminator
    }

    init(step: Int) {
        self.step = step
    }

    /// Where the times of a run are noted, if it belongs to what is measured.
    mutating func profile(for part: Part) -> RunProfile? {
        switch part {
        case .generator(let step):
            guard step == self.step, state == .waiting else { return nil }
            state = .measuring
            return profile
        case .summary, .discriminator:
            return state == .measuring ? profile : nil
        }
    }

    /// Whether the step was reached.
    var isReached: Bool { state != .waiting }

    /// What was measured, given once: after a step of the discriminator, or at the end.
    mutating func take() -> RunMetadata? {
        guard state == .measuring else { return nil }
        state = .done
        return profile.metadata
    }
}
