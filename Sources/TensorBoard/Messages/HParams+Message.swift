import CProtobufC
import CTensorBoardProtos

extension Summary.Value {
    /// The beginning of a run with its hyperparameters.
    ///
    /// - Parameters:
    ///   - group: Runs of a group are one row; empty for a row of its own.
    ///   - time: Seconds since 1970.
    /// - Throws: `Refusal` if there are two values for one name, or if a text has a NUL.
    static func sessionStart(
        _ hparams: HParams, group: String, time: Double
    ) throws(Refusal) -> Self {
        var names: Set<ExactName> = []
        for (name, _) in hparams.values where !names.insert(ExactName(name)).inserted {
            throw Refusal("two values for the hyperparameter \(name.quoted); give one")
        }
        return try hparamsRecord("session_start_info") { message, arena in
            message.data_case = TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_START_INFO
            message.session_start_info = arena.make(tensorboard__hparams__session_start_info__init)
            {
                $0.group_name = arena.string(group)
                $0.start_time_secs = time
                ($0.n_hparams, $0.hparams) = arena.repeated(
                    hparams.values.map { name, value in
                        arena.make(
                            tensorboard__hparams__session_start_info__hparams_entry__init
                        ) {
                            $0.key = arena.string(name)
                            $0.value = value.message(in: arena)
                        }
                    })
            }
        }
    }

    /// The end of a run.
    ///
    /// - Parameter time: Seconds since 1970.
    static func sessionEnd(_ status: HParams.Status, time: Double) throws(Refusal) -> Self {
        try hparamsRecord("session_end_info") { message, arena in
            message.data_case = TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_END_INFO
            message.session_end_info = arena.make(tensorboard__hparams__session_end_info__init) {
                $0.status = status.message
                $0.end_time_secs = time
            }
        }
    }

    /// What the runs of a log folder have in common.
    ///
    /// - Parameter time: Seconds since 1970.
    /// - Throws: `Refusal` if a text has a NUL.
    static func experiment(
        _ experiment: HParamsExperiment, time: Double
    ) throws(Refusal) -> Self {
        try hparamsRecord("experiment") { message, arena in
            message.data_case = TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_EXPERIMENT
            message.experiment = arena.make(tensorboard__hparams__experiment__init) {
                $0.name = arena.string(experiment.name)
                $0.description = arena.string(experiment.description)
                $0.time_created_secs = time
                ($0.n_hparam_infos, $0.hparam_infos) = arena.repeated(
                    experiment.hparams.map { $0.message(in: arena) })
                ($0.n_metric_infos, $0.metric_infos) = arena.repeated(
                    experiment.metrics.map { $0.message(in: arena) })
            }
        }
    }

    /// The plugin reads all of it from the tag's metadata; the value itself says nothing.
    private static func hparamsRecord(
        _ name: String,
        _ fill: (inout Tensorboard__Hparams__HParamsPluginData, MessageArena) -> Void
    ) throws(Refusal) -> Self {
        let arena = MessageArena()
        let content = arena.make(tensorboard__hparams__hparams_plugin_data__init) {
            fill(&$0, arena)
        }.packed()
        try arena.checkIsWhole()
        return hparamsRecord(tag: "_hparams_/\(name)", content: content)
    }

    /// - Parameter content: A serialized `HParamsPluginData`.
    static func hparamsRecord(tag: String, content: [UInt8]) -> Self {
        Self(
            tag: tag,
            content: .tensor(
                TensorValue([] as [Float], shape: [0]),
                Summary.Plugin(name: "hparams", content: content)))
    }
}

extension HParams.Value {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Google__Protobuf__Value> {
        arena.make(google__protobuf__value__init) {
            switch self {
            case .string(let text):
                $0.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE
                $0.string_value = arena.string(text)
            case .bool(let isTrue):
                $0.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE
                $0.bool_value = isTrue ? 1 : 0
            case .number(let number) where number.isFinite:
                $0.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE
                $0.number_value = number
            case .number(let number):
                // As a number, it would be one that JSON lacks, and the whole tab would stay empty.
                $0.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE
                $0.string_value = arena.string("\(number)")
            }
        }
    }
}

extension HParams.Status {
    fileprivate var message: Tensorboard__Hparams__Status {
        switch self {
        case .unknown: TENSORBOARD__HPARAMS__STATUS__STATUS_UNKNOWN
        case .success: TENSORBOARD__HPARAMS__STATUS__STATUS_SUCCESS
        case .failure: TENSORBOARD__HPARAMS__STATUS__STATUS_FAILURE
        case .running: TENSORBOARD__HPARAMS__STATUS__STATUS_RUNNING
        }
    }
}

extension HParamsExperiment.Hyperparameter {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorboard__Hparams__HParamInfo> {
        arena.make(tensorboard__hparams__hparam_info__init) {
            $0.name = arena.string(name)
            $0.display_name = arena.string(displayName)
            $0.description = arena.string(description)
            let values: [HParams.Value]?
            switch domain {
            case .anyString:
                $0.type = TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_STRING
                values = nil
            case .strings(let strings):
                $0.type = TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_STRING
                values = strings.map { .string($0) }
            case .bool:
                $0.type = TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_BOOL
                values = [true, false]
            case .anyNumber:
                $0.type = TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_FLOAT64
                values = nil
            case .numbers(let numbers):
                $0.type = TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_FLOAT64
                values = numbers.map { .number($0) }
            case .interval(let range):
                $0.type = TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_FLOAT64
                $0.domain_case = TENSORBOARD__HPARAMS__HPARAM_INFO__DOMAIN_DOMAIN_INTERVAL
                $0.domain_interval = arena.make(tensorboard__hparams__interval__init) {
                    $0.min_value = range.lowerBound
                    $0.max_value = range.upperBound
                }
                values = nil
            }
            guard let values else { return }
            $0.domain_case = TENSORBOARD__HPARAMS__HPARAM_INFO__DOMAIN_DOMAIN_DISCRETE
            $0.domain_discrete = arena.make(google__protobuf__list_value__init) {
                ($0.n_values, $0.values) = arena.repeated(values.map { $0.message(in: arena) })
            }
        }
    }
}

extension HParamsExperiment.Metric {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorboard__Hparams__MetricInfo> {
        arena.make(tensorboard__hparams__metric_info__init) {
            $0.display_name = arena.string(displayName)
            $0.description = arena.string(description)
            $0.name = arena.make(tensorboard__hparams__metric_name__init) {
                $0.tag = arena.string(tag)
                $0.group = arena.string(group)
            }
        }
    }
}
