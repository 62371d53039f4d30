import CProtobufC
import CTensorBoardProtos
import RecordIO

extension EventDecoder {
    /// What a record holds.
    struct Finding: Equatable {
        /// Why a reader of TensorBoard shows the event not at all, or not as it stands.
        var problem: EventFileError.Problem?
    }

    /// Looks at a serialized event as TensorBoard's readers do; `nil` for bytes that are none.
    ///
    /// - Parameter look: Is given the event, too, if it has no string that keeps both readers from it.
    func finding(
        _ bytes: RawSpan, _ look: (borrowing Tensorflow__Event) -> Void = { _ in }
    ) -> Finding? {
        withMessage(bytes) { message in
            let problem = Self.problem(of: message)
            if problem != .notText { look(message) }
            return Finding(problem: problem)
        }
    }

    private static func problem(
        of message: borrowing Tensorflow__Event
    ) -> EventFileError.Problem? {
        if !message.isText { return .notText }
        if message.wall_time.isNaN { return .timeIsNotANumber }
        if message.wall_time.isInfinite { return .timeIsInfinite }
        guard message.what_case == TENSORFLOW__EVENT__WHAT_SUMMARY else { return nil }
        let summary = message.summary.pointee
        for value in pointees(summary.value, count: summary.n_value)
        where value.value_case == TENSORFLOW__SUMMARY__VALUE__VALUE_HISTO {
            if value.histo.pointee.n_bucket != value.histo.pointee.n_bucket_limit {
                return .invalidValue
            }
        }
        return nil
    }
}

extension Tensorflow__Event {
    /// Whether all strings are UTF-8. TensorBoard's readers refuse an event with another one.
    var isText: Bool {
        switch what_case {
        case TENSORFLOW__EVENT__WHAT_FILE_VERSION:
            return valid(file_version) && source_metadata.map { valid($0.pointee.writer) } ?? true
        case TENSORFLOW__EVENT__WHAT_TAGGED_RUN_METADATA:
            return valid(tagged_run_metadata.pointee.tag)
        case TENSORFLOW__EVENT__WHAT_SUMMARY:
            return pointees(summary.pointee.value, count: summary.pointee.n_value).allSatisfy {
                valid($0.tag) && $0.metadata.map { $0.pointee.isText } ?? true
            }
        default: return true
        }
    }
}

extension Tensorflow__Event {
    /// Writes U+FFFD for what is not UTF-8 in its strings, as `isText` looks at them.
    mutating func makeText(_ arena: MessageArena) {
        func mend(_ string: inout UnsafeMutablePointer<CChar>?) {
            guard let old = string, !valid(old) else { return }
            string = arena.string(String(cString: old))
        }
        func mend(_ field: inout ProtobufCBinaryData) {
            guard !valid(field) else { return }
            field = arena.bytes(String(field).utf8)
        }
        switch what_case {
        case TENSORFLOW__EVENT__WHAT_FILE_VERSION:
            mend(&file_version)
            if source_metadata != nil { mend(&source_metadata.pointee.writer) }
        case TENSORFLOW__EVENT__WHAT_TAGGED_RUN_METADATA:
            mend(&tagged_run_metadata.pointee.tag)
        case TENSORFLOW__EVENT__WHAT_SUMMARY:
            let summary = summary.pointee
            for value in UnsafeBufferPointer(start: summary.value, count: summary.n_value) {
                guard let value else { continue }
                mend(&value.pointee.tag)
                guard let metadata = value.pointee.metadata else { continue }
                mend(&metadata.pointee.display_name)
                mend(&metadata.pointee.summary_description)
                if let plugin = metadata.pointee.plugin_data { mend(&plugin.pointee.plugin_name) }
            }
        default: break
        }
    }
}

extension Tensorflow__SummaryMetadata {
    fileprivate var isText: Bool {
        valid(display_name) && valid(summary_description)
            && plugin_data.map { valid($0.pointee.plugin_name) } ?? true
    }
}

private func valid(_ string: UnsafePointer<CChar>?) -> Bool {
    string.map { String(validatingCString: $0) != nil } ?? true
}

private func valid(_ field: ProtobufCBinaryData) -> Bool {
    let bytes = UnsafeBufferPointer(start: field.data, count: field.len)
    return !bytes.contains { $0 >= 0x80 } || String(validating: bytes, as: UTF8.self) != nil
}
