import RecordIO

/// What the event files of a folder say, whoever wrote them, to a writer that goes on there.
struct RunHistory {
    /// The run's folder.
    let folder: String

    /// Files are searched for a start as far as this: writers put it right behind the version.
    private static let eventsBeforeStart = 3

    /// The steps of the records of starts that a writer's first file begins with.
    ///
    /// A start voids what stands before it from its step on, for readers that heed it: so where
    /// others have logged there is none unless a purge is asked for. But the first one in a run
    /// voids nothing for TensorBoard, which takes it for the run's beginning. So a new run begins
    /// with one; and where none stands before a purge, the purge is written twice.
    ///
    /// - Parameters:
    ///   - path: The writer's first file, which is there already: of two writers that start at once,
    ///     one at least sees the other's.
    ///   - purgeStep: The step from which on earlier events are to be forgotten, if they are.
    func starts(of path: String, _ purgeStep: Int64?) -> [Int64] {
        let others = paths.filter { ExactName($0) != ExactName(path) }
        guard let purgeStep else { return others.isEmpty ? [0] : [] }
        return others.isEmpty || others.contains(where: Self.hasStart)
            ? [purgeStep] : [purgeStep, purgeStep]
    }

    /// The event files, in the order of their names.
    var paths: [String] {
        let entries = (try? Folder.entries(of: folder)) ?? []
        return entries.filter { $0.isFile && EventFileName.isEventFile($0.name) }
            .map { "\(folder)/\($0.name)" }
    }

    /// Keeps other writers, of other processes too, from changing what a run has once while this one
    /// does. Where that cannot be had, two that do it at once may lose what one of them has added.
    func lock() -> FileLock? {
        paths.first { !$0.hasSuffix(EventFileName.first) }
            .flatMap { FileLock.take($0, waiting: 2) }
    }

    private static func hasStart(_ path: String) -> Bool {
        guard var reader = try? EventFileReader(path: path) else { return false }
        for _ in 0..<eventsBeforeStart {
            guard let event = try? reader.next() else { return false }
            if event.content == .session(.start) { return true }
        }
        return false
    }

    /// The greatest step that values were logged for; `nil` without any.
    ///
    /// - Parameters:
    ///   - purgeStep: The step from which on earlier events are void, if they are.
    ///   - path: A file to be left out.
    func lastStep(before purgeStep: Int64?, except path: String) -> Int64? {
        var last: Int64?
        forEachEvent(before: purgeStep, except: path) { event in
            guard event.values.contains(where: { !$0.isOfNoStep }) else { return }
            last = max(last ?? .min, event.step)
        }
        return last
    }

    /// The greatest step that each tag has a value of.
    ///
    /// - Parameters:
    ///   - purgeStep: The step from which on earlier events are void, if they are.
    ///   - path: A file to be left out.
    func lastSteps(before purgeStep: Int64?, except path: String) -> [ExactName: Int64] {
        var steps: [ExactName: Int64] = [:]
        forEachEvent(before: purgeStep, except: path) { event in
            for value in event.values where !value.isOfNoStep {
                let tag = ExactName(value.tag)
                steps[tag] = max(steps[tag] ?? .min, event.step)
            }
        }
        return steps
    }

    private func forEachEvent(
        before purgeStep: Int64?, except path: String, _ body: (Event) -> Void
    ) {
        for other in paths where ExactName(other) != ExactName(path) {
            guard var reader = try? EventFileReader(path: other) else { continue }
            while true {
                do throws(EventFileError) {
                    guard let event = try reader.next() else { break }
                    if let purgeStep, event.step >= purgeStep { continue }
                    body(event)
                } catch {
                    // What stands behind damage may be shown, too.
                    let skipped = error.problem == .notAnEvent ? 0..<1 : try? reader.skipDamage()
                    if skipped?.isEmpty != false { break }
                }
            }
        }
    }
}

extension Event.Value {
    /// Whether the step of the value is just a number: what is said of a run as a whole.
    fileprivate var isOfNoStep: Bool {
        tag == CustomScalars.tag || tag.utf8.starts(with: "_hparams_/".utf8)
    }
}
