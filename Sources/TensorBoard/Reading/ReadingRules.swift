/// Whose rules say which values of a run count, where a program started again or logged steps twice.
///
/// TensorBoard has two readers, which differ here. A run's files are read in the order of their names
/// by both.
///
/// | rules | steps from T on are logged again | pictures of one step |
/// |---|---|---|
/// | `default` | a value of step T replaces the values of its own tag from step T on | the last one |
/// | `python` | a START record at step T removes the values of all tags from step T on; the first one of a run does not | the first one |
/// | `all` | nothing is replaced | all |
///
/// What makes TensorBoard keep samples only, of a thousand points or ten pictures, is no part of
/// them.
public enum ReadingRules: String, Sendable, CaseIterable {
    /// Those of the reader that TensorBoard takes by default, the data server: `run.rs` and
    /// `reservoir.rs` of its sources. Records of starts are passed over, and so are events whose wall
    /// time is infinite; one whose wall time is not a number ends its file.
    case `default`
    /// Those of the reader that `tensorboard --load_fast=false` takes, and TensorBoard without its
    /// data server: `plugin_event_accumulator.py`, `directory_watcher.py` and `data_provider.py`. In a
    /// file of a version before 2, a summary whose step is lower than the last one's stands for a
    /// START of its own tags. A damaged record ends its file, one that holds no event the run.
    case python
    /// Every value counts, in the order in which the files hold them.
    case all
}

extension ReadingRules {
    /// What a value says about the series of its tag, where no earlier value has said it; `nil` if it
    /// says nothing, but a later one may.
    ///
    /// The data server believes the first value of a run, the Python reader the first one with
    /// metadata; but it takes these for incomplete where an earlier value of the file has none.
    ///
    /// - Parameter isDescribedInFile: Whether the tag's first value in the file says what it is.
    func description(by value: Event.Value, isDescribedInFile: Bool) -> SeriesDescription? {
        let metadata = value.metadata
        if self == .default, let metadata, metadata.dataClass != .unknown {
            return SeriesDescription(
                kind: .init(rawValue: metadata.pluginName), dataClass: metadata.dataClass)
        }
        guard let kind = value.kind else { return self == .default ? .unknown : nil }
        if self == .python, !isDescribedInFile, (metadata?.dataClass ?? .unknown) == .unknown {
            return .unknown
        }
        let isStated = metadata?.pluginName == kind.rawValue && metadata?.dataClass != .unknown
        return SeriesDescription(
            kind: kind, dataClass: isStated ? metadata?.dataClass ?? .unknown : kind.dataClass)
    }
}

/// What is known of a series before its values are looked at.
struct SeriesDescription {
    let kind: Series.Kind
    let dataClass: Event.DataClass

    static let unknown = SeriesDescription(kind: .unknown, dataClass: .unknown)

    /// Whether TensorBoard shows such a value in such a series. Of plugins that it does not know
    /// anything may be shown.
    func takes(_ form: ValueForm, by rules: ReadingRules) -> Bool {
        switch (dataClass, form) {
        // The Python reader makes tensors of histograms whose fields differ in length.
        case (_, .invalid): dataClass == .tensor && rules == .python
        case (.unknown, _): true
        case (.scalar, .number): true
        case (.scalar, _): false
        // The Python reader makes tensors of all TensorFlow 1's values.
        case (.tensor, .number(_, let isTensor)): isTensor || rules == .python
        case (.tensor, .blob), (.tensor, .graph): rules == .python
        case (.tensor, .histogram), (.tensor, .tensor), (.tensor, .strings): true
        // A value that is not there stands for an empty tensor.
        case (.tensor, .nothing): true
        case (.blobSequence, .blob), (.blobSequence, .graph): true
        case (.blobSequence, .strings(let shape, let count)):
            takesBlobs(shape, count: count, by: rules)
        case (.blobSequence, _): false
        }
    }

    private func takesBlobs(_ shape: [Int], count: Int, by rules: ReadingRules) -> Bool {
        switch shape.count {
        case 0: count == 1 && (rules != .default || kind.isOfGraphs)
        case 1: true
        case 2: rules != .default || kind == .audio && shape[1] == 2
        default: rules != .default
        }
    }
}

/// What a value is, as far as it matters in which series it stands.
enum ValueForm {
    /// A number, as a plain one or as a tensor.
    case number(Event.Number, isTensor: Bool)
    /// TensorFlow 1's histogram.
    case histogram
    /// TensorFlow 1's picture or sound.
    case blob
    /// A graph, or how long a step's nodes took.
    case graph
    /// A tensor of strings.
    case strings(shape: [Int], count: Int)
    /// Another tensor.
    case tensor
    /// A message that contradicts itself.
    case invalid
    /// No value, or one that is not known here.
    case nothing

    /// Whether it is a number.
    var isNumber: Bool {
        if case .number = self { true } else { false }
    }

    init(_ value: Event.Value, of event: Event) {
        guard event.values.count > 0 else {
            self = .graph
            return
        }
        switch value.content {
        case .scalar(let number): self = .number(.float(number), isTensor: false)
        case .histogram: self = .histogram
        case .image, .audio: self = .blob
        case .unknown: self = .nothing
        case .invalid: self = .invalid
        case .tensor(let tensor):
            if let number = value.number {
                self = .number(number, isTensor: true)
            } else if case .strings(let strings) = tensor.elements {
                self = .strings(shape: tensor.shape, count: strings.count)
            } else {
                self = .tensor
            }
        }
    }
}

extension Series.Kind {
    /// How TensorBoard stores the values of its own plugins.
    var dataClass: Event.DataClass {
        switch rawValue {
        case "scalars": .scalar
        case "histograms", "text", "hparams", "pr_curves", "mesh", "custom_scalars": .tensor
        case "images", "audio", "graphs", "run metadata": .blobSequence
        default: isOfGraphs ? .blobSequence : .unknown
        }
    }

    /// Whether the values are graphs that a program logged as tensors.
    fileprivate var isOfGraphs: Bool {
        ["graph_run_metadata", "graph_run_metadata_graph", "graph_keras_model"]
            .contains(rawValue)
    }
}
