import Bitmaps
import CProtobufC
import CTensorBoardProtos

/// Turns summaries into messages: counts, scales and compresses what they hold.
struct SummaryMessages: ~Copyable {
    /// Where the messages are made.
    let arena: MessageArena
    private let descriptions: TagDescriptions?
    private var describedTags: Set<ExactName> = []
    private var png = PNGEncoder()

    /// Makes what is needed for the summaries of one file.
    ///
    /// - Parameters:
    ///   - arena: Where the messages are made.
    ///   - descriptions: What is known of tags; `nil` for values without their tags' metadata.
    init(arena: MessageArena, descriptions: TagDescriptions?) {
        self.arena = arena
        self.descriptions = descriptions
    }

    /// A summary's message. Pictures without a pixel are left out: no file format knows them.
    mutating func message(
        _ summary: Summary
    ) -> UnsafeMutablePointer<Tensorflow__Summary> {
        var values: [UnsafeMutablePointer<Tensorflow__Summary__Value>] = []
        for value in summary.values where !value.content.isEmpty {
            values.append(message(value))
        }
        return arena.make(tensorflow__summary__init) {
            ($0.n_value, $0.value) = arena.repeated(values)
        }
    }

    private mutating func message(
        _ value: Summary.Value
    ) -> UnsafeMutablePointer<Tensorflow__Summary__Value> {
        let message = arena.make(tensorflow__summary__value__init) {
            $0.tag = arena.bytes(value.tag.utf8)
        }
        describe(value, in: message)
        switch value.content {
        case .scalar(let number):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_SIMPLE_VALUE
            message.pointee.simple_value = number
        case .histogram(let source):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_HISTO
            message.pointee.histo = histogram(source.histogram)
        case .image(let image):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_IMAGE
            message.pointee.image = self.image(image)
        case .floatImage(let image):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_IMAGE
            message.pointee.image = self.image(image.scaled())
        case .boxedImage(let image, let boxes):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_IMAGE
            message.pointee.image = self.image(image.drawing(boxes))
        case .video(let video):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_IMAGE
            message.pointee.image = encodedImage(
                video.png(), height: video.height, width: video.width, channels: video.channels)
        case .audio(let audio):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_AUDIO
            message.pointee.audio = self.audio(audio)
        case .precisionRecall(let curve):
            let rows = curve.counts.rows
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = TensorValue(
                rows.flatMap { $0.map(Self.finite) }, shape: [rows.count, rows[0].count]
            ).message(in: arena)
        case .tensor(let tensor, _):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = tensor.message(in: arena)
        }
        return message
    }

    private func histogram(
        _ histogram: Histogram
    ) -> UnsafeMutablePointer<Tensorflow__HistogramProto> {
        let buckets = histogram.writtenBuckets
        return arena.make(tensorflow__histogram_proto__init) {
            $0.min = histogram.minimum
            $0.max = histogram.maximum
            $0.num = histogram.count
            $0.sum = histogram.sum
            $0.sum_squares = histogram.sumOfSquares
            ($0.n_bucket_limit, $0.bucket_limit) = arena.repeated(buckets.lazy.map(\.limit))
            ($0.n_bucket, $0.bucket) = arena.repeated(buckets.lazy.map(\.count))
        }
    }

    private mutating func image(
        _ image: Image
    ) -> UnsafeMutablePointer<Tensorflow__Summary__Image> {
        encodedImage(
            png.encode(image.bitmap), height: image.height, width: image.width,
            channels: image.channels)
    }

    private func encodedImage(
        _ file: [UInt8], height: Int, width: Int, channels: Int
    ) -> UnsafeMutablePointer<Tensorflow__Summary__Image> {
        arena.make(tensorflow__summary__image__init) {
            $0.height = Int32(clamping: height)
            $0.width = Int32(clamping: width)
            $0.colorspace = Int32(clamping: channels)
            $0.encoded_image_string = arena.bytes(file)
        }
    }

    /// TensorFlow 1's message, which all readers know; TensorBoard makes the tensor of it that its
    /// own writers give.
    private func audio(_ audio: Audio) -> UnsafeMutablePointer<Tensorflow__Summary__Audio> {
        arena.make(tensorflow__summary__audio__init) {
            $0.sample_rate = Float(audio.sampleRate)
            $0.num_channels = Int64(audio.channels)
            $0.length_frames = Int64(audio.samples.count / audio.channels)
            $0.encoded_audio_string = arena.bytes(audio.wav())
            $0.content_type = arena.string("audio/wav")
        }
    }

    /// TensorBoard answers with an error for a whole run of curves where one number is not finite.
    private static func finite(_ number: Float) -> Float {
        min(max(number, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }

    /// Puts the tag's metadata into a value: into each one whose kind follows from nothing else, so
    /// that a reader that misses the first one knows what the others are; otherwise into the first
    /// of a file.
    private mutating func describe(
        _ value: Summary.Value, in message: UnsafeMutablePointer<Tensorflow__Summary__Value>
    ) {
        guard let descriptions else { return }
        // Some readers (aim) pass over sounds with metadata, and find the others by their message.
        if case .audio = value.content, !descriptions.isTitled(value) { return }
        if describedTags.insert(ExactName(value.tag)).inserted || !value.content.saysItsKind {
            // Packed as it is, behind the fields that libprotobuf-c packs.
            let field = arena.bytes(descriptions.field(value, in: arena))
            let packed = ProtobufCMessageUnknownField(
                tag: Self.metadataField, wire_type: PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
                len: field.len, data: field.data)
            let (count, memory) = arena.repeated(CollectionOfOne(packed))
            message.pointee.base.n_unknown_fields = UInt32(count)
            message.pointee.base.unknown_fields = memory
        }
    }

    /// The number of the field `metadata` in `Summary.Value`.
    private static let metadataField: UInt32 = 9
}

extension Summary {
    /// The summary as a serialized `Summary` message without metadata, which is what TensorFlow 1's
    /// summary operations give.
    public func serialized() -> [UInt8] {
        var messages = SummaryMessages(arena: MessageArena(), descriptions: nil)
        return messages.message(self).packed()
    }
}

extension Summary.HistogramSource {
    fileprivate var histogram: Histogram {
        switch self {
        case .floats(let numbers): Histogram(counting: numbers)
        case .doubles(let numbers): Histogram(counting: numbers)
        case .counted(let histogram): histogram
        }
    }
}
