import RecordIO
import TensorBoard
import TestSupport
import Testing

/// Points of curves are written by code of their own; libprotobuf-c, which writes all else, gives
/// the same bytes.
@Suite struct ScalarEventTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func bytesEqualLibprotobufC() throws {
        let tags =
            ["", "a", "größe/Ω"]
            + [15, 16, 120, 121, 122, 127, 128, 129, 16_370, 16_384].map {
                String(repeating: "t", count: $0)
            }
        let steps: [Int64] = [0, 1, -1, 127, 128, 16_383, 16_384, 1 << 40, .max, .min]
        let times = [0, -0.0, 1, -1, 1.7e9, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
        let values: [Float] = [0, -0.0, 1, -2.5, .nan, .infinity, .leastNonzeroMagnitude]

        let writer = try SummaryWriter(logdir: folder.path)
        for tag in tags { try writer.addScalar(0, tag: tag, step: 0) }
        var count = 0
        func log(_ value: Float, _ tag: String, _ step: Int64, _ time: Double) throws {
            try writer.addScalar(value, tag: tag, step: step, wallTime: time)
            try writer.add(Summary([.scalar(value, tag: tag)]), step: step, wallTime: time)
            count += 1
        }
        for tag in tags {
            for step in steps { try log(1.5, tag, step, 1e9) }
            for time in times { try log(1.5, tag, 3, time) }
            for value in values { try log(value, tag, 3, 1e9) }
        }
        try writer.close()

        var reader = try RecordReader(opening: writer.path)
        for _ in 0..<2 + tags.count { _ = try reader.next() }
        for _ in 0..<count {
            let ours = try #require(try reader.next())
            let theirs = try #require(try reader.next())
            #expect(ours.data == theirs.data)
        }
        #expect(try reader.next() == nil)
    }
}
