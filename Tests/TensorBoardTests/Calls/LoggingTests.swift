import TensorBoard
import TestSupport
import Testing

/// Tests that log into a folder of their own.
protocol LoggingTests {
    var folder: TemporaryFolder { get }
}

extension LoggingTests {
    /// What a run holds that some calls have logged.
    func logged(
        options: SummaryWriter.Options = .init(), _ log: (SummaryWriter) throws -> Void
    ) throws -> RunValues {
        let run = folder.path(of: "run")
        let writer = try SummaryWriter(logdir: run, options: options)
        try log(writer)
        try writer.close()
        let values = try EventLog(folder: run).runs[0].values()
        #expect(values.problems == [])
        return values
    }
}
