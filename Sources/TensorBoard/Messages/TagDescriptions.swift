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
        let message = arena.make(tensorflow__summary_metadata__init) {
            $0.display_name = arena.string(metadata?.displayName ?? "")
            $0.summary_description = arena.string(metadata?.description ?? "")
            $0.data_class = value.content.dataClass
            $0.plugin_data = arena.make(tensorflow__summary_metadata__plugin_data__init) {
                $0.plugin_name = arena.string(pluginName)
                $0.content = arena.bytes(pluginContent)
            }
        }
        var field: [UInt8] = []
        Varint.append(UInt64(message.packedByteCount), to: &field)
        field += message.packed()
        descriptions[name] = Description(
            metadata: metadata, pluginName: pluginName, pluginContent: pluginContent, field: field)
        return field
    }
}
