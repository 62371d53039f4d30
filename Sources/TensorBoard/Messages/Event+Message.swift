import CProtobufC
import CTensorBoardProtos

/// Reads serialized events, one after another.
final class EventDecoder {
    private let arena = DecodingArena()

    /// A message may take so many bytes, and eight for each byte of the record: plenty for events,
    /// and a bound for what a crafted file can ask for.
    private static let memoryLimit = 64 << 20

    /// Reads a serialized event.
    ///
    /// - Returns: `nil` if the bytes are none, or name so many parts that they are a bomb.
    func event(_ bytes: RawSpan, atOffset offset: Int) -> Event? {
        withMessage(bytes) { message in
            Event(
                offset: offset, wallTime: message.wall_time, step: message.step,
                content: Event.Content(message))
        }
    }

    /// Gives the message to a closure, after which it is gone.
    func withMessage<Result>(
        _ bytes: RawSpan, _ body: (borrowing Tensorflow__Event) -> Result
    ) -> Result? {
        withMutableMessage(bytes) { message, _ in body(message.pointee) }
    }

    /// Gives the message to a closure that may change it, and what takes memory for it; both are
    /// gone after that.
    func withMutableMessage<Result>(
        _ bytes: RawSpan,
        _ body: (UnsafeMutablePointer<Tensorflow__Event>, inout ProtobufCAllocator) -> Result
    ) -> Result? {
        arena.reset(budget: Self.memoryLimit + 8 * bytes.byteCount)
        return bytes.withUnsafeBytes { bytes in
            var allocator = arena.allocator
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let message = tensorflow__event__unpack(&allocator, bytes.count, start)
            return message.map { body($0, &allocator) }
        }
    }
}

extension Event.Content {
    fileprivate init(_ message: Tensorflow__Event) {
        switch message.what_case {
        case TENSORFLOW__EVENT__WHAT_FILE_VERSION:
            self = .fileVersion(
                String(cString: message.file_version),
                writer: message.source_metadata.map { String(cString: $0.pointee.writer) } ?? "")
        case TENSORFLOW__EVENT__WHAT_SUMMARY:
            let summary = message.summary.pointee
            self = .summary(
                pointees(summary.value, count: summary.n_value).map { Event.Value($0) })
        case TENSORFLOW__EVENT__WHAT_GRAPH_DEF:
            self = .graph(Array(message.graph_def))
        case TENSORFLOW__EVENT__WHAT_META_GRAPH_DEF:
            self = .metaGraph(Array(message.meta_graph_def))
        case TENSORFLOW__EVENT__WHAT_TAGGED_RUN_METADATA:
            let tagged = message.tagged_run_metadata.pointee
            self = .runMetadata(tag: String(tagged.tag), Array(tagged.run_metadata))
        case TENSORFLOW__EVENT__WHAT_SESSION_LOG:
            self = .session(Event.SessionStatus(message.session_log.pointee.status))
        default:
            self = .unknown
        }
    }
}

extension Event {
    /// The graph of a serialized `MetaGraphDef`; `nil` if it has none.
    static func graphDefinition(ofMetaGraph bytes: [UInt8]) -> [UInt8]? {
        let arena = DecodingArena()
        arena.reset(budget: bytes.count + 1 << 16)
        return bytes.withUnsafeBufferPointer { bytes in
            var allocator = arena.allocator
            let message = tensorflow__meta_graph_def__unpack(
                &allocator, bytes.count, bytes.baseAddress)
            let graph = message.map { Array($0.pointee.graph_def) } ?? []
            return graph.isEmpty ? nil : graph
        }
    }
}

extension Event.SessionStatus {
    fileprivate init(_ status: Tensorflow__SessionLog__SessionStatus) {
        switch status {
        case TENSORFLOW__SESSION_LOG__SESSION_STATUS__START: self = .start
        case TENSORFLOW__SESSION_LOG__SESSION_STATUS__STOP: self = .stop
        case TENSORFLOW__SESSION_LOG__SESSION_STATUS__CHECKPOINT: self = .checkpoint
        default: self = .unknown
        }
    }
}

extension Event.Value {
    fileprivate init(_ message: Tensorflow__Summary__Value) {
        tag = String(message.tag)
        metadata = message.metadata.map { Event.Metadata($0.pointee) }
        content = Event.ValueContent(message)
    }
}

extension Event.Metadata {
    fileprivate init(_ message: Tensorflow__SummaryMetadata) {
        displayName = String(cString: message.display_name)
        description = String(cString: message.summary_description)
        let plugin = message.plugin_data?.pointee
        pluginName = plugin.map { String(cString: $0.plugin_name) } ?? ""
        pluginContent = plugin.map { Array($0.content) } ?? []
        dataClass =
            switch message.data_class {
            case TENSORFLOW__DATA_CLASS__DATA_CLASS_SCALAR: .scalar
            case TENSORFLOW__DATA_CLASS__DATA_CLASS_TENSOR: .tensor
            case TENSORFLOW__DATA_CLASS__DATA_CLASS_BLOB_SEQUENCE: .blobSequence
            default: .unknown
            }
    }
}

extension Event.ValueContent {
    fileprivate init(_ message: Tensorflow__Summary__Value) {
        switch message.value_case {
        case TENSORFLOW__SUMMARY__VALUE__VALUE_SIMPLE_VALUE:
            self = .scalar(message.simple_value)
        case TENSORFLOW__SUMMARY__VALUE__VALUE_HISTO:
            let histogram = message.histo.pointee
            self =
                histogram.n_bucket == histogram.n_bucket_limit
                ? .histogram(Histogram(histogram)) : .invalid(.histograms)
        case TENSORFLOW__SUMMARY__VALUE__VALUE_IMAGE:
            let image = message.image.pointee
            self = .image(
                height: Int(image.height), width: Int(image.width), channels: Int(image.colorspace),
                png: Array(image.encoded_image_string))
        case TENSORFLOW__SUMMARY__VALUE__VALUE_AUDIO:
            let audio = message.audio.pointee
            self = .audio(
                hertz: audio.sample_rate, channels: Int(audio.num_channels),
                frames: Int(audio.length_frames), Array(audio.encoded_audio_string))
        case TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR:
            self = .tensor(Event.Tensor(message.tensor.pointee))
        default:
            self = .unknown
        }
    }
}

extension Histogram {
    fileprivate init(_ message: Tensorflow__HistogramProto) {
        self.init(
            minimum: message.min, maximum: message.max, count: message.num, sum: message.sum,
            sumOfSquares: message.sum_squares,
            buckets: zip(
                UnsafeBufferPointer(start: message.bucket_limit, count: message.n_bucket_limit),
                UnsafeBufferPointer(start: message.bucket, count: message.n_bucket)
            ).map { Bucket(limit: $0, count: $1) })
    }
}
