internal import Datasets
internal import TensorGraph

/// A run of the article's loop whose program can be shown.
public enum ShownProgram: String, CaseIterable, Sendable {
    case discriminatorStep = "D"
    case generatorStep = "G"
    case discriminatorLoss = "D-loss"
    case generatorLoss = "G-loss"
    case summary

    /// The names of the passes after which it can be shown, in order.
    public static var passNames: [String] { Session.passNames }

    /// The program as text, a line a step.
    ///
    /// - Parameters:
    ///   - batchSize: 1...1000.
    ///   - threads: 1 or more.
    ///   - pass: one of ``passNames``; `nil` for the last one.
    /// - Throws: `SessionError`, where the program cannot be run; `DatasetError`.
    public func text(batchSize: Int, threads: Int, after pass: String?) throws -> String {
        let runner = try StepRunner(
            batchSize: batchSize, threads: threads, examples: try MNIST.sample)
        return try runner.program(self, after: pass)
    }
}
