import CProtobufC
import CTensorBoardProtos
import RecordIO

/// Turns events into the records of one file.
struct EventEncoder: ~Copyable {
    private let arena: MessageArena
    private var summaries: SummaryMessages
    /// For each tag's number, whether its metadata were written.
    private var isDescribed: [Bool] = []

    /// What `source_metadata.writer` says; TensorBoard reads 128 characters at the most.
    private static let writer = "ganboard.TensorBoard.SummaryWriter"

    /// - Parameter descriptions: What is known of tags from earlier files.
    init(descriptions: TagDescriptions) {
        arena = MessageArena()
        summaries = SummaryMessages(arena: arena, descriptions: descriptions)
    }

    /// Appends an event's record.
    ///
    /// - Returns: Whether the event is short enough to be written; nothing is appended if not.
    mutating func append(_ event: PendingEvent, to records: inout RecordBuffer) -> Bool {
        switch event.content {
        case .scalar(let tag, let number, let value):
            if number < isDescribed.count, isDescribed[number] {
                ScalarEvent.append(
                    tag: tag, value: value, step: event.step, wallTime: event.wallTime,
                    to: &records)
                return true
            }
            while isDescribed.count <= number { isDescribed.append(false) }
            isDescribed[number] = true
        case .serialized(let bytes):
            records.append(bytes.span.bytes)
            return true
        default:
            break
        }
        guard let message = message(event) else { return true }
        defer { arena.reset() }
        let byteCount = message.packedByteCount
        guard byteCount <= RecordReader.defaultMaximumLength else { return false }
        records.append(byteCount: byteCount) { message.pack(into: $0) }
        return true
    }

    private mutating func message(
        _ event: PendingEvent
    ) -> UnsafeMutablePointer<Tensorflow__Event>? {
        let message = arena.make(tensorflow__event__init) {
            $0.wall_time = event.wallTime
            $0.step = event.step
        }
        switch event.content {
        case .fileVersion:
            message.pointee.what_case = TENSORFLOW__EVENT__WHAT_FILE_VERSION
            message.pointee.file_version = arena.string("brain.Event:2")
            message.pointee.source_metadata = arena.make(tensorflow__source_metadata__init) {
                $0.writer = arena.string(Self.writer)
            }
        case .start:
            message.pointee.what_case = TENSORFLOW__EVENT__WHAT_SESSION_LOG
            message.pointee.session_log = arena.make(tensorflow__session_log__init) {
                $0.status = TENSORFLOW__SESSION_LOG__SESSION_STATUS__START
            }
        case .scalar(let tag, _, let value):
            message.pointee.what_case = TENSORFLOW__EVENT__WHAT_SUMMARY
            message.pointee.summary = summaries.message(Summary([.scalar(value, tag: tag)]))
        case .summary(let summary):
            message.pointee.what_case = TENSORFLOW__EVENT__WHAT_SUMMARY
            message.pointee.summary = summaries.message(summary)
        case .graph(let graph):
            message.pointee.what_case = TENSORFLOW__EVENT__WHAT_GRAPH_DEF
            message.pointee.graph_def = arena.bytes(graph.serialized())
        case .runMetadata(let tag, let metadata):
            message.pointee.what_case = TENSORFLOW__EVENT__WHAT_TAGGED_RUN_METADATA
            message.pointee.tagged_run_metadata = arena.make(
                tensorflow__tagged_run_metadata__init
            ) {
                $0.tag = arena.bytes(tag.utf8)
                $0.run_metadata = arena.bytes(metadata.serialized())
            }
        case .serialized, .embedding, .layout:
            return nil  // No messages as they stand.
        }
        return message
    }
}
