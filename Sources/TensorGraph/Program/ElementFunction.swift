internal import CKernels

/// A function of one number or two, as a primitive has it: an op declares it beside itself.
///
///     static let neg = ElementFunction("neg", kernel_neg, isCheap: true) { -$0 }
struct ElementFunction: Sendable {
    /// Its name in a program's text.
    let name: String
    /// The numbers that it has beside its operands.
    let parameters: [Float]
    /// The loop over many numbers.
    let kernel: Kernel
    /// The function itself, in doubles.
    let formula: Formula
    /// Whether it costs less than storing its result and reading that again.
    let isCheap: Bool

    /// A loop over n numbers: the kernel's name in CKernels.
    enum Kernel: Sendable {
        case unary(kernel_unary)
        case binary(kernel_binary)
        /// One operand, and the function's first parameter.
        case unaryWith(kernel_unary_with)
        /// Two operands, and the function's first parameter.
        case binaryWith(kernel_binary_with)
    }

    enum Formula: Sendable {
        case unary(@Sendable (Double) -> Double)
        case binary(@Sendable (Double, Double) -> Double)
    }

    /// A function of one number.
    init(
        _ name: String, _ kernel: @escaping kernel_unary, isCheap: Bool = false,
        _ formula: @escaping @Sendable (Double) -> Double
    ) {
        self.init(name, [], .unary(kernel), .unary(formula), isCheap)
    }

    /// A function of two numbers.
    init(
        _ name: String, _ kernel: @escaping kernel_binary, isCheap: Bool = false,
        _ formula: @escaping @Sendable (Double, Double) -> Double
    ) {
        self.init(name, [], .binary(kernel), .binary(formula), isCheap)
    }

    /// A function of one number and a parameter.
    init(
        _ name: String, _ parameter: Float, _ kernel: @escaping kernel_unary_with,
        isCheap: Bool = false, _ formula: @escaping @Sendable (Double) -> Double
    ) {
        self.init(name, [parameter], .unaryWith(kernel), .unary(formula), isCheap)
    }

    /// A function of two numbers and a parameter.
    init(
        _ name: String, _ parameter: Float, _ kernel: @escaping kernel_binary_with,
        isCheap: Bool = false, _ formula: @escaping @Sendable (Double, Double) -> Double
    ) {
        self.init(name, [parameter], .binaryWith(kernel), .binary(formula), isCheap)
    }

    private init(
        _ name: String, _ parameters: [Float], _ kernel: Kernel, _ formula: Formula, _ isCheap: Bool
    ) {
        self.name = name
        self.parameters = parameters
        self.kernel = kernel
        self.formula = formula
        self.isCheap = isCheap
    }
}
