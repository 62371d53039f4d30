internal import TensorGraph

/// Averages of weights over time, which a generator makes better images of than of the weights as
/// they are (Yazıcı et al., "The unusual effectiveness of averaging in GAN training", ICLR 2019).
///
/// At step t the weights' share in their average is
///
///     max(1 - decayᵏ, min(1, 4 k / t))
///
/// with k steps from one update to the next: at first the average is of the last quarter of all
/// steps, and later of the last 1 / (1 - decay).
struct WeightAverages {
    /// The average of each variable.
    let values: [Variable: Tensor]
    /// Brings them up to date.
    let update: Node
    /// Steps from one update to the next: an update reads and writes as much memory as a good part
    /// of a step.
    let interval = 8

    /// What the average forgets at first: all but one part in so many of the steps.
    private static let earlyShare: Float = 4

    init(of variables: [Variable], decay: Float, after steps: Variable) {
        let tf = steps.tensor.graph
        let interval = Float(interval)
        var kept: Float = 1
        for _ in 0..<self.interval { kept *= decay }
        let averages = tf.variableScope("average") {
            variables.map { tf.getVariable($0.name, $0.shape, initializer: .zeros) }
        }
        values = Dictionary(
            uniqueKeysWithValues: zip(variables, averages).map { ($0, $1.tensor) })
        update = tf.nameScope("average_update") { _ in
            let count = tf.maximum(tf.cast(steps.tensor, .float), tf.constant(Value(Float(1))))
            let early = tf.minimum(
                Self.earlyShare * interval / count, tf.constant(Value(Float(1))))
            let share = tf.maximum(early, tf.constant(Value(1 - kept)))
            let updates = zip(variables, averages).map { variable, average in
                tf.assign(average, average + (variable - average) * share)
            }
            return tf.group(updates, name: "all")
        }
    }
}
