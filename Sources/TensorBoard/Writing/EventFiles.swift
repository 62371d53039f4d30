/// The event files of a writer, one after the other, for its thread alone: goes on in a new file
/// when one is long enough, and decides what a failure means.
final class EventFiles {
    private let folder: String
    private let options: SummaryWriter.Options
    private let status: WriterStatus
    /// The file that is written; `nil` while there is none to be had.
    private var file: EventFile?
    /// Whether there was a file yet.
    private var isStarted = false
    private let descriptions = TagDescriptions()
    private let projector: ProjectorFolder
    private var layouts: LayoutHistory
    /// What the writer has brought into the run's Custom Scalars tab.
    private var ownLayout = CustomScalars()
    /// Failures that belong to one call each, where they are thrown.
    private var callFailures: [EventFileError] = []
    /// When the last failure was, while it is not followed by a success.
    private var lastFailure: ContinuousClock.Instant?

    /// How long to leave a disk alone that refused something.
    private static let retryInterval = Duration.seconds(1)

    /// Makes the first file.
    ///
    /// - Throws: `EventFileError` if that cannot be, unless the options say to go on.
    init(
        in folder: String, options: SummaryWriter.Options, status: WriterStatus
    ) throws(EventFileError) {
        self.folder = folder
        self.options = options
        self.status = status
        projector = ProjectorFolder(path: folder)
        layouts = LayoutHistory(folder: folder)
        do throws(EventFileError) {
            try startFile()
        } catch {
            try fail(error, droppedCount: 0)
        }
    }

    /// Writes events.
    ///
    /// - Throws: `EventFileError` if that cannot be, unless the options say to go on.
    func write(_ events: [PendingEvent]) throws(EventFileError) {
        var rest = events[...]
        while !rest.isEmpty {
            if let lastFailure, lastFailure.duration(to: .now) < Self.retryInterval {
                status.drop(rest.count)
                return
            }
            do throws(EventFile.Failure) {
                rest = rest.dropFirst(try writeSome(rest))
                lastFailure = nil
            } catch {
                rest = rest.dropFirst(error.writtenCount)
                // One that is too long, or that goes elsewhere, is no reason to drop the others.
                if error.error.problem == .tooLong || rest.first?.isForProjector == true {
                    failCall(error.error)
                    rest = rest.dropFirst()
                } else {
                    leaveFile()
                    try fail(error.error, droppedCount: rest.count)
                    rest = []
                }
            }
        }
    }

    /// Takes what there is to tell of calls that failed while others went on.
    func takeCallFailures() -> [EventFileError] {
        defer { callFailures = [] }
        return callFailures
    }

    /// Waits until everything written is on the disk.
    ///
    /// - Throws: `EventFileError` if that cannot be, unless the options say to go on.
    func synchronize() throws(EventFileError) {
        do throws(EventFileError) {
            try file?.synchronize()
        } catch {
            try fail(error, droppedCount: 0)
        }
    }

    /// Writes events until one file is long enough, or something that is no event comes.
    ///
    /// - Returns: How many, at least one.
    private func writeSome(
        _ events: ArraySlice<PendingEvent>
    ) throws(EventFile.Failure) -> Int {
        if case .embedding(let embedding)? = events.first?.content {
            do throws(EventFileError) {
                try projector.write(embedding)
            } catch {
                throw EventFile.Failure(
                    error: error.inCall(
                        "the embedding \(embedding.tag.quoted) of step \(embedding.step)"),
                    writtenCount: 0)
            }
            return 1
        }
        let limit = options.maximumFileSize ?? .max
        if let file, file.byteCount >= limit { try endFile() }
        if let event = events.first, case .layout(let layout) = event.content {
            // Each says all of it.
            if !events.dropFirst().contains(where: \.isLayout) {
                try write(layout, at: event.wallTime)
            }
            return 1
        }
        return try nextFile().write(
            events.prefix { !$0.isForProjector && !$0.isLayout }, upTo: limit)
    }

    /// Writes what the writer has in the run's Custom Scalars tab, and what others have there, where
    /// TensorBoard sees it: not before a file that has a layout, too.
    private func write(_ own: CustomScalars, at time: Double) throws(EventFile.Failure) {
        let lock = RunHistory(folder: folder).lock()
        defer { withExtendedLifetime(lock) {} }
        var file = try nextFile()
        let last = layouts.last()
        let shown = last?.layout ?? CustomScalars()
        let others = shown.removing(ownLayout)
        let layout =
            others.categories.isEmpty ? own : shown.removing(ownLayout.removing(own)).adding(own)
        let value: Summary.Value
        do throws(Refusal) {
            value = try layout.value()
        } catch {
            return  // It was looked at when it was logged.
        }
        if let last, ExactName(file.path) < ExactName(last.path) {
            if value == (try? shown.value()) { return }
            try endFile()
            file = try nextFile()
        }
        let event = PendingEvent(
            wallTime: time, step: 0, content: .summary(Summary([value])))
        do throws(EventFile.Failure) {
            _ = try file.write([event][...])
        } catch {
            throw EventFile.Failure(error: error.error, writtenCount: 0)
        }
        layouts.note(layout, in: file.path)
        ownLayout = own.removing(others)
    }

    private func endFile() throws(EventFile.Failure) {
        do throws(EventFileError) {
            try file?.synchronize()
        } catch {
            throw EventFile.Failure(error: error, writtenCount: 0)
        }
        file = nil
    }

    private func nextFile() throws(EventFile.Failure) -> EventFile {
        do throws(EventFileError) {
            return try startFile()
        } catch {
            throw EventFile.Failure(error: error, writtenCount: 0)
        }
    }

    /// The file that is written; a new one if there is none.
    @discardableResult
    private func startFile() throws(EventFileError) -> EventFile {
        if let file { return file }
        let file = try EventFile(
            in: folder, prefix: options.fileNamePrefix, suffix: options.fileNameSuffix,
            descriptions: descriptions,
            starts: {
                isStarted ? [] : RunHistory(folder: folder).starts(of: $0, options.purgeStep)
            })
        isStarted = true
        self.file = file
        layouts.note(nil, in: file.path)
        status.path = file.path
        return file
    }

    /// After a failure: goes on in the same file if it is as it should be.
    private func leaveFile() {
        guard let file else { return }
        if file.isUsable { file.describeTagsAgain() } else { self.file = nil }
    }

    private func fail(_ error: EventFileError, droppedCount: Int) throws(EventFileError) {
        guard case .dropping(let report) = options.failurePolicy else { throw error }
        status.drop(droppedCount)
        if let report {
            report(error)
        } else if lastFailure == nil {
            StandardError.write("\(error); what is logged is dropped until it can be written")
        }
        lastFailure = .now
    }

    /// Drops one event, whose failure says nothing of others.
    private func failCall(_ error: EventFileError) {
        if case .throwing = options.failurePolicy {
            callFailures.append(error)
        } else {
            status.drop(1)
            options.failurePolicy.report(error)
        }
    }
}

extension PendingEvent {
    /// Whether it goes into files of its own.
    fileprivate var isForProjector: Bool {
        if case .embedding = content { true } else { false }
    }

    fileprivate var isLayout: Bool {
        if case .layout = content { true } else { false }
    }
}
