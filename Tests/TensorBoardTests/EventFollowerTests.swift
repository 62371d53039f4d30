import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct EventFollowerTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// The runs and steps of the scalars that are new, and how many problems.
    func news(_ follower: inout EventFollower) throws -> (points: [String], problems: Int) {
        var (points, problems) = ([String](), 0)
        try follower.poll { update in
            switch update.news {
            case .event(let event) where !event.values.isEmpty:
                points.append("\(update.run) \(event.step)")
            case .event: break
            case .problem: problems += 1
            }
        }
        return (points, problems)
    }

    @Test func findsEventsFilesAndRunsAsTheyAppear() throws {
        let logdir = folder.path(of: "log")
        var follower = EventFollower(folder: logdir)
        #expect(try news(&follower).points == [])
        let first = try SummaryWriter(logdir: "\(logdir)/a")
        try first.addScalar(1, tag: "x", step: 1)
        try first.flush()
        #expect(try news(&follower).points == ["a 1"])
        #expect(try news(&follower).points == [])
        let second = try SummaryWriter(logdir: "\(logdir)/b/c")
        try second.addScalar(1, tag: "x", step: 2)
        try second.flush()
        try first.addScalar(1, tag: "x", step: 3)
        try first.flush()
        #expect(try news(&follower).points == ["a 3", "b/c 2"])
        let third = try SummaryWriter(logdir: "\(logdir)/a")
        try third.addScalar(1, tag: "x", step: 4)
        try third.close()
        #expect(try news(&follower).points == ["a 4"])
    }

    /// Every way in which a file can grow: byte by byte.
    @Test func aCutRecordIsWaitedFor() throws {
        let bytes = try Fixtures.bytes("tensorflow1.tfevents")
        let expected = try events(of: Fixtures.path("tensorflow1.tfevents"))
        var follower = EventFollower(folder: folder.path)
        var found: [Event] = []
        for length in stride(from: 0, through: bytes.count, by: 13) + [bytes.count] {
            try folder.write(bytes[..<length], to: "x.tfevents.1")
            // Writing it again makes it another file for a moment, but not another node.
            try follower.poll { update in
                if case .event(let event) = update.news { found.append(event) }
            }
        }
        let offsets = found.map(\.offset)
        #expect(Set(offsets) == Set(expected.map(\.offset)))
    }

    /// A compressed file that grows byte by byte, and one that a copy of it replaces.
    @Test(arguments: ["GZIP", "ZLIB"]) func aCompressedFileGrows(name: String) throws {
        let bytes = try Fixtures.bytes("compressed-\(name).tfevents")
        let expected = try events(of: Fixtures.path("tensorflow2.tfevents"))
        var follower = EventFollower(folder: folder.path)
        var found: [Event] = []
        var problems: [EventFileError] = []
        for length in Array(0...24) + stride(from: 25, to: bytes.count, by: 9) + [bytes.count] {
            try folder.write(bytes[..<length], to: "x.tfevents.1")
            try follower.poll { update in
                switch update.news {
                case .event(let event): found.append(event)
                case .problem(let problem): problems.append(problem)
                }
            }
        }
        #expect(found == expected)
        #expect(problems == [])
        try folder.write(bytes, to: "copy")
        try FileManager.default.removeItem(atPath: folder.path(of: "x.tfevents.1"))
        try FileManager.default.moveItem(
            atPath: folder.path(of: "copy"), toPath: folder.path(of: "x.tfevents.1"))
        #expect(try news(&follower).points == [])
        // A copy that cannot be unpacked so far says so, once.
        var damaged = bytes
        damaged[bytes.count / 2] ^= 0xff
        for (copy, problemCount) in [(damaged, 1), (damaged, 0), (bytes, 0)] {
            try folder.write(copy, to: "x.tfevents.1")
            let found = try news(&follower)
            #expect(found.points == [])
            #expect(found.problems == problemCount)
        }
        // Another one in its place is read from its start; and a second stream behind the first.
        guard name == "GZIP" else { return }
        try folder.write(bytes + bytes, to: "x.tfevents.1")
        #expect(try news(&follower).points.count == expected.filter { !$0.values.isEmpty }.count)
        #expect(try news(&follower).points == [])
    }

    @Test func damageIsToldOnceAndOthersGoOn() throws {
        let bytes = try Fixtures.bytes("tensorflow1.tfevents")
        var damaged = bytes
        damaged[3] ^= 1
        try folder.write(damaged, to: "x.tfevents.1")
        var follower = EventFollower(folder: folder.path)
        #expect(try news(&follower).problems == 1)
        try folder.write(damaged + [0], to: "x.tfevents.1")
        #expect(try news(&follower).problems == 0)
        try folder.write(bytes, to: "y.tfevents.1")
        let last = try news(&follower)
        #expect(last.problems == 0 && last.points.count == 2)
        // It is the same file again.
        try folder.write([], to: "y.tfevents.1")
        #expect(try news(&follower).points == [])
        try folder.write(bytes, to: "y.tfevents.1")
        #expect(try news(&follower).points == [])
    }

    @Test func updatesArriveUntilTheTaskEnds() async throws {
        let writer = try SummaryWriter(logdir: folder.path(of: "run"))
        try writer.addScalar(1, tag: "x", step: 1)
        try writer.flush()
        let reading = Task { [path = folder.path] in
            var steps: [Int64] = []
            for try await update in EventUpdates(folder: path, every: .milliseconds(5)) {
                guard case .event(let event) = update.news, !event.values.isEmpty else { continue }
                steps.append(event.step)
                if event.step == 1 { try writer.addScalar(1, tag: "x", step: 2) }
                if event.step == 1 { try writer.flush() }
                if event.step == 2 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return steps
        }
        #expect(try await reading.value == [1, 2])
    }
}

@Suite struct RunValuesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func values() throws -> RunValues {
        try #require(try EventLog(folder: folder.path).runs.first).values()
    }

    @Test func valuesOfBothTensorFlows() throws {
        try folder.write(Fixtures.bytes("tensorflow1.tfevents"), to: "x.tfevents.1")
        let one = try values()
        #expect(one["loss"]?.scalars.map(\.step) == [3, 7])
        #expect(one["loss"]?.scalars.map(\.value) == [0.5, 0.5])
        let weights = try #require(try one["weights"]?.stored.first?.load())
        #expect(weights.distribution == Histogram(counting: [1, 2] as [Float]))
        #expect(try one["picture/image/0"]?.stored.map { try $0.load().pictures?.count } == [1, 1])

        try folder.write(Fixtures.bytes("tensorflow2.tfevents"), to: "x.tfevents.1")
        let two = try values()
        #expect(two.problems == [])
        #expect(two["loss"]?.scalars.map(\.value) == [1, 0.5, Double(Float(0.2))])
        #expect(two["loss"]?.metadata?.description == "*falls*")
        let histogram = try #require(try two["weights"]?.stored.first?.load().distribution)
        #expect(histogram.count == 5)
        #expect((histogram.minimum, histogram.maximum) == (0, 4))
        #expect(try two["note"]?.stored.first?.load().text == ["hello"])
        let pictures = try #require(try two["picture"]?.stored.first?.load().pictures)
        #expect(try pictures.map { try DecodedPNG($0).pixels } == [[0, 0, 0, 0]])
    }

    /// A run that starts again at step 4: what the first program logged from there on is void.
    @Test func startsMakeLaterStepsVoid() throws {
        for (initial, steps) in [(Int64(0), 0...6), (4, 4...5), (9, 9...9)]
            as [(
                Int64, ClosedRange<Int64>
            )]
        {
            var options = SummaryWriter.Options()
            options.purgeStep = initial
            let writer = try SummaryWriter(logdir: folder.path, options: options)
            for step in steps {
                try writer.addScalar(Float(initial), tag: "x", step: step)
                try writer.add(Summary([.histogram([1], tag: "h")]), step: step)
            }
            try writer.close()
        }
        let values = try values()
        #expect(values["x"]?.scalars.map(\.step) == [0, 1, 2, 3, 4, 5, 9])
        #expect(values["x"]?.scalars.map(\.value) == [0, 0, 0, 0, 4, 4, 9])
        #expect(values["h"]?.stored.map(\.step) == [0, 1, 2, 3, 4, 5, 9])
    }

    @Test func aStoredValueOfAChangedFile() throws {
        try folder.write(Fixtures.bytes("tensorflow1.tfevents"), to: "x.tfevents.1")
        let stored = try #require(try values()["weights"]?.stored.first)
        try folder.write([], to: "x.tfevents.1")
        let error = #expect(throws: EventFileError.self) { try stored.load() }
        #expect(error?.offset == stored.offset)
    }
}
