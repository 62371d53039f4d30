import CProtobufC
import CTensorBoardProtos
import RecordIO

/// Makes events fit to be shown again that a repair keeps: TensorBoard needs the metadata of a tag
/// at its first value in a file, times that are numbers, and strings that are UTF-8.
final class EventMender {
    /// The tags whose metadata were missing, in the order in which they were filled in.
    private(set) var filledTags: [String] = []
    /// How many events had a time or a string that TensorBoard's readers refuse.
    private(set) var mendedCount = 0

    private let decoder = EventDecoder()
    private let metadata: (_ tag: ExactName) -> SummaryMetadataBytes?
    private let firstTime: () -> Double
    private var lastTime: Double?
    /// The tags of whose values one had metadata already.
    private var describedTags: Set<ExactName> = []

    /// - Parameters:
    ///   - metadata: What other records say about a tag whose first value here says nothing.
    ///   - firstTime: The time for events before the first one that has one.
    init(
        metadata: @escaping (_ tag: ExactName) -> SummaryMetadataBytes?,
        firstTime: @escaping () -> Double
    ) {
        self.metadata = metadata
        self.firstTime = firstTime
    }

    /// Mends the event in a record.
    ///
    /// - Returns: The record's data as they are to be; `nil` if they hold no event.
    func mended(_ data: RawSpan) -> [UInt8]? {
        let mended = decoder.withMutableMessage(data) { message, allocator in
            let arena = MessageArena()
            let isFilled = fill(message, &allocator)
            let isMended = mend(message, arena)
            if isMended { mendedCount += 1 }
            lastTime = message.pointee.wall_time
            return isFilled || isMended ? (true, message.packed()) : (false, [])
        }
        guard let (isChanged, bytes) = mended else { return nil }
        if !isChanged { return data.withUnsafeBytes { Array($0) } }
        // libprotobuf-c takes fields with the number 0 if it takes two bytes, which is none, and
        // packs them into one.
        return decoder.finding(bytes.span.bytes) == nil ? nil : bytes
    }

    /// Gives the first value of each tag its metadata.
    private func fill(
        _ message: UnsafeMutablePointer<Tensorflow__Event>, _ allocator: inout ProtobufCAllocator
    ) -> Bool {
        guard message.pointee.what_case == TENSORFLOW__EVENT__WHAT_SUMMARY else { return false }
        let summary = message.pointee.summary.pointee
        var isChanged = false
        for pointer in UnsafeBufferPointer(start: summary.value, count: summary.n_value) {
            guard let pointer,
                pointer.pointee.value_case == TENSORFLOW__SUMMARY__VALUE__VALUE_TENSOR
            else { continue }
            let tag = ExactName(String(pointer.pointee.tag))
            guard !describedTags.contains(tag) else { continue }
            if SummaryMetadataBytes(pointer.pointee.metadata) == nil {
                guard let found = metadata(tag), let message = found.message(&allocator) else {
                    continue
                }
                pointer.pointee.metadata = message
                filledTags.append(tag.string)
                isChanged = true
            }
            describedTags.insert(tag)
        }
        return isChanged
    }

    /// Makes the time a number, and the strings UTF-8.
    private func mend(
        _ message: UnsafeMutablePointer<Tensorflow__Event>, _ arena: MessageArena
    ) -> Bool {
        var isChanged = false
        if !message.pointee.wall_time.isFinite {
            message.pointee.wall_time = lastTime ?? firstTime()
            isChanged = true
        }
        if !message.pointee.isText {
            message.pointee.makeText(arena)
            isChanged = true
        }
        return isChanged
    }
}

/// What a value says about its tag, a serialized `SummaryMetadata` that names a plugin.
struct SummaryMetadataBytes {
    let bytes: [UInt8]
    /// The plugin's name.
    let pluginName: String

    /// - Returns: `nil` if there are no metadata, or if they name no plugin.
    init?(_ message: UnsafeMutablePointer<Tensorflow__SummaryMetadata>?) {
        guard let message, let plugin = message.pointee.plugin_data,
            let name = plugin.pointee.plugin_name, name.pointee != 0
        else { return nil }
        bytes = message.packed()
        pluginName = String(cString: name)
    }

    /// Metadata that name a plugin and nothing else.
    init(pluginName: String) {
        self.pluginName = pluginName
        let arena = MessageArena()
        bytes =
            arena.make(tensorflow__summary_metadata__init) {
                $0.plugin_data = arena.make(tensorflow__summary_metadata__plugin_data__init) {
                    $0.plugin_name = arena.string(pluginName)
                }
            }.packed()
    }

    /// The message again, in some memory.
    fileprivate func message(
        _ allocator: inout ProtobufCAllocator
    ) -> UnsafeMutablePointer<Tensorflow__SummaryMetadata>? {
        bytes.withUnsafeBufferPointer {
            tensorflow__summary_metadata__unpack(&allocator, $0.count, $0.baseAddress)
        }
    }
}
