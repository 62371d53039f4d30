internal import TensorFlowTypes

extension Op {
    static let randomNumbers: [Op] = [.randomStandardNormal, .randomUniform]

    /// Normally distributed numbers of mean 0 and deviation 1, the very ones that TensorFlow draws
    /// on a CPU.
    static let randomStandardNormal: Op = Op(
        "RandomStandardNormal",
        outputs: { [TensorType($0.shapeOperand(0), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, hasEffect: true,
        lower: { .step(.random(.normal, $0.node), reading: []) })

    /// Numbers uniform in [0, 1), as TensorFlow draws them.
    static let randomUniform: Op = Op(
        "RandomUniform",
        outputs: { [TensorType($0.shapeOperand(0), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, hasEffect: true,
        lower: { .step(.random(.uniform, $0.node), reading: []) })
}
