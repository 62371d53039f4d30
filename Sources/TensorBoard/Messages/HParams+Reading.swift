import CProtobufC
import CTensorBoardProtos

extension RunValues {
    /// What the run says of itself in the HParams tab.
    public struct Session: Sendable, Equatable {
        /// The hyperparameters.
        public let hparams: HParams
        /// How the run ended; `nil` if it has not, or did so without a word.
        public let status: HParams.Status?
        /// When it began, seconds since 1970.
        public let startTime: Double
        /// When it ended, seconds since 1970.
        public let endTime: Double?
    }

    /// The hyperparameters, as TensorBoard shows them: of several records of a run the first. And the
    /// beginning and the end of the run, if it logged them; of a run that was resumed, the last ones.
    public var session: Session? {
        func start(isFirst: Bool) -> (HParams, Double)? {
            record("session_start_info", isFirst: isFirst) { message in
                guard
                    case TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_START_INFO =
                        message.data_case, let info = message.session_start_info
                else { return nil as (HParams, Double)? }
                return (HParams(info.pointee), info.pointee.start_time_secs)
            }
        }
        guard let first = start(isFirst: true), let start = start(isFirst: false) else {
            return nil
        }
        let end = record("session_end_info") { message in
            guard
                case TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_END_INFO =
                    message.data_case, let info = message.session_end_info
            else { return nil as (HParams.Status, Double)? }
            return (HParams.Status(info.pointee.status), info.pointee.end_time_secs)
        }
        // An end from before the start is that of an earlier part.
        let current = end.flatMap { $0.1 >= start.1 ? $0 : nil }
        return Session(
            hparams: first.0, status: current?.0, startTime: start.1, endTime: current?.1)
    }

    /// Reads the message that a record of the plugin holds.
    private func record<Result>(
        _ name: String, isFirst: Bool = false,
        _ body: (borrowing Tensorboard__Hparams__HParamsPluginData) -> Result?
    ) -> Result? {
        guard let tag = self["_hparams_/\(name)"] else { return nil }
        let last = isFirst ? nil : (try? tag.stored.last?.load())?.metadata
        guard let content = (last ?? tag.metadata)?.pluginContent else { return nil }
        let arena = DecodingArena()
        arena.reset(budget: (1 << 20) + 64 * content.count)
        return content.withUnsafeBufferPointer { bytes in
            var allocator = arena.allocator
            let message = tensorboard__hparams__hparams_plugin_data__unpack(
                &allocator, bytes.count, bytes.baseAddress)
            return message.flatMap { body($0.pointee) }
        }
    }
}

extension HParams {
    fileprivate init(_ info: Tensorboard__Hparams__SessionStartInfo) {
        let entries = UnsafeBufferPointer(start: info.hparams, count: info.n_hparams)
        self.init(
            entries.compactMap { entry in
                guard let entry = entry?.pointee, let key = entry.key,
                    let value = entry.value.flatMap({ Value($0.pointee) })
                else { return nil }
                return (String(cString: key), value)
            })
    }
}

extension HParams.Value {
    fileprivate init?(_ message: Google__Protobuf__Value) {
        switch message.kind_case {
        case GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE:
            self = .string(message.string_value.map { String(cString: $0) } ?? "")
        case GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE: self = .number(message.number_value)
        case GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE: self = .bool(message.bool_value != 0)
        default: return nil
        }
    }
}

extension HParams.Status {
    fileprivate init(_ status: Tensorboard__Hparams__Status) {
        switch status {
        case TENSORBOARD__HPARAMS__STATUS__STATUS_SUCCESS: self = .success
        case TENSORBOARD__HPARAMS__STATUS__STATUS_FAILURE: self = .failure
        case TENSORBOARD__HPARAMS__STATUS__STATUS_RUNNING: self = .running
        default: self = .unknown
        }
    }
}
