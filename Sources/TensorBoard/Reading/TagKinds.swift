import CTensorBoardProtos
import RecordIO

/// What the files of a run say of the kinds of their tags, as far as they contradict themselves:
/// TensorBoard shows a tag by its first value, in the order of the files' names.
struct TagKinds {
    private struct First {
        /// `nil` where the value does not say it.
        let kind: Series.Kind?
        let path: String
        let offset: Int
        /// In which file a problem was told last.
        var toldIn: String?
    }

    private var tags: [ExactName: First] = [:]
    /// What was found since somebody last asked: of tags without a kind, and of those with two.
    private var unknown = Findings()
    private var contradicting = Findings()

    /// What was found of some tags: of thousands of them a few are named.
    private struct Findings {
        private(set) var first: [(error: EventFileError, tag: String)] = []
        private(set) var count = 0

        static let namedCount = 5

        mutating func add(_ error: EventFileError, of tag: String) {
            count += 1
            if first.count < Self.namedCount { first.append((error, tag)) }
        }

        /// The number of tags, and the names of the first ones.
        var text: String {
            let names = first.map(\.tag.quoted).joined(separator: ", ")
            let rest = count > first.count ? " and \(count - first.count) more" : ""
            return "\(count) tags (\(names)\(rest))"
        }
    }

    /// Looks at the values of an event.
    mutating func add(_ message: borrowing Tensorflow__Event, path: String, offset: Int) {
        switch message.what_case {
        case TENSORFLOW__EVENT__WHAT_SUMMARY:
            let summary = message.summary.pointee
            for value in UnsafeBufferPointer(start: summary.value, count: summary.n_value) {
                guard let value else { continue }
                add(String(value.pointee.tag), value.pointee.kind, path, offset)
            }
        case TENSORFLOW__EVENT__WHAT_GRAPH_DEF:
            add("__run_graph__", .graphs, path, offset)
        case TENSORFLOW__EVENT__WHAT_TAGGED_RUN_METADATA:
            add(String(message.tagged_run_metadata.pointee.tag), .runMetadata, path, offset)
        default: break
        }
    }

    /// Takes what was found: what holds for several tags of a file is one problem.
    mutating func takeFindings() -> [EventFileError] {
        defer { (unknown, contradicting) = (Findings(), Findings()) }
        var problems: [EventFileError] = []
        if let first = unknown.first.first?.error {
            let all = EventFileError(
                path: first.path, offset: first.offset, problem: .noKind,
                description: "the first values of \(unknown.text), from byte "
                    + "\(first.offset ?? 0) on, have no metadata that name a plugin, and "
                    + "TensorBoard's default reader shows nothing of those tags; a repair gives "
                    + "them to scalars, histograms and images")
            problems.append(unknown.count == 1 ? first : all)
        }
        if contradicting.count <= Findings.namedCount {
            problems += contradicting.first.map(\.error)
        } else if let first = contradicting.first.first?.error {
            problems.append(first)
            problems.append(
                EventFileError(
                    path: first.path, offset: first.offset, problem: .kindsDiffer,
                    description: "\(contradicting.text) hold two kinds of value each, like that one"
                ))
        }
        return problems
    }

    private mutating func add(_ tag: String, _ kind: Series.Kind?, _ path: String, _ offset: Int) {
        let name = ExactName(tag)
        guard let first = tags[name] else {
            tags[name] = First(
                kind: kind, path: path, offset: offset, toldIn: kind == nil ? path : nil)
            if kind == nil {
                unknown.add(
                    EventFileError(
                        path: path, offset: offset, problem: .noKind,
                        description: "the first value of the tag \(tag.quoted), at byte \(offset), "
                            + "has no metadata that name a plugin, and TensorBoard's default "
                            + "reader shows nothing of that tag; a repair gives them to scalars, "
                            + "histograms and images"),
                    of: tag)
            }
            return
        }
        guard let expected = first.kind, let kind, kind != expected, first.toldIn != path else {
            return
        }
        tags[name]?.toldIn = path
        contradicting.add(
            EventFileError(
                path: path, offset: offset, problem: .kindsDiffer,
                description: "the tag \(tag.quoted) has a value for the plugin \(kind) at byte "
                    + "\(offset), but its first one is for \(expected), at byte \(first.offset)"
                    + (first.path == path ? "" : " of \(first.path)")
                    + ": TensorBoard shows the tag's \(expected) alone; log the others under "
                    + "another tag"),
            of: tag)
    }
}

extension Tensorflow__Summary__Value {
    /// The plugin that shows the value, if the value says it.
    fileprivate var kind: Series.Kind? {
        let named = (metadata?.pointee.plugin_data?.pointee.plugin_name).map {
            Series.Kind(rawValue: String(cString: $0))
        }
        if let metadata, metadata.pointee.data_class != TENSORFLOW__DATA_CLASS__DATA_CLASS_UNKNOWN {
            return named ?? .unknown
        }
        return switch value_case {
        case TENSORFLOW__SUMMARY__VALUE__VALUE_SIMPLE_VALUE: .scalars
        case TENSORFLOW__SUMMARY__VALUE__VALUE_HISTO: .histograms
        case TENSORFLOW__SUMMARY__VALUE__VALUE_IMAGE: .images
        case TENSORFLOW__SUMMARY__VALUE__VALUE_AUDIO: .audio
        default: named == .unknown ? nil : named
        }
    }
}
