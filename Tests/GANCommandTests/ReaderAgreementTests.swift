import Foundation
import TestSupport
import Testing

/// The Python beside TensorBoard.
private enum PythonOfTensorBoard {
    static let path = TensorBoardServer.program.map {
        URL(filePath: $0).deletingLastPathComponent().appending(path: "python").path
    }.flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
}

/// Random logs, read by both of TensorBoard's readers and by the command.
@Suite(
    .waiting,
    .enabled(
        if: PythonOfTensorBoard.path != nil,
        "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"))
struct ReaderAgreementTests {
    /// `tools/compare-readers` does the same with more runs.
    @Test(arguments: [1, 2])
    func exportsWhatTensorBoardShows(seed: Int) throws {
        let tool = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../tools/compare-readers.py").path
        let command = try Command()
        let outcome = try command.shell(
            "exec '\(try #require(PythonOfTensorBoard.path))' '\(tool)' \"$GAN\" \(seed) 60 logs")
        #expect(outcome.status == 0, "\(outcome.output)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != ":" } } == ["python", "flipped", "default"])
        #expect(lines.allSatisfy { $0.hasSuffix("; 0 series differ") })
    }
}
