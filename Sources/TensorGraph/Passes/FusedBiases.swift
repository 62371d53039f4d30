/// The pass that makes a convolution and the addition of its biases one step, which adds them while
/// it has the sums in registers.
enum FusedBiases {
    static func run(_ program: inout Program, _ facts: Facts) {
        for id in program.order where program[id].primitive.is(.addBias) {
            let step = program[id]
            let sums = program.memory(step.inputs[0])
            guard case .convolution(var convolution) = program.maker(sums).primitive,
                convolution.makesImages, !convolution.hasBias,
                program.isRead(sums, byOnly: [id]),
                program.readTheSame([program[sums].maker], at: id)
            else { continue }
            convolution.hasBias = true
            program.rewrite(
                id, .convolution(convolution),
                program.maker(sums).inputs + [step.inputs[1]],
                replacing: [program[sums].maker])
        }
    }
}
