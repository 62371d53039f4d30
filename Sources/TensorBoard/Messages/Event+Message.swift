import CProtobufC
import CTensorBoardProtos

extension Event {
    /// Reads a serialized event.
    ///
    /// - Returns: `nil` if the bytes are none.
    init?(_ bytes: [UInt8], atOffset offset: Int) {
        let unpacked = bytes.withUnsafeBufferPointer {
            tensorflow__event__unpack(nil, $0.count, $0.baseAddress)
        }
        guard let unpacked else { return nil }
        defer { tensorflow__event__free_unpacked(unpacked, nil) }
        let message = unpacked.pointee
        self.init(
            offset: offset, wallTime: message.wall_time, step: message.step,
            content: Content(message))
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
            self = .runMetadata(tag: String(cString: tagged.tag), Array(tagged.run_metadata))
        case TENSORFLOW__EVENT__WHAT_SESSION_LOG:
            self = .session(Event.SessionStatus(message.session_log.pointee.status))
        default:
            self = .unknown
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
        tag = String(cString: message.tag)
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
    }
}

extension Event.ValueContent {
    fileprivate init(_ message: Tensorflow__Summary__Value) {
        switch message.value_case {
        case TENSORFLOW__SUMMARY__VALUE__VALUE_SIMPLE_VALUE:
            self = .scalar(message.simple_value)
        case TENSORFLOW__SUMMARY__VALUE__VALUE_HISTO:
            self = .histogram(Histogram(message.histo.pointee))
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
            let tensor = message.tensor.pointee
            let shape = tensor.tensor_shape.map { shape in
                pointees(shape.pointee.dim, count: shape.pointee.n_dim).map { Int($0.size) }
            }
            self = .tensor(type: Int(tensor.dtype.rawValue), shape: shape ?? [])
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

extension [UInt8] {
    /// The bytes of a field of type `bytes`.
    fileprivate init(_ field: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: field.data, count: field.len))
    }
}

/// The messages of a repeated field.
private func pointees<Message>(
    _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, count: Int
) -> [Message] {
    UnsafeBufferPointer(start: pointers, count: count).compactMap { $0?.pointee }
}
