/// What a run does to variables.
///
/// A fetch may wait for nodes that change variables: in a network with batch normalization each use
/// of a batch's mean brings a moving average up to date, as control dependencies say. That is what a
/// training step wants; a fetch that samples, or measures, does not.
public enum Effects: Sendable {
    /// All that TensorFlow does: every node that a fetch or a target depends on, or waits for, runs.
    case all
    /// None: no variable is changed. What a fetch waits for, and does not read, is left out, and what
    /// reads a variable reads what it held before the run. A fetch that is made of what a change gives
    /// is an error.
    case none
}
