import CTensorBoardProtos
import RecordIO

/// What the records of a run's files say about its tags, for repairs: read once somebody asks.
final class RunMetadataSearch {
    private let files: [String]
    private lazy var findings = files.map { Findings(path: $0) }

    init(files: [String]) {
        self.files = files
    }

    /// What is known of a tag: from a whole record of the same file, else of another file; else from
    /// a damaged record, whose length is right and which names a plugin of TensorBoard; else from
    /// the shape of its values.
    func metadata(of tag: ExactName, inFile own: Int) -> SummaryMetadataBytes? {
        let order = [own] + files.indices.filter { $0 != own }
        for source in [\Findings.whole, \Findings.damaged, \Findings.guessed] {
            for index in order {
                if let found = findings[index][keyPath: source][tag] { return found }
            }
        }
        return nil
    }

    /// The time of the first event of a file that has one; 0 if none has.
    func firstTime(ofFile index: Int) -> Double { findings[index].firstTime ?? 0 }

    /// What one file's records say.
    private struct Findings {
        /// By whole records.
        var whole: [ExactName: SummaryMetadataBytes] = [:]
        /// By records whose data are damaged.
        var damaged: [ExactName: SummaryMetadataBytes] = [:]
        /// By what values are.
        var guessed: [ExactName: SummaryMetadataBytes] = [:]
        var firstTime: Double?

        /// Reads a file. What cannot be read says nothing.
        init(path: String) {
            guard var reader = try? EventFileReader(path: path) else { return }
            let decoder = reader.decoder
            while true {
                do {
                    let next: Void? = try reader.records.nextUnverified { data, _, isWhole in
                        _ = decoder.withMessage(data) { add($0, isWhole: isWhole) }
                    }
                    guard next != nil else { return }
                } catch {
                    guard (try? reader.records.skipDamage()) != nil else { return }
                }
            }
        }

        private mutating func add(_ message: borrowing Tensorflow__Event, isWhole: Bool) {
            if isWhole, firstTime == nil, message.wall_time.isFinite {
                firstTime = message.wall_time
            }
            guard message.what_case == TENSORFLOW__EVENT__WHAT_SUMMARY else { return }
            let summary = message.summary.pointee
            for value in pointees(summary.value, count: summary.n_value) {
                let tag = ExactName(String(value.tag))
                let metadata = SummaryMetadataBytes(value.metadata)
                if isWhole {
                    if let metadata, whole[tag] == nil { whole[tag] = metadata }
                    if metadata == nil, guessed[tag] == nil { guessed[tag] = Self.guess(value) }
                } else if let metadata, damaged[tag] == nil,
                    RunMetadataSearch.plugins.contains(metadata.pluginName), message.isText
                {
                    damaged[tag] = metadata
                }
            }
        }

        /// The plugin of a tensor that only one can show.
        private static func guess(_ value: Tensorflow__Summary__Value) -> SummaryMetadataBytes? {
            guard value.value_case == TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR else { return nil }
            let tensor = Event.Tensor(value.tensor.pointee)
            switch tensor.elements {
            case .floats where tensor.shape.isEmpty && tensor.type == DataType.float.rawValue:
                return SummaryMetadataBytes(pluginName: "scalars")
            case .doubles(let numbers) where tensor.shape.count == 2 && tensor.shape[1] == 3:
                // Limits that do not fall, and counts.
                let isHistogram = stride(from: 0, to: numbers.count - 2, by: 3).allSatisfy {
                    numbers[$0] <= numbers[$0 + 1] && numbers[$0 + 2] >= 0
                }
                return isHistogram ? SummaryMetadataBytes(pluginName: "histograms") : nil
            case .strings(let strings) where tensor.shape.count == 1 && strings.count > 2:
                let signatures: [[UInt8]] = [
                    [0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x47, 0x49, 0x46],
                ]
                let isImage = signatures.contains { strings[2].starts(with: $0) }
                return isImage ? SummaryMetadataBytes(pluginName: "images") : nil
            default: return nil
            }
        }
    }

    /// TensorBoard's own.
    private static let plugins: Set = [
        "scalars", "histograms", "images", "audio", "text", "pr_curves", "mesh", "hparams",
        "custom_scalars", "graph_run_metadata", "graph_run_metadata_graph", "graph_keras_model",
    ]
}
