import CProtobufC
import CTensorBoardProtos
import RecordIO

/// What a writer has said of its tags, for its thread alone: packed once for a tag, and said again
/// in each file.
final class TagDescriptions {
    private struct Description {
        var metadata: Summary.Metadata?
        var pluginName: String
        var pluginContent: [UInt8]
        /// The packed message behind its length, as a field of a message has it.
        var field: [UInt8]
    }

    private var descriptions: [ExactName: Description] = [:]

    /// Whether a value, or an earlier one of its tag, comes with a title or an explanation.
    func isTitled(_ value: Summary.Value) -> Bool {
        value.metadata != nil || descriptions[ExactName(value.tag)]?.metadata != nil
    }

    /// The packed `SummaryMetadata` of a value, behind its length. A value without metadata of its
    /// own has those of its tag.
    ///
    /// With a data class, which both of TensorBoard's readers need in order to keep a title and a
    /// description beside a plain value, and what they would put there for a plain value otherwise.
    func field(_ value: Summary.Value, in arena: MessageArena) -> [UInt8] {
        let name = ExactName(value.tag)
        let known = descriptions[name]
        let metadata = value.metadata ?? known?.metadata
        let pluginName = value.content.pluginName
        let pluginContent = value.content.pluginContent(in: arena)
        if let known, known.metadata == metadata, known.pluginName == pluginName,
            known.pluginContent == pluginContent
        {
            return known.field
        }
        let description = metadata?.description ?? ""
        let isLong = description.utf8.count > Self.longLength
        let message = arena.make(tensorflow__summary_metadata__init) {
            $0.display_name = arena.string(metadata?.displayName ?? "")
            $0.summary_description = arena.string(isLong ? "" : description)
            $0.data_class = value.content.dataClass
            $0.plugin_data = arena.make(tensorflow__summary_metadata__plugin_data__init) {
                $0.plugin_name = arena.string(pluginName)
                $0.content = arena.bytes(pluginContent)
            }
        }
        // A long description would be in memory three times if it were packed with the others.
        var ending: [UInt8] = []
        if isLong {
            ending.append(Self.descriptionKey)
            Varint.append(UInt64(description.utf8.count), to: &ending)
        }
        let length = message.packedByteCount + ending.count + (isLong ? description.utf8.count : 0)
        var field: [UInt8] = []
        field.reserveCapacity(length + 10)
        Varint.append(UInt64(length), to: &field)
        field += message.packed()
        field += ending
        if isLong { field += description.utf8 }
        descriptions[name] = Description(
            metadata: metadata, pluginName: pluginName, pluginContent: pluginContent, field: field)
        return field
    }

    private static let longLength = 1 << 16
    /// The field 3 of `SummaryMetadata`, a length and bytes.
    private static let descriptionKey: UInt8 = 3 << 3 | 2
}
