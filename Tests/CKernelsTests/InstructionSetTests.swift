import CKernelChecks
import CKernels
import Testing

/// The kernels with each instruction set that this processor has. Each has a process of its own: what
/// the tests beside these are run with must not change.
@Suite struct InstructionSetTests {
    static let sets = Array(0...kernel_instruction_set_best().rawValue)

    static func name(_ set: UInt32) -> String? {
        kernel_instruction_set_name(kernel_instruction_set(rawValue: set)).map {
            String(cString: $0)
        }
    }

    @Test func haveNames() {
        #if arch(x86_64)
            #expect((0...3).map(Self.name) == ["sse2", "avx2", "avx512", nil])
        #elseif arch(arm64)
            #expect((0...1).map(Self.name) == ["neon", nil])
        #endif
        #expect(Self.sets.contains(kernel_instruction_set_in_use().rawValue))
    }

    /// Every kernel beside plain loops, over random shapes; `tools/check-kernels` takes more of them.
    @Test(arguments: sets)
    func areRight(_ set: UInt32) async {
        await #expect(processExitsWith: .success) { [set = set as UInt32] in
            kernel_instruction_set_use(kernel_instruction_set(rawValue: set))
            #expect(kernel_instruction_set_in_use().rawValue == set)
            #expect(kernel_checks(nil, 25, 15) == 0)
        }
    }

    @Test func checksAreThere() {
        #expect(kernel_checks("crc32c", 10, 1) == 0)
        #expect(kernel_checks("no such kind", 1, 1) == -1)
    }

    /// Functions of one number: what several instruction sets give lies within 2 ulp.
    @Test func agree() async {
        await #expect(processExitsWith: .success) {
            let functions: [(String, kernel_unary)] = [
                ("exp", kernel_exp), ("log", kernel_log), ("sigmoid", kernel_sigmoid),
                ("softplus", kernel_softplus), ("tanh", kernel_tanh), ("rsqrt", kernel_rsqrt),
            ]
            let inputs = ElementwiseTests.inputs
            for (name, function) in functions {
                let outputs = InstructionSetTests.sets.map { set in
                    kernel_instruction_set_use(kernel_instruction_set(rawValue: set))
                    return written(inputs.count) { function($0, inputs, inputs.count) }
                }
                for output in outputs.dropFirst() {
                    for (input, (a, b)) in zip(inputs, zip(outputs[0], output)) {
                        let agree =
                            a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 2 * max(a.ulp, b.ulp)
                        #expect(agree, "\(name)(\(input)) is \(a) and \(b)")
                    }
                }
            }
        }
    }
}
