import TestSupport
import Testing

/// The environment variable that says with which vector instructions to compute.
@Suite(.waiting) struct InstructionSetTests {
    #if arch(x86_64)
        /// What every processor of the kind has, and what it is, whatever the processor.
        static let least = "sse2"
    #elseif arch(arm64)
        static let least = "neon"
    #else
        static let least = "baseline"
    #endif

    @Test(arguments: [
        "train --train-times 1 --no-progress", "bench --only kernels", "bench --show-program D",
    ])
    func isSaidIfItIsUnknown(_ arguments: String) throws {
        let command = try Command()
        let outcome = try command.shell("GANBOARD_INSTRUCTION_SET=avx9 \"$GAN\" \(arguments)")
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(try command.names() == [])
    }

    @Test func isSaidWithWhatThereIs() throws {
        // A name that a terminal would obey, and one that a processor of another kind has.
        for (name, shown) in [("a\u{1b}b", "a\\u{1B}b"), ("AVX2", "AVX2"), ("vsx", "vsx")] {
            let outcome = try Command().shell(
                "GANBOARD_INSTRUCTION_SET='\(name)' \"$GAN\" train --train-times 1")
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.hasPrefix(
                    "gan: GANBOARD_INSTRUCTION_SET is \"\(shown)\", and this processor has "))
            #expect(
                outcome.errors.hasSuffix(
                    "\(Self.least): set it to one of these, or unset it for the first\n"))
        }
    }

    /// The first line says it; a log is read whatever it is.
    @Test func isUsed() throws {
        let command = try Command()
        let train = "\"$GAN\" train --run a --train-times 1 --threads 1 --no-progress"
        let outcome = try command.shell("GANBOARD_INSTRUCTION_SET=\(Self.least) \(train)")
        try #require(outcome.status == 0)
        #expect(outcome.output.hasPrefix("run: log/a, seed 0, 1 thread, \(Self.least)\n"))
        let log = try command.shell("GANBOARD_INSTRUCTION_SET=avx9 \"$GAN\" log list log/a")
        #expect(log.status == 0)
        // A session says it, too, to whoever has not asked before.
        let draw = "\"$GAN\" sample --checkpoint log/a --out a.npy"
        let sample = try command.shell("GANBOARD_INSTRUCTION_SET=avx9 \(draw)")
        #expect(sample.status == 1)
        #expect(sample.errors.hasPrefix("gan: GANBOARD_INSTRUCTION_SET is \"avx9\""))
    }

    @Test func isNothingIfItIsEmpty() throws {
        let bench = "GANBOARD_INSTRUCTION_SET= \"$GAN\" bench --show-program nonsense"
        #expect(try Command().shell(bench).errors.contains("must be one of"))
    }
}
