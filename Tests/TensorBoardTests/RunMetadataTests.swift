import TensorBoard
import TestSupport
import Testing

/// Fields by their numbers in TensorFlow's `step_stats.proto` and `tensor_description.proto`.
@Suite struct RunMetadataTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func isLoggedForAStep() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        let metadata = RunMetadata(devices: [.init(name: "/device:CPU:0")])
        try writer.addRunMetadata(metadata, tag: "step 7", step: 7, wallTime: 1000)
        try writer.close()
        let event = try #require(try events(of: writer.path).last)
        #expect(event.step == 7 && event.wallTime == 1000)
        #expect(event.content == .runMetadata(tag: "step 7", metadata.serialized()))
    }

    @Test func holdsTimesAndMemory() throws {
        let node = RunMetadata.Node(
            name: "dense/MatMul", label: "dense/MatMul = MatMul(x, w)",
            startNanoseconds: 1_700_000_000_000_001_500, endNanoseconds: 1_700_000_000_000_004_600,
            thread: 3, allocations: [.init(allocator: "cpu", totalBytes: 40, liveBytes: 0)],
            outputs: [
                .init(type: .float, shape: [10, 784], byteCount: 31_360, allocator: "arena"),
                .init(type: .int32, shape: []),
            ])
        let metadata = RunMetadata(devices: [.init(name: "/device:CPU:0", nodes: [node])])
        let device = try WireMessage(metadata.serialized()).messages(1)[0].messages(1)[0]
        #expect(device.string(1) == "/device:CPU:0")
        let written = try device.messages(2)[0]
        #expect(written.string(1) == "dense/MatMul")
        #expect(written.string(8) == "dense/MatMul = MatMul(x, w)")
        #expect(written.int(2) == 1_700_000_000_000_001)
        #expect(written.int(5) == 4, "3.1 microseconds are four that have begun")
        #expect(written.int(13) == 1_700_000_000_000_001_500)
        #expect(written.int(16) == 3100)
        #expect(written.int(10) == 3)
        let memory = try written.messages(6)[0]
        #expect(memory.string(1) == "cpu")
        #expect([2, 3, 4].map { memory.int($0) } == [40, 40, 0])
        let outputs = try written.messages(7)
        #expect(outputs.map { $0.int(1) } == [0, 1])
        let tensors = try outputs.map { try $0.messages(3)[0] }
        #expect(tensors.map { $0.int(1) } == [1, 3])
        #expect(try tensors[0].messages(2)[0].messages(2).map { $0.int(1) } == [10, 784])
        #expect(try tensors[0].messages(4)[0].int(1) == 31_360)
        // A scalar's shape is there, though it is empty.
        #expect(try tensors[1].messages(2).count == 1)
    }

    @Test func nodesThatEndBeforeTheyStartTakeNoTime() throws {
        let nodes = [(5, 3), (Int64.min, Int64.max), (0, 0), (0, 1)].map { start, end in
            RunMetadata.Node(name: "x", startNanoseconds: start, endNanoseconds: end)
        }
        let bytes = RunMetadata(devices: [.init(name: "d", nodes: nodes)]).serialized()
        let written = try WireMessage(bytes).messages(1)[0].messages(1)[0].messages(2)
        #expect(written.map { $0.int(5) } == [0, 0, 0, 1])
    }
}
