@testable import TensorGraph

// Rows for ops that do more than compute their outputs: variables, random numbers and summaries.

extension OpCase {
    static let variables: [OpCase] = [
        OpCase("VariableV2", "", [], build: { tf, _ in tf.ones([2, 3]).tensor }) { _ in
            Doubles.zeros([2, 3]).map { _ in 1 }
        },
        OpCase(
            "Assign", "", [.random([2, 3])], gradients: [],
            build: { tf, x in tf.assign(tf.ones([2, 3]), x[0]).output() }, expected: { $0[0] }),
        OpCase(
            "AssignAdd", "", [.random([2, 3])], gradients: [],
            build: { tf, x in tf.assignAdd(tf.ones([2, 3]), x[0]).output() },
            expected: { $0[0].map { 1 + $0 } }),
        OpCase(
            "AssignSub", "", [.random([2, 3])], gradients: [],
            build: { tf, x in tf.assignSub(tf.ones([2, 3]), x[0]).output() },
            expected: { $0[0].map { 1 - $0 } }),
        OpCase(
            "AssignAdd", "of integers", [],
            build: { tf, _ in
                let counter = tf.variable(Value(Int32(41)), name: "counter")
                return tf.assignAdd(counter, tf.constant(Value(Int32(1)))).output()
            },
            expected: { _ in .scalar(42) }),
        adam("variable", 0) { g in 1 - 0.2 * (0.8 + 0.2 * g) / (second(g).squareRoot() + 0.1) },
        adam("first moment", 1) { g in 0.8 + 0.2 * g },
        adam("second moment", 2, second),
    ]

    /// (1 - beta2) of the way from 1 to g².
    private static let second: @Sendable (Double) -> Double = { g in 1 + (g * g - 1) * 0.25 }

    /// An update of a variable and moments that are all 1, with beta1 = 0.8, beta2 = 0.75, epsilon
    /// = 0.1, powers of 0.5 and 0.36, and so a rate of 0.125 · √0.64 / 0.5 = 0.2.
    private static func adam(
        _ what: String, _ part: Int, _ expected: @escaping @Sendable (Double) -> Double
    ) -> OpCase {
        OpCase(
            "ApplyAdam", what, [.random([2, 3])], gradients: [],
            build: { tf, x in
                let variables = (0..<3).map { _ in tf.ones([2, 3]) }
                let numbers: [Float] = [0.5, 0.36, 0.125, 0.8, 0.75, 0.1]
                let update = tf.add(
                    .applyAdam, nil,
                    variables.map(\.reference) + numbers.map { tf.constant(Value($0)) } + [x[0]],
                    attributes: ["use_locking": .bool(false), "use_nesterov": .bool(false)])
                return tf.controlDependencies([update]) { tf.identity(variables[part]) }
            },
            expected: { $0[0].map(expected) })
    }

    /// What TensorFlow draws with `tf.set_random_seed(5)`.
    static let randomNumbers: [OpCase] = [
        random(
            "RandomStandardNormal", [-1.7138785, -0.6787023, 0.2630475, -0.8497988, -0.19355202]
        ) { $0.randomNormal([5]) },
        random(
            "RandomUniform", [0.18286479, 0.68998957, 0.67322481, 0.45222378, 0.7772140]
        ) { $0.randomUniform([5]) },
    ]

    private static func random(
        _ op: String, _ expected: [Double], build: @escaping @Sendable (Graph) -> Tensor
    ) -> OpCase {
        OpCase(
            op, "", [],
            build: { tf, _ in
                tf.seed = 5
                return build(tf)
            }, expected: { _ in Doubles([5], expected) })
    }

    static let summaries: [OpCase] = [
        OpCase(
            "ScalarSummary", "", [.random([])], gradients: [],
            build: { $0.scalarSummary("s", $1[0]).tensor },
            expected: { $0[0].reshaped([1]) }),
        OpCase(
            "HistogramSummary", "", [.random([2, 3])], gradients: [],
            build: { $0.histogramSummary("h", $1[0]).tensor },
            expected: { $0[0].reshaped([6]) }),
        OpCase(
            "ImageSummary", "of the first two", [.random([3, 2, 2, 1])], gradients: [],
            build: { $0.imageSummary("i", $1[0], maxOutputs: 2).tensor },
            expected: { x in
                // Each has a number below 0.
                let images = [x[0].values[..<4], x[0].values[4..<8]].map { $0.map(Float.init) }
                let bytes = images.map { image in
                    let scale = 127 / (image.map(\.magnitude).max() ?? 0)
                    return image.map { Double(UInt8($0 * scale + 128)) }
                }
                return Doubles([8], bytes.flatMap { $0 })
            }),
        OpCase(
            "MergeSummary", "", [.random([]), .random([4], seed: 1)], gradients: [],
            build: { tf, x in
                tf.scalarSummary("s", x[0])
                tf.histogramSummary("h", x[1])
                return tf.mergeAllSummaries().tensor
            },
            expected: { Doubles([5], $0[0].values + $0[1].values) }),
    ]
}

extension Graph {
    fileprivate func ones(_ shape: [Int]) -> Variable {
        let count = shape.reduce(1, *)
        return variable(Value([Float](repeating: 1, count: count), shape: shape), name: "ones")
    }
}
