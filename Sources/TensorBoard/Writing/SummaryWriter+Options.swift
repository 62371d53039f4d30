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
        /// What the names of event files end with, such as `.v2`; without `/`. It tells the files of
        /// several programs apart, but files are read in the order of the seconds in their names.
        public var fileNameSuffix = ""
        /// The bytes after which a file is left for a new one; `nil` for one file, however long.
        /// TensorBoard reads the files one after the other, as if they were one. A file is longer
        /// by up to what is written at once, some kilobytes or a long event.
        public var maximumFileSize: Int?
        /// What to do when something cannot be written.
        public var failurePolicy: FailurePolicy = .throwing

        /// Makes the default options.
        public init() {}
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
}
