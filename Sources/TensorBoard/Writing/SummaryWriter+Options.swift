extension SummaryWriter {
    /// How a writer works.
    public struct Options: Sendable {
        /// How long an event may wait before it is written. TensorBoard looks for new data every
        /// five seconds: in two, an event is there at its next look, and a killed program loses
        /// little, while the disk is left alone.
        public var flushInterval: Duration = .seconds(2)
        /// How many events may wait. Whoever logs more has to wait until there is room.
        public var queueCapacity = 4096
        /// The step at which logging starts. Where a run is continued in its folder, TensorBoard
        /// forgets what earlier files say from that step on. With `nil` it forgets nothing, so that
        /// several writers can log side by side into one folder.
        ///
        /// Only TensorBoard's Python reader (`--load_fast=false`) heeds it. The fast one forgets a
        /// tag's later values by itself when a value comes whose step goes back.
        public var purgeStep: Int64? = 0
        /// What the names of event files end with, such as `.v2`; without `/`.
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
        /// throws the error.
        case throwing
        /// What cannot be written is dropped, counted in `droppedEvents` and reported; no call
        /// throws because of it, the first one included. The writer tries again with what is logged
        /// later, though not more than once a second: in the same file if that is still there, else
        /// in a new one.
        ///
        /// `report` is called for each failure, in the writer's thread or, for its first file, by
        /// whoever makes it; it must neither log to this writer nor flush it. Without a closure, a line goes to standard error at the first
        /// failure and at the first after a success.
        case dropping(report: (@Sendable (EventFileError) -> Void)? = nil)
    }
}
