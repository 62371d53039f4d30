import CProtobufC
import CTensorBoardProtos
import RecordIO

/// Turns events into the records of one file.
struct EventEncoder: ~Copyable {
    private let arena: MessageArena
    private var summaries: SummaryMessages
    /// For each tag's number, whether its metadata were written.
    private var isDescribed: [Bool] = []
    /// What is to be written piece by piece.
    private var longEvent: LongEvent?

    private enum LongEvent {
        case message(UnsafeMutablePointer<Tensorflow__Event>)
        case serialized([UInt8])
    }

    /// What became of an event.
    enum Outcome {
        /// Its record was appended.
        case appended
        /// It takes so many bytes that it is to be written by `writeLong(to:)`, behind the records.
        case long
        /// It takes more bytes than a record may have.
        case tooLong
    }

    private let longLength: Int

    /// What `source_metadata.writer` says; TensorBoard reads 128 characters at the most.
    private static let writer = "ganboard.TensorBoard.SummaryWriter"

    /// - Parameters:
    ///   - descriptions: What is known of tags from earlier files.
    ///   - longLength: Records of so many bytes are not put together in memory.
    init(descriptions: TagDescriptions, longLength: Int = 4 << 20) {
        self.longLength = longLength
        arena = MessageArena()
        summaries = SummaryMessages(arena: arena, descriptions: descriptions)
    }

    /// Appends an event's record, if it is not too long for that.
    mutating func append(_ event: PendingEvent, to records: inout RecordBuffer) -> Outcome {
        switch event.content {
        case .scalar(let curve, let value):
            let number = curve._withUnsafeGuaranteedRef { $0.number }
            if number < isDescribed.count, isDescribed[number] {
                curve._withUnsafeGuaranteedRef {
                    ScalarEvent.append(
                        tag: $0.name.string, value: value, step: event.step,
                        wallTime: event.wallTime, to: &records)
                }
                return .appended
            }
            while isDescribed.count <= number { isDescribed.append(false) }
            isDescribed[number] = true
        case .serialized(let bytes):
            guard bytes.count < longLength else {
                longEvent = .serialized(bytes)
                return .long
            }
            records.append(bytes.span.bytes)
            return .appended
        case .serializedSummary(let bytes):
            let whole = Self.event(of: bytes, wallTime: event.wallTime, step: event.step)
            guard whole.count < longLength else {
                longEvent = .serialized(whole)
                return .long
            }
            records.append(whole.span.bytes)
            return .appended
        default:
            break
        }
        guard let message = message(event) else { return .appended }
        let byteCount = message.packedByteCount
        if byteCount >= longLength, byteCount <= RecordReader.defaultMaximumLength {
            longEvent = .message(message)
            return .long
        }
        defer { arena.reset() }
        guard byteCount <= RecordReader.defaultMaximumLength else { return .tooLong }
        records.append(byteCount: byteCount) { message.pack(into: $0) }
        return .appended
    }

    /// Writes the record of the long event that `append` has met last.
    ///
    /// - Throws: `FileError`; the file then ends inside the record.
    mutating func writeLong(to file: OutputFile) throws(FileError) {
        guard let longEvent else { return }
        defer {
            self.longEvent = nil
            arena.reset()
        }
        switch longEvent {
        case .serialized(let bytes):
            var record = LongRecord(byteCount: bytes.count, appendingTo: file)
            try record.append(bytes.span.bytes)
            try record.finish()
        case .message(let message):
            var record = LongRecord(byteCount: message.packedByteCount, appendingTo: file)
            var failure: FileError?
            message.pack { piece in
                guard failure == nil else { return }
                do throws(FileError) {
                    try record.append(piece)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            try record.finish()
        }
    }

    /// An event around a serialized summary, its field 5.
    static func event(of summary: [UInt8], wallTime: Double, step: Int64) -> [UInt8] {
        var bytes: [UInt8] = [0x09]
        bytes.reserveCapacity(summary.count + 32)
        withUnsafeBytes(of: wallTime.bitPattern.littleEndian) { bytes += $0 }
        bytes.append(0x10)
        Varint.append(UInt64(bitPattern: step), to: &bytes)
        bytes.append(0x2a)
        Varint.append(UInt64(summary.count), to: &bytes)
        return bytes + summary
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
        case .scalar(let curve, let value):
            let tag = curve._withUnsafeGuaranteedRef { $0.name.string }
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
        case .serialized, .serializedSummary, .embedding, .layout:
            return nil  // No messages as they stand.
        }
        return message
    }
}
