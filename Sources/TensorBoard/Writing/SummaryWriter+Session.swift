import Platform
import RecordIO

extension SummaryWriter {
    /// Gives a run other hyperparameters than those that it was started with, or another end: for a
    /// run that is continued. Nothing else of the run is touched.
    ///
    /// Of several such records TensorBoard shows a run's first. So this one goes into a small file
    /// that comes before all others of the run, in place of what an earlier call has put there. A
    /// TensorBoard that has read the run already shows it when it is started again.
    ///
    /// - Parameters:
    ///   - hparams: The hyperparameters.
    ///   - status: How the run ended; `running` while it has not.
    ///   - folder: The run's folder, with event files in it.
    /// - Throws: `EventFileError` if the folder cannot be read, or the file not be written; then the
    ///   one that was there is still.
    public static func replaceHParams(
        _ hparams: HParams, status: HParams.Status = .running, ofRun folder: String
    ) throws(EventFileError) {
        let now = WallClock.now()
        // The file comes first: what it says of the run's start has to be so.
        let start = try firstWallTime(inRun: folder) ?? now
        var values: [Summary.Value] = []
        do throws(Refusal) {
            values.append(try .sessionStart(hparams, group: "", time: start))
            if status != .running { values.append(try .sessionEnd(status, time: now)) }
        } catch {
            throw EventFileError(path: folder, problem: .refused, description: error.reason)
        }
        try write(values, asFirstOf: folder, at: start)
    }

    /// Says again what this writer has logged of a run, where TensorBoard shows it: of several such
    /// records it shows the first ones, and other files of the run, or earlier calls, have some.
    func goOn(with values: [Summary.Value]) throws(EventFileError) {
        guard try isOriginal() else { return }
        let lock = RunHistory(folder: logdir).lock()
        defer { withExtendedLifetime(lock) {} }
        var shown = SessionRecords(folder: logdir, except: path)
        let said = SessionRecords(values)
        session.withLock { own in
            shown.append(own)
            own.append(said)
        }
        guard let records = shown.adding(said) else { return }
        do throws(EventFileError) {
            let start = try Self.firstWallTime(inRun: logdir) ?? WallClock.now()
            try Self.write(records.values, asFirstOf: logdir, at: start)
        } catch {
            try tell(error)
        }
    }

    /// Writes the file that comes before all others of a run.
    private static func write(
        _ values: [Summary.Value], asFirstOf folder: String, at start: Double
    ) throws(EventFileError) {
        var encoder = EventEncoder(descriptions: TagDescriptions(), longLength: .max)
        var records = RecordBuffer()
        for content in [PendingEvent.Content.fileVersion, .summary(Summary(values))] {
            let event = PendingEvent(wallTime: start, step: 0, content: content)
            guard case .appended = encoder.append(event, to: &records) else {
                throw EventFileError(
                    path: folder, problem: .tooLong,
                    description: "its hyperparameters take more than 2 GiB")
            }
        }
        do throws(FileError) {
            let file = try StagedFile("\(folder)/\(EventFileName.first)")
            try records.withBytes { bytes throws(FileError) in try file.append(bytes) }
            try file.synchronize()
            try file.commit()
            try Folder.synchronize(folder)
        } catch {
            throw EventFileError(error)
        }
    }

    /// The time of the first event that can be read in a run's own files.
    private static func firstWallTime(inRun folder: String) throws(EventFileError) -> Double? {
        let names: [String]
        do throws(FileError) {
            names = try Folder.entries(of: folder).filter { !$0.isFolder }.map(\.name)
        } catch {
            throw EventFileError(error)
        }
        for name in names where EventFileName.isEventFile(name) && name != EventFileName.first {
            guard var reader = try? EventFileReader(path: "\(folder)/\(name)"),
                let event = try? reader.next(), event.wallTime.isFinite
            else { continue }
            return event.wallTime
        }
        return nil
    }
}
