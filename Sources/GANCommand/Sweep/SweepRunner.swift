import ArgumentParser
import GAN
import RecordIO

/// A sweep at work: starts a process for each run that is due, as many at once as there is room for,
/// until all runs are over, those too that other processes train.
final class SweepRunner {
    let sweep: PlannedSweep
    /// What is known of each run.
    private(set) var records: [RunRecord?]
    private(set) var standings: [SweepSchedule.Standing] = []
    /// What runs say that are trained here.
    private(set) var reports: [RunReport]
    private var children: [ChildRun] = []
    /// Why runs failed here, which are not tried again.
    private(set) var failures: [Int: String] = [:]
    /// How often the process of a run was killed, and after which pass last.
    private var kills: [Int: (count: Int, passes: Int)] = [:]
    /// Runs that other processes train, and when to look at them again.
    private var elsewhere: [Int: ContinuousClock.Instant] = [:]
    private var looked = ContinuousClock.now
    /// Runs whose checkpoints are removed.
    private var withoutCheckpoints: Set<Int> = []
    private var withoutLocks = false
    private(set) var clock = WorkClock()
    /// The work that was done when the sweep began.
    private var workBefore = 0.0

    /// How often a run may be killed without a pass between.
    private static let patience = 3
    /// How long after one look at what other processes do comes another.
    private static let lookInterval = Duration.seconds(1)

    init(_ sweep: PlannedSweep) {
        self.sweep = sweep
        records = sweep.plan.runs.map { _ in nil }
        reports = sweep.plan.runs.map { _ in RunReport() }
    }

    /// The runs that this process is to see to their ends: its part, or all where others' distances
    /// decide.
    var runs: [Int] {
        sweep.schedule.halving == nil ? sweep.ownRuns : Array(sweep.plan.runs.indices)
    }

    /// Those that it begins with.
    private var order: [Int] {
        guard sweep.schedule.halving != nil else { return sweep.ownRuns }
        let own = sweep.ownRuns
        return own + sweep.plan.runs.indices.filter { !sweep.shard.contains($0) }
    }

    /// Which runs are trained by this process now.
    var running: [Int] { children.map(\.run).sorted() }

    /// Whether a run is trained by another process, as far as is known.
    func isElsewhere(_ run: Int) -> Bool { elsewhere[run] != nil && !standings[run].isOver }

    /// Trains until all runs are over, or a signal comes.
    ///
    /// - Throws: `ExitCode` after a signal, and where a run failed.
    func run() throws {
        try RunFolder.makeFolders(sweep.folder)
        if Processes.launched != nil { StopSignal.expectLauncher() }
        StopSignal.watch()
        WorkClock.watchForStops()
        readAll()
        let tensorBoard = announce()
        // mpirun gives its processes a terminal each, and shows all of them in one.
        let isAlone = sweep.shard.variables.isEmpty
        let live = !sweep.command.noProgress && System.outputIsTerminal && isAlone
        let view: any SweepView = live ? LiveTable() : SweepLines(self)
        clock = WorkClock()
        workBefore = work.done
        do {
            try loop(view)
        } catch {
            view.finish()
            stopAll()
            throw error
        }
        view.finish()
        try SweepEnd(self).tell()
        tensorBoard?.waitUntilStopped()
    }

    private func loop(_ view: any SweepView) throws {
        while true {
            if StopSignal.exitCode != nil {
                stopAll(view)
                return
            }
            reap(view)
            try fill()
            removeCheckpoints()
            clock.look()
            view.show(self)
            if children.isEmpty, runs.allSatisfy({ standings[$0].isOver }) { return }
            System.wait(for: children.map(\.descriptor), seconds: children.isEmpty ? 0.5 : 0.2)
        }
    }

    /// Lets all runs end after the steps under way, with checkpoints.
    private func stopAll(_ view: (any SweepView)? = nil) {
        for child in children { child.stop() }
        while !children.isEmpty {
            reap(view)
            System.wait(for: children.map(\.descriptor), seconds: 0.2)
        }
    }

    // MARK: Records

    private func read(_ run: Int) {
        // One that cannot be read now may be later; the run's process tells of it.
        if let record = try? RunRecord(folder: sweep.path(run)) { records[run] = record }
    }

    private func readAll() {
        for run in records.indices { read(run) }
        judge()
        looked = .now
    }

    private func judge() {
        standings = sweep.schedule.standings(records, givenUp: Set(failures.keys))
    }

    /// What is done of all runs, in runs.
    private var work: (done: Double, all: Double) {
        sweep.schedule.work(standings, of: runs) { run in
            let goal = sweep.schedule.goals[run]
            if goal.passes < TrainingLimit.passes {
                return Double(passes(run)) / Double(max(goal.passes, 1))
            }
            let seconds = (records[run]?.seconds ?? 0) + reports[run].seconds(clock.worked)
            return seconds / (goal.seconds ?? .infinity)
        }
    }

    /// The passes that a run has done.
    func passes(_ run: Int) -> Int { max(records[run]?.passes ?? 0, reports[run].passes) }

    /// How long it all takes from now on, by how long it has taken.
    var timeLeft: Duration? {
        let (done, all) = work
        guard done > workBefore, clock.worked > .seconds(2) else { return nil }
        let pace = (done - workBefore) / (clock.worked / .seconds(1))
        return .seconds(((all - done) / pace).rounded())
    }

    // MARK: Processes

    /// Takes what runs say, and those that have ended.
    private func reap(_ view: (any SweepView)?) {
        for child in children {
            guard let messages = child.messages() else {
                let end = child.wait()
                children.removeAll { $0 === child }
                note(end, of: child)
                view?.ended(child.run, self)
                continue
            }
            for message in messages { reports[child.run].take(message, at: clock.worked) }
        }
    }

    /// Notes how the process of a run has ended.
    private func note(_ end: ChildRun.End, of child: ChildRun) {
        let run = child.run
        read(run)
        reports[run].end()
        judge()
        switch end {
        case .exit(RunOfSweepCommand.lockedExitCode):
            elsewhere[run] = .now + Self.lookInterval
        case .exit(0):
            if standings[run] == .due(passes: child.passes) {
                failures[run] = "it ended without a word"
            }
        case .exit(let code) where code > 128 || StopSignal.exitCode != nil:
            noteKill(of: run, "it was stopped again and again, with exit code \(code)")
        case .exit:
            failures[run] = child.errorText
        case .signal(let number):
            let words =
                number == SignalNumber.kill
                ? "signal 9, as the system does where memory is short" : "signal \(number)"
            noteKill(of: run, "it was killed again and again, by \(words)")
        }
        judge()
    }

    /// A run whose process was killed is gone on with, as long as it gets anywhere.
    private func noteKill(of run: Int, _ reason: String) {
        guard StopSignal.exitCode == nil else { return }
        let last = kills[run] ?? (0, 0)
        let count = passes(run) > last.passes ? 1 : last.count + 1
        kills[run] = (count, passes(run))
        if count >= Self.patience { failures[run] = reason }
    }

    /// Starts runs for which there is room.
    private func fill() throws {
        let room = sweep.command.concurrentRuns
        if children.count < room, looked.duration(to: .now) >= Self.lookInterval { readAll() }
        for run in order where children.count < room {
            guard case .due = standings[run], !children.contains(where: { $0.run == run })
            else { continue }
            if let time = elsewhere[run], time > .now { continue }
            elsewhere[run] = nil
            read(run)
            judge()
            guard case .due(let passes) = standings[run], try isFree(run) else { continue }
            do {
                try start(run, passes: passes)
            } catch {
                // Where others are under way, there may be room again when they have ended.
                if children.isEmpty { throw error }
                return
            }
        }
    }

    /// Whether no other process has a run. One whose folder cannot be made fails, and no other.
    ///
    /// - Throws: `CommandError` where the file system has no locks, and nothing else keeps two from
    ///   training one run.
    private func isFree(_ run: Int) throws -> Bool {
        if withoutLocks { return true }
        let path = sweep.path(run)
        do {
            try RunFolder.makeFolders(path)
        } catch {
            fail(run, "\(error)")
            return false
        }
        switch SweepFolder.lock(run: path) {
        case .taken: return true
        case .busy:
            elsewhere[run] = .now + Self.lookInterval
            return false
        case .refused(let error) where error.action == .create:
            fail(run, "\(error)")
            return false
        case .refused(let error):
            guard sweep.command.shard != nil else {
                throw CommandError(
                    "\(sweep.folder) is on a file system without locks (\(error.reason)): give each "
                        + "process its part by --shard, --shard 1/1 where there is one alone")
            }
            withoutLocks = true
            return true
        }
    }

    private func fail(_ run: Int, _ reason: String) {
        failures[run] = reason
        judge()
    }

    private func start(_ run: Int, passes: Int) throws {
        let goal = sweep.schedule.goals[run]
        var words = ["run-of-sweep", "--passes=\(goal.passes)"]
        if passes < goal.passes { words.append("--pause-after=\(passes)") }
        words += sweep.plan.runs[run].identity.map { "--flag=\($0)" }
        if withoutLocks { words.append("--without-lock") }
        words += ["--"] + PlannedSweep.words(sweep.plan.runs[run], sweep.command)
        reports[run].begin(passes: self.passes(run), goal: passes, at: clock.worked)
        children.append(try ChildRun(run: run, passes: passes, words))
    }

    // MARK: Before and after

    /// Says what begins.
    private func announce() -> TensorBoardProcess? {
        let command = sweep.command
        let over = runs.count { standings[$0].isOver }
        let shard =
            sweep.shard.count == 1
            ? ""
            : ", part \(sweep.shard.index + 1) of \(sweep.shard.count)"
                + (sweep.shard.variables.isEmpty ? "" : " by \(sweep.shard.variables)")
                + ": \(sweep.ownRuns.count) of \(sweep.plan.runs.count) runs"
        let threads = command.threadsPerRun ?? 1
        System.print(
            "sweep: \(sweep.plan.runs.count) runs in \(sweep.folder.printable)"
                + (over > 0 ? ", \(over) of them over" : "") + shard + "; "
                + "\(command.concurrentRuns) at once, \(threads) "
                + (threads == 1 ? "thread each\n" : "threads each\n"))
        var tensorBoard: TensorBoardProcess?
        if command.open { tensorBoard = TensorBoardProcess(logFolder: sweep.folder) }
        if let problem = tensorBoard?.problem { System.print("\(problem)\n") }
        let address = tensorBoard?.address
        System.print(
            "to watch them: \(address ?? sweep.tensorBoardCommand)\n")
        return tensorBoard
    }

    /// Removes the checkpoints of runs that are not among the best, whatever comes.
    private func removeCheckpoints() {
        guard let count = sweep.command.keepBest else { return }
        for run in sweep.runsBeyondBest(count, standings, records)
        where !withoutCheckpoints.contains(run) {
            guard case .taken(let lock) = SweepFolder.lock(run: sweep.path(run)) else { continue }
            // What cannot be removed stays, and the sweep goes on.
            try? RunFiles.removeCheckpoints(from: sweep.path(run))
            withoutCheckpoints.insert(run)
            withExtendedLifetime(lock) {}
        }
    }
}
