internal import CKernels
internal import Platform

/// The vector instructions that the kernels are run with.
///
/// Each kernel is compiled for several instruction sets and run with the best that the processor has;
/// or with less, where the environment variable `GANBOARD_INSTRUCTION_SET` names it when the program
/// starts:
///
/// | processor | names, the best first |
/// |---|---|
/// | x86-64 | `avx512` (x86-64-v4), `avx2` (x86-64-v3), `sse2` |
/// | 64-bit ARM | `neon` |
/// | others | `baseline` |
///
/// Sums are rounded in different places with different instructions, so the same seed gives the same
/// numbers to the last bit only with the same set.
public struct InstructionSet: Hashable, Sendable, CustomStringConvertible {
    /// The environment variable that names the set to use. Empty, it asks for nothing.
    public static let variable = KERNEL_INSTRUCTION_SET_VARIABLE

    /// Its name, as the environment variable has it.
    public let name: String

    /// Its name.
    public var description: String { name }

    /// What is in use.
    public static let current = InstructionSet(kernel_instruction_set_in_use())

    /// What this processor has, the best first.
    public static let available = (0...kernel_instruction_set_best().rawValue).reversed().map {
        InstructionSet(kernel_instruction_set(rawValue: $0))
    }

    private init(_ set: kernel_instruction_set) {
        name = kernel_instruction_set_name(set).map { String(cString: $0) } ?? "baseline"
    }

    /// Makes sure that what the environment asks for is in use. A session does this, too, before its
    /// first run.
    ///
    /// - Throws: ``SessionError/noInstructionSet(_:)`` where it names what this processor does not
    ///   have, or what does not exist.
    public static func check() throws {
        guard !kernel_instruction_set_is_granted() else { return }
        throw SessionError.noInstructionSet(getenv(variable).map { String(cString: $0) } ?? "")
    }
}
