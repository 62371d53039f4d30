import GAN
import TestSupport
import Testing

/// What is known of runs, and what is to be done with them by that.
@Suite struct SweepScheduleTests {
    static func mark(_ passes: Int, _ distance: Double?, best: Double? = nil) -> RunRecord.Mark {
        RunRecord.Mark(
            passes: passes, discriminatorLoss: 0.1, generatorLoss: 1e-7, distance: distance,
            bestDistance: best ?? distance)
    }

    static func record(
        _ marks: [RunRecord.Mark], _ end: RunRecord.End? = nil, seconds: Double = 0
    ) -> RunRecord {
        var record = RunRecord(flags: ["--seed=1"])
        record.marks = marks
        record.passes = marks.last?.passes ?? 0
        (record.end, record.seconds) = (end, seconds)
        return record
    }

    @Test func text() throws {
        var record = Self.record([Self.mark(4, 1.0 / 3, best: 0.1), Self.mark(8, nil)], .stalled)
        record.flags.append("--data=a b\nc")
        record.reason = "it stands still"
        record.seconds = 1.5
        let folder = try TemporaryFolder()
        #expect(try RunRecord(folder: folder.path) == nil)
        try record.write(to: folder.path)
        try record.write(to: folder.path)
        #expect(try folder.names() == [RunRecord.fileName])
        record.flags[1] = "--data=a b c"
        #expect(try RunRecord(folder: folder.path) == record)
        let infinite = Self.record([Self.mark(1, .infinity)])
        #expect(RunRecord(text: infinite.text) == infinite)
    }

    /// Whatever a file has in it, it is read: what is not known is passed over.
    @Test func damagedTexts() {
        #expect(RunRecord(text: "") == RunRecord())
        let record = RunRecord(
            text: "mark x 1 2 3 4\nmark 3 1 2\nmark 5 1 2 3 -\nend of the world\nseconds -4\n\nflag"
        )
        #expect(record.marks.map(\.passes) == [5])
        #expect(record.end == nil && record.seconds == 0 && record.flags == [""])
        let whole = Self.record([Self.mark(4, 2)], .done, seconds: 3).text
        for count in 0..<whole.count { _ = RunRecord(text: String(whole.prefix(count))) }
    }

    @Test func marks() {
        var record = Self.record([Self.mark(4, 2), Self.mark(8, 3)])
        #expect(record.mark(after: 4)?.passes == 4)
        #expect(record.mark(after: 5)?.passes == 8)
        #expect(record.mark(after: 9) == nil)
        record.add(Self.mark(6, 1))
        #expect(record.marks.map(\.passes) == [4, 6])
        #expect(record.last?.passes == 6)
    }

    @Test func standings() {
        let goal = SweepSchedule.Goal(passes: 10, seconds: nil)
        let schedule = SweepSchedule(goals: Array(repeating: goal, count: 8))
        let records: [RunRecord?] = [
            nil, Self.record([]), Self.record([Self.mark(10, 1)], .done),
            // Done when fewer passes were asked for.
            Self.record([Self.mark(5, 1)], .done),
            Self.record([], .stalled), Self.record([], .diverged), Self.record([], .failed), nil,
        ]
        #expect(
            schedule.standings(records, givenUp: [7]) == [
                .due(passes: 10), .due(passes: 10), .ended(.done), .due(passes: 10),
                .ended(.stalled), .ended(.diverged), .due(passes: 10), .ended(.failed),
            ])
    }

    @Test func timeLimits() {
        let goal = SweepSchedule.Goal(passes: TrainingLimit.passes, seconds: 60)
        func standing(_ seconds: Double, _ end: RunRecord.End?) -> SweepSchedule.Standing {
            SweepSchedule(goals: [goal]).standings([Self.record([], end, seconds: seconds)])[0]
        }
        #expect(standing(60.2, .timeIsUp) == .ended(.timeIsUp))
        // The limit was smaller.
        #expect(standing(30, .timeIsUp) == .due(passes: TrainingLimit.passes))
        #expect(standing(70, nil) == .due(passes: TrainingLimit.passes))
    }

    @Test func rungs() {
        let goals = [100, 100, 100, 40].map { SweepSchedule.Goal(passes: $0, seconds: nil) }
        let schedule = SweepSchedule(goals: goals, halving: SuccessiveHalving(of: 4))
        func standings(_ records: [RunRecord?]) -> [SweepSchedule.Standing] {
            schedule.standings(records)
        }
        #expect(
            standings([nil, nil, nil, nil])
                == [.due(passes: 25), .due(passes: 25), .due(passes: 25), .due(passes: 10)])
        // One that ended without a distance is the last.
        #expect(
            standings([
                Self.record([Self.mark(25, 9)]), Self.record([], .diverged),
                Self.record([Self.mark(25, 3)]), Self.record([Self.mark(10, 5)]),
            ]) == [
                .stopped(passes: 25), .ended(.diverged), .due(passes: 50), .due(passes: 20),
            ])
        // A run that went farther before there were rungs counts as it was measured first.
        #expect(
            standings([
                Self.record([Self.mark(100, 1)], .done), Self.record([Self.mark(25, 2)]), nil,
                Self.record([Self.mark(10, 5)]),
            ]) == [.ended(.done), .waiting, .due(passes: 25), .stopped(passes: 10)])
    }

    @Test func work() {
        let goals = Array(repeating: SweepSchedule.Goal(passes: 100, seconds: nil), count: 4)
        let plain = SweepSchedule(goals: goals)
        let some: [SweepSchedule.Standing] = [
            .ended(.stalled), .due(passes: 100), .due(passes: 100), .ended(.done),
        ]
        let work = plain.work(some, of: [0, 1, 2]) { [0.2, 0.5, 0, 1][$0] }
        #expect(work.done == 1.5 && work.all == 3)
        let halving = SweepSchedule(goals: goals, halving: SuccessiveHalving(of: 4))
        let rungs = halving.work(halving.standings([nil, nil, nil, nil]), of: 0..<4) { _ in 0.25 }
        #expect(rungs.done == 1 && rungs.all == 4 * 0.25 + 2 * 0.25 + 1 * 0.5)
    }
}
