import CProtobufC
import CTensorBoardProtos

/// Turns summaries into messages: counts, scales and compresses what they hold.
struct SummaryMessages: ~Copyable {
    /// Where the messages are made.
    let arena: MessageArena
    private let describesTags: Bool
    private var describedTags: Set<String> = []
    private var png = PNGEncoder()

    /// Makes what is needed for the summaries of one file.
    ///
    /// - Parameter describesTags: Whether a tag's first value comes with the tag's metadata.
    init(arena: MessageArena, describesTags: Bool) {
        self.arena = arena
        self.describesTags = describesTags
    }

    /// Whether a tag's metadata were written already.
    func isDescribed(_ tag: String) -> Bool {
        describedTags.contains(tag)
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
        if describesTags, describedTags.insert(value.tag).inserted {
            message.pointee.metadata = metadata(value)
        }
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
                video.gif(), height: video.height, width: video.width, channels: video.channels)
        case .audio(let audio):
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = Summary.Tensor(byteStrings: [audio.wav()], shape: [1])
                .message(in: arena)
        case .precisionRecall(let curve):
            let rows = curve.counts.rows
            message.pointee.value_case = TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = Summary.Tensor(
                rows.flatMap { $0 }, shape: [rows.count, rows[0].count]
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
            png.encode(image), height: image.height, width: image.width, channels: image.channels)
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

    /// With a data class, which both of TensorBoard's readers need in order to keep a title and a
    /// description beside a plain value, and what they would put there for a plain value otherwise.
    private func metadata(
        _ value: Summary.Value
    ) -> UnsafeMutablePointer<Tensorflow__SummaryMetadata> {
        arena.make(tensorflow__summary_metadata__init) {
            $0.display_name = arena.string(value.metadata?.displayName ?? "")
            $0.summary_description = arena.string(value.metadata?.description ?? "")
            $0.data_class = value.content.dataClass
            $0.plugin_data = arena.make(tensorflow__summary_metadata__plugin_data__init) {
                $0.plugin_name = arena.string(value.content.pluginName)
                $0.content = arena.bytes(value.content.pluginContent(in: arena))
            }
        }
    }
}

extension Summary {
    /// The summary as a serialized `Summary` message without metadata, which is what TensorFlow 1's
    /// summary operations give.
    public func serialized() -> [UInt8] {
        var messages = SummaryMessages(arena: MessageArena(), describesTags: false)
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
