import Foundation
import RecordIO
import TensorBoard
import TestSupport
import Testing

/// What happens around a writer while it writes.
@Suite struct FaultTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func theFolderIsRemoved() throws {
        let writer = try SummaryWriter(logdir: folder.path(of: "run"))
        try writer.addScalar(1, tag: "x", step: 1)
        try writer.flush()
        try FileManager.default.removeItem(atPath: folder.path(of: "run"))
        try writer.addScalar(1, tag: "x", step: 2)
        let error = #expect(throws: EventFileError.self) { try writer.flush() }
        #expect(error?.problem == .removed)
        #expect(error?.path == writer.path)
        let again = try SummaryWriter(logdir: folder.path(of: "run"))
        try again.addScalar(1, tag: "x", step: 3)
        try again.close()
        #expect(try EventLog(folder: folder.path).runs.first?.values()["x"]?.scalars.count == 1)
    }

    /// A clock that steps back: events keep their order, and later files are still read later.
    @Test func theClockStepsBack() throws {
        let early = try SummaryWriter(logdir: folder.path)
        for (step, wallTime) in [(1, 2e9), (2, 1e9), (3, 1.5e9)] {
            try early.addScalar(Float(step), tag: "x", step: Int64(step), wallTime: wallTime)
        }
        try early.close()
        // A file of a time when the clock went wrong.
        let name = "events.out.tfevents.9999999998.host.1.00001"
        try FileManager.default.moveItem(atPath: early.path, toPath: folder.path(of: name))
        var options = SummaryWriter.Options()
        options.purgeStep = 3
        let late = try SummaryWriter(logdir: folder.path, options: options)
        try late.addScalar(30, tag: "x", step: 3)
        try late.close()
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        #expect(run.files.last == late.path)
        let points = run.values()["x"]?.scalars ?? []
        #expect(points.map(\.value) == [1, 2, 30])
        #expect(points.prefix(2).map(\.wallTime) == [2e9, 1e9])
    }

    /// Eight threads log, and one reads what they have written so far: whole events only.
    @Test func eightThreadsLogAndOneReads() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        let count = 1000
        let threads = DispatchGroup()
        for thread in 0..<8 {
            threads.enter()
            Thread.detachNewThread {
                for step in 1...count {
                    try? writer.addScalar(1, tag: "\(thread)", step: Int64(step))
                    if step.isMultiple(of: 250) { try? writer.flush() }
                }
                threads.leave()
            }
        }
        var follower = EventFollower(folder: folder.path)
        var steps: [String: [Int64]] = [:]
        var isOver = false
        while !isOver {
            isOver = threads.wait(timeout: .now() + 0.001) == .success
            if isOver { try writer.close() }
            try follower.poll { update in
                guard case .event(let event) = update.news else {
                    Issue.record("\(update)")
                    return
                }
                for value in event.values { steps[value.tag, default: []].append(event.step) }
            }
        }
        #expect(steps.count == 8)
        #expect(steps.values.allSatisfy { $0 == Array(1...Int64(count)) })
    }
}

/// Few bytes that ask for much memory.
@Suite struct BombTests {
    /// Repeats a field inside of nested fields, and returns what is read of such an event.
    private func read(_ field: [UInt8], times: Int, in fields: [UInt8]) throws -> Event? {
        var message = field
        while message.count < times * field.count { message += message }
        for number in fields {
            var outer = [number << 3 | 2]
            Varint.append(UInt64(message.count), to: &outer)
            message = outer + message
        }
        var records = RecordBuffer()
        records.append(message.span.bytes)
        let folder = try TemporaryFolder()
        let path = try folder.write(
            records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "bomb.tfevents")
        var reader = try EventFileReader(path: path)
        return try reader.next()
    }

    /// Values, dimensions, strings: two bytes each, and many times that in memory.
    @Test(
        arguments: [
            ([0x0a, 0], [5]), ([0x12, 0], [2, 8, 1, 5]), ([0x42, 0], [8, 1, 5]),
        ] as [([UInt8], [UInt8])])
    func manyEmptyParts(field: [UInt8], fields: [UInt8]) throws {
        #expect(try read(field, times: 1 << 10, in: fields) != nil)
        let error = #expect(throws: EventFileError.self) {
            try read(field, times: 1 << 23, in: fields)
        }
        #expect(error?.problem == .notAnEvent)
        #expect(error?.offset == 0)
    }

    @Test func deepNesting() throws {
        // Of a field that events have, and of one that they do not have.
        for number in [UInt8(1), 5, 13] {
            let fields = [UInt8](repeating: number, count: 20_000)
            _ = try? read([], times: 0, in: fields)
        }
    }
}
