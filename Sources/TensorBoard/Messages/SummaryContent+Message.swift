import CProtobufC
import CTensorBoardProtos

extension Summary.Content {
    /// Whether there is nothing to show.
    var isEmpty: Bool {
        switch self {
        case .image(let image), .boxedImage(let image, _): image.pixels.isEmpty
        case .floatImage(let image): image.pixels.isEmpty
        case .video(let video): video.frames.isEmpty || video.frames[0].pixels.isEmpty
        case .scalar, .histogram, .audio, .precisionRecall, .tensor: false
        }
    }

    /// About how many bytes of memory the numbers take.
    var cost: Int {
        switch self {
        case .scalar: 0
        case .histogram(.floats(let numbers)): numbers.count * 4
        case .histogram(.doubles(let numbers)): numbers.count * 8
        case .histogram(.counted(let histogram)): histogram.buckets.count * 16
        case .image(let image), .boxedImage(let image, _): image.pixels.count
        case .floatImage(let image): image.pixels.count * 4
        case .video(let video): video.frames.reduce(0) { $0 + $1.pixels.count }
        case .audio(let audio): audio.samples.count * 4
        case .precisionRecall(let curve): curve.cost
        case .tensor(let tensor, let plugin): tensor.cost + plugin.content.count
        }
    }

    /// Whether readers know the plugin from the value alone, as of TensorFlow 1's kinds.
    var saysItsKind: Bool {
        switch self {
        case .scalar, .histogram, .image, .floatImage, .boxedImage, .video, .audio: true
        case .precisionRecall, .tensor: false
        }
    }

    /// The plugin that shows the value.
    var pluginName: String {
        switch self {
        case .scalar: "scalars"
        case .histogram: "histograms"
        case .image, .floatImage, .boxedImage, .video: "images"
        case .audio: "audio"
        case .precisionRecall: "pr_curves"
        case .tensor(_, let plugin): plugin.name
        }
    }

    var dataClass: Tensorflow__DataClass {
        switch self {
        case .scalar: TENSORFLOW__DATA_CLASS__DATA_CLASS_SCALAR
        case .histogram, .precisionRecall: TENSORFLOW__DATA_CLASS__DATA_CLASS_TENSOR
        case .image, .floatImage, .boxedImage, .video, .audio:
            TENSORFLOW__DATA_CLASS__DATA_CLASS_BLOB_SEQUENCE
        case .tensor(_, let plugin): plugin.dataClass.message
        }
    }

    /// What the plugin finds in a tag's metadata: where a plain value has none, what TensorBoard puts
    /// there.
    func pluginContent(in arena: MessageArena) -> [UInt8] {
        switch self {
        case .scalar, .histogram:
            []  // Version 0 of a message that holds its version alone.
        case .image, .floatImage, .boxedImage, .video:
            arena.make(tensorboard__image_plugin_data__init) {
                $0.converted_to_tensor = 1
            }.packed()
        case .audio:
            arena.make(tensorboard__audio_plugin_data__init) {
                $0.encoding = TENSORBOARD__AUDIO_PLUGIN_DATA__ENCODING__WAV
                $0.converted_to_tensor = 1
            }.packed()
        case .precisionRecall(let curve):
            arena.make(tensorboard__pr_curve_plugin_data__init) {
                $0.num_thresholds = UInt32(clamping: curve.thresholds)
            }.packed()
        case .tensor(_, let plugin):
            plugin.content
        }
    }
}

extension Summary.Plugin.DataClass {
    fileprivate var message: Tensorflow__DataClass {
        switch self {
        case .scalar: TENSORFLOW__DATA_CLASS__DATA_CLASS_SCALAR
        case .tensor: TENSORFLOW__DATA_CLASS__DATA_CLASS_TENSOR
        case .blobSequence: TENSORFLOW__DATA_CLASS__DATA_CLASS_BLOB_SEQUENCE
        }
    }
}
