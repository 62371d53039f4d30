extension SummaryWriter {
    /// How a writer works.
    public struct Options: Sendable {
        /// How long an event may wait before it is written. TensorBoard looks for new data every
        /// five seconds: in two, an event is there at its next look, and a killed program loses
        /// little, while the disk is left alone.
        public var flushInterval: Duration = .seconds(2)
        /// How many events may wait. Whoever logs more has to wait until there is room.
        public var queueCapacity = 4096
        /// The step from which on TensorBoard is to forget what earlier files of the folder say: the
        /// step at which a run is taken up again. By default nothing is forgotten: the writer goes
        /// on with what is there.
        ///
        /// Only TensorBoard's Python reader (`--load_fast=false`) heeds it. The default one forgets a
        /// tag's values at and above a step by itself, when a value of the tag comes with that step.
        public var purgeStep: Int64?
        /// What the names of event files begin with, such as `worker-2.`; without `/`. TensorBoard reads
        /// a folder's files in the order of their names: where the name would come before that of a
        /// file that is there, it begins with that one's name instead.
        public var fileNamePrefix = ""
        /// What the names of event files end with, such as `.v2`; without `/`. It tells the files of
        /// several programs apart, but files are read in the order of the seconds in their names.
        public var fileNameSuffix = ""
        /// The bytes after which a file is left for a new one; `nil` for one file, however long.
        /// TensorBoard reads the files one after the other, as if they were one. A file is longer
        /// by up to what is written at once, some kilobytes or a long event.
        public var maximumFileSize: Int?
        /// Where the run's files go besides its folder. They are there in the end when ``close()``
        /// returns; what cannot be stored is tried again and again until then. Unless
        /// ``maximumFileSize`` says otherwise, files have 8 MB then, so that little is stored anew.
        public var destination: any LogDestination = LocalFiles()
        /// How often, and how long, files are brought to the destination.
        public var upload = LogUploader.Options()
        /// Which of the values are logged; ``SummaryWriter/recording`` changes it later.
        public var recording = Recording.always
        /// What to do when something cannot be written.
        public var failurePolicy: FailurePolicy = .throwing

        /// Makes the default options.
        public init() {}
    }

    /// Which of a program's values are logged.
    ///
    /// The others cost next to nothing. Graphs, hyperparameters, layouts, embeddings and the results of
    /// a run are logged in any case.
    public enum Recording: Sendable, Equatable {
        /// All.
        case always
        /// None.
        case never
        /// Those of steps that are multiples of a number.
        case everySteps(Int)
        /// Of each tag its first value, and then the first one after so many seconds, again and again.
        case everySeconds(Double)

        /// Whether a value is logged; if so, that is noted in its tags.
        func takes(_ step: Int64, at time: Double, of tags: [KnownTag]) -> Bool {
            switch self {
            case .always: return true
            case .never: return false
            case .everySteps(let count): return step % Int64(max(count, 1)) == 0
            case .everySeconds(let seconds):
                // A clock that was set back is no reason to wait for it.
                let isDue = tags.contains { tag in
                    tag.lastRecord.map { !(0..<seconds).contains(time - $0) } ?? true
                }
                if isDue { for tag in tags { tag.lastRecord = time } }
                return isDue || tags.isEmpty
            }
        }
    }

    /// What to do when something cannot be written, as on a full disk.
    public enum FailurePolicy: Sendable {
        /// Everything that was written stays readable, nothing more is written, and each later call
        /// throws the error. A failure that belongs to one call alone, such as that of an
        /// embedding's files, is thrown by that call, or once by the next `flush()` or `close()`.
        case throwing
        /// What cannot be written is dropped, counted in `droppedEvents` and reported; no call
        /// throws because of it, the first one included. The writer tries again with what is logged
        /// later, though not more than once a second: in the same file if that is still there, else
        /// in a new one.
        ///
        /// `report` is called for each failure, in the writer's thread, or by who makes the writer or
        /// the call that is refused; it must neither log to this writer nor flush it. Without a
        /// closure, a line goes to standard error at the first failure, at the first after a
        /// success, and for each call that fails alone.
        case dropping(report: (@Sendable (EventFileError) -> Void)? = nil)
    }
}

extension SummaryWriter.FailurePolicy {
    /// Tells of a failure that is not thrown.
    func report(_ error: EventFileError) {
        switch self {
        case .throwing: break
        case .dropping(let report?): report(error)
        case .dropping(nil): StandardError.write("\(error)")
        }
    }

    /// Tells that files cannot be stored elsewhere, which is never thrown while a run goes on.
    func report(_ error: LogDestinationError, folder: String) {
        let whole = EventFileError(
            path: folder, offset: nil, problem: .notStored,
            wholeDescription: "\(error); what is logged is kept in \(folder), and stored there "
                + "as soon as that can be")
        if case .dropping(let report?) = self {
            report(whole)
        } else {
            StandardError.write("\(whole)")
        }
    }
}
