import CProtobufC
import CTensorBoardProtos
import RecordIO

/// What a run's files say of it in the HParams tab, whoever writes them. Of each record TensorBoard
/// shows a run's first one, in the order of the files' names.
struct SessionRecords {
    /// The records: what all runs have in common, a run's beginning with its hyperparameters, its end.
    enum Name: String, CaseIterable {
        case experiment
        case start = "session_start_info"
        case end = "session_end_info"

        var tag: String { "_hparams_/\(rawValue)" }
    }

    /// Serialized `HParamsPluginData`.
    private var contents: [Name: [UInt8]] = [:]

    /// Searches the files of a folder.
    ///
    /// - Parameter path: A file to be left out.
    /// - Complexity: Reads them up to where all three records were found.
    init(folder: String, except path: String) {
        for other in RunHistory(folder: folder).paths where ExactName(other) != ExactName(path) {
            search(other)
            if contents.count == Name.allCases.count { return }
        }
    }

    /// No records.
    init() {}

    /// Those among the values of a summary.
    init(_ values: [Summary.Value]) {
        for value in values {
            guard let name = Name.allCases.first(where: { $0.tag == value.tag }),
                case .tensor(_, let plugin) = value.content
            else { continue }
            contents[name] = plugin.content
        }
    }

    /// The records as values of a summary.
    var values: [Summary.Value] {
        Name.allCases.compactMap { name in
            contents[name].map { .hparamsRecord(tag: name.tag, content: $0) }
        }
    }

    /// Takes records that come later: of each kind that there is none of.
    mutating func append(_ later: SessionRecords) {
        contents.merge(later.contents) { earlier, _ in earlier }
    }

    /// The records with what others say more, and say in place of what these do; `nil` if TensorBoard
    /// shows the others as they are, since there are none before them.
    func adding(_ others: SessionRecords) -> SessionRecords? {
        var sum = self
        for (name, content) in others.contents {
            guard let earlier = contents[name] else { continue }
            sum.contents[name] = Self.merged(earlier, content)
        }
        return sum.contents == contents ? nil : sum
    }

    /// Searches a file. What cannot be read says nothing.
    private mutating func search(_ path: String) {
        guard var reader = try? EventFileReader(path: path) else { return }
        let decoder = reader.decoder
        while true {
            do throws(RecordError) {
                let next: Void? = try reader.records.next { data, _ in
                    guard data.contains("_hparams_/") else { return }
                    for value in decoder.event(data, atOffset: 0)?.values ?? [] {
                        guard let name = Name.allCases.first(where: { $0.tag == value.tag }),
                            contents[name] == nil, let metadata = value.metadata
                        else { continue }
                        contents[name] = metadata.pluginContent
                    }
                }
                guard next != nil else { return }
            } catch {
                if case .truncated = error.problem { return }
                guard (try? reader.skipDamage())?.isEmpty == false else { return }
            }
        }
    }
}

// MARK: Messages

extension SessionRecords {
    private typealias Message = UnsafeMutablePointer<Tensorboard__Hparams__HParamsPluginData>

    /// A record that says what both of two say, and where they differ what the later one says; of
    /// hyperparameters and metrics that an experiment names, what the earlier one says.
    private static func merged(_ earlier: [UInt8], _ later: [UInt8]) -> [UInt8] {
        let arenas = (DecodingArena(), DecodingArena(), MessageArena())
        guard let one = message(earlier, arenas.0), let other = message(later, arenas.1),
            one.pointee.data_case == other.pointee.data_case
        else { return later }
        switch one.pointee.data_case {
        case TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_START_INFO:
            guard let own = one.pointee.session_start_info,
                let info = other.pointee.session_start_info
            else { return later }
            let later = pointers(info.pointee.hparams, info.pointee.n_hparams)
            let entries = union(pointers(own.pointee.hparams, own.pointee.n_hparams), later) {
                [text($0.pointee.key)]
            }.map { entry in
                later.first { text($0.pointee.key) == text(entry.pointee.key) } ?? entry
            }
            (own.pointee.n_hparams, own.pointee.hparams) = arenas.2.repeated(entries)
            if !text(info.pointee.group_name).string.isEmpty {
                own.pointee.group_name = info.pointee.group_name
            }
        case TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_EXPERIMENT:
            guard let own = one.pointee.experiment, let more = other.pointee.experiment else {
                return later
            }
            let hparams = union(
                pointers(own.pointee.hparam_infos, own.pointee.n_hparam_infos),
                pointers(more.pointee.hparam_infos, more.pointee.n_hparam_infos)
            ) { [text($0.pointee.name)] }
            let metrics = union(
                pointers(own.pointee.metric_infos, own.pointee.n_metric_infos),
                pointers(more.pointee.metric_infos, more.pointee.n_metric_infos)
            ) { [text($0.pointee.name?.pointee.group), text($0.pointee.name?.pointee.tag)] }
            (own.pointee.n_hparam_infos, own.pointee.hparam_infos) = arenas.2.repeated(hparams)
            (own.pointee.n_metric_infos, own.pointee.metric_infos) = arenas.2.repeated(metrics)
        default:
            return later
        }
        return withExtendedLifetime(arenas) { one.packed() }
    }

    private static func message(_ bytes: [UInt8], _ arena: DecodingArena) -> Message? {
        arena.reset(budget: (1 << 20) + 64 * bytes.count)
        return bytes.withUnsafeBufferPointer { bytes in
            var allocator = arena.allocator
            return tensorboard__hparams__hparams_plugin_data__unpack(
                &allocator, bytes.count, bytes.baseAddress)
        }
    }

    /// All of the first ones, and those of the others whose keys these do not have.
    private static func union<Pointee>(
        _ first: [UnsafeMutablePointer<Pointee>], _ others: [UnsafeMutablePointer<Pointee>],
        by key: (UnsafeMutablePointer<Pointee>) -> [ExactName]
    ) -> [UnsafeMutablePointer<Pointee>] {
        let known = Set(first.map(key))
        return first + others.filter { !known.contains(key($0)) }
    }

    private static func pointers<Pointee>(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>?, _ count: Int
    ) -> [UnsafeMutablePointer<Pointee>] {
        UnsafeBufferPointer(start: start, count: count).compactMap { $0 }
    }

    private static func text(_ field: UnsafePointer<CChar>?) -> ExactName {
        ExactName(field.map { String(cString: $0) } ?? "")
    }
}
