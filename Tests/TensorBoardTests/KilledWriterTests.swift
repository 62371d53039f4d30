import Foundation
import TensorBoard
import TestSupport
import Testing

/// Processes that are killed while they log.
///
/// `tools/check-writer-kills` runs this with many kills, and has TensorBoard's own reader look at what is
/// left: the environment's `KILLS` says how often, `KILL_FOLDER` where.
@Suite(.waiting) struct KilledWriterTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// Logs steps 1, 2, … until a thread of the process kills it at a random moment. A file named
    /// `flushed` tells the last step that surely is on the disk.
    private static func logUntilKilled(in folder: String) throws -> Never {
        var options = SummaryWriter.Options()
        options.flushInterval = .milliseconds(1)
        let writer = try SummaryWriter(logdir: folder, options: options)
        let flushed = open("\(folder)/flushed", O_WRONLY | O_CREAT, 0o644)
        let noise = (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
        let image = Image(height: 40, width: 50, channels: 1, pixels: noise)
        let delay = UInt32.random(in: 0...150_000)
        Thread.detachNewThread {
            usleep(delay)
            kill(getpid(), SIGKILL)
        }
        var step: Int64 = 0
        while true {
            step += 1
            try writer.add(
                Summary([.scalar(Float(step), tag: "x"), .image(image, tag: "i")]), step: step)
            if step.isMultiple(of: 5) {
                try writer.flush()
                var number = step
                pwrite(flushed, &number, 8, 0)
            }
        }
    }

    @Test func whatWasFlushedIsReadBack() async throws {
        let temporary = try TemporaryFolder()
        let kills = Self.environment["KILLS"].flatMap { Int($0) } ?? 8
        var logged = 0
        for attempt in 0..<kills {
            let folder = "\(Self.environment["KILL_FOLDER"] ?? temporary.path)/\(attempt)"
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
                try Self.logUntilKilled(in: folder)
            }
            let number = (try? Data(contentsOf: URL(filePath: "\(folder)/flushed"))) ?? Data()
            let flushed = number.reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
            guard let run = try EventLog(folder: folder).runs.first else {
                #expect(flushed == 0)
                continue
            }
            let values = run.values()
            let points = values["x"]?.scalars ?? []
            #expect(Int64(points.count) >= flushed)
            #expect(points.map(\.step) == points.indices.map { Int64($0) + 1 })
            #expect(points.allSatisfy { $0.value == Double($0.step) })
            // A write that the kill cut is the only thing that may be wrong.
            #expect(values.problems.allSatisfy { $0.problem == .truncated })
            logged += points.count
        }
        #expect(logged > 0)
    }
}
