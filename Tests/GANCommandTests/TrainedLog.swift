import Foundation
import TensorBoard
import TestSupport
import Testing

/// A log with several runs of `gan train`, each with a seed of its own.
struct TrainedLog {
    /// The runs, in the order of their seeds: 0, 1, …
    let runs: [TrainedRun]
    /// The folder of all runs.
    var path: String { command.folder.path(of: "log") }

    private let command: Command

    /// Trains for some passes a run.
    init(runs names: [String], passes: Int) throws {
        let command = try Command()
        self.command = command
        runs = try names.enumerated().map { seed, name in
            let outcome = try command.run(
                "train", "--train-times", "\(passes)", "--seed", "\(seed)", "--run", name)
            try #require(outcome.status == 0, "\(outcome.errors)")
            let losses = outcome.output.matches(of: /G_avg_loss: (\S+)/).map { Float($0.1) }
            try #require(losses.count == passes)

            let file = try #require(command.names("log/\(name)").first { $0.contains("tfevents") })
            var reader = try EventFileReader(path: command.folder.path(of: "log/\(name)/\(file)"))
            var events: [Event] = []
            while let event = try reader.next() { events.append(event) }
            return TrainedRun(
                name: name, printedGeneratorLosses: losses.compactMap { $0 }, events: events)
        }
    }
}

/// What one run printed, and what it wrote.
struct TrainedRun {
    /// Its folder below the log folder.
    let name: String
    /// The generator's loss at the end of each pass.
    let printedGeneratorLosses: [Float]
    /// All of its event file.
    let events: [Event]

    /// A value under a tag.
    struct Value {
        let step: Int64
        let wallTime: Double
        let content: Event.ValueContent
    }

    /// The values under a tag, in their order.
    func values(of tag: String) -> [Value] {
        events.flatMap { event in
            event.values.filter { $0.tag == tag }.map {
                Value(step: event.step, wallTime: event.wallTime, content: $0.content)
            }
        }
    }

    /// The graph, a `GraphDef`.
    func graph() throws -> WireMessage {
        let graphs = events.compactMap { event in
            if case .graph(let bytes) = event.content { bytes } else { nil }
        }
        return try WireMessage(try #require(graphs.first))
    }
}
