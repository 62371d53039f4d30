import CProtobufC
import CTensorBoardProtos

extension CustomScalars {
    /// The layout as a serialized `Layout`.
    ///
    /// - Throws: `Refusal` if a text has a NUL.
    func serialized() throws(Refusal) -> [UInt8] {
        let arena = MessageArena()
        let bytes = arena.make(tensorboard__layout__init) {
            ($0.n_category, $0.category) = arena.repeated(
                categories.map { category in
                    arena.make(tensorboard__category__init) {
                        $0.title = arena.string(category.title)
                        $0.closed = category.isClosed ? 1 : 0
                        ($0.n_chart, $0.chart) = arena.repeated(
                            category.charts.map { $0.message(in: arena) })
                    }
                })
        }.packed()
        try arena.checkIsWhole()
        return bytes
    }

    /// Reads a serialized `Layout`; `nil` for bytes that are none.
    init?(serialized bytes: [UInt8]) {
        let arena = DecodingArena()
        arena.reset(budget: (1 << 20) + 64 * bytes.count)
        let categories = bytes.withUnsafeBufferPointer { bytes -> [Category]? in
            var allocator = arena.allocator
            let layout = tensorboard__layout__unpack(&allocator, bytes.count, bytes.baseAddress)
            guard let layout = layout?.pointee else { return nil }
            return pointees(layout.category, count: layout.n_category).map { Category($0) }
        }
        guard let categories else { return nil }
        self.init(categories)
    }
}

extension CustomScalars.Category {
    fileprivate init(_ message: Tensorboard__Category) {
        self.init(
            title: String(text: message.title),
            charts: pointees(message.chart, count: message.n_chart).map { .init($0) },
            isClosed: message.closed != 0)
    }
}

extension CustomScalars.Chart {
    fileprivate init(_ message: Tensorboard__Chart) {
        let content: Content
        switch message.content_case {
        case TENSORBOARD__CHART__CONTENT_MARGIN:
            let margin = message.margin.pointee
            content = .margins(
                pointees(margin.series, count: margin.n_series).map {
                    .init(
                        value: String(text: $0.value), lower: String(text: $0.lower),
                        upper: String(text: $0.upper))
                })
        case TENSORBOARD__CHART__CONTENT_MULTILINE:
            let lines = message.multiline.pointee
            content = .patterns(
                UnsafeBufferPointer(start: lines.tag, count: lines.n_tag).map { String(text: $0) })
        default: content = .patterns([])
        }
        self.init(title: String(text: message.title), content: content)
    }

    fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Tensorboard__Chart> {
        arena.make(tensorboard__chart__init) {
            $0.title = arena.string(title)
            switch content {
            case .patterns(let patterns):
                $0.content_case = TENSORBOARD__CHART__CONTENT_MULTILINE
                $0.multiline = arena.make(tensorboard__multiline_chart_content__init) {
                    ($0.n_tag, $0.tag) = arena.repeated(patterns.map { arena.string($0) })
                }
            case .margins(let margins):
                $0.content_case = TENSORBOARD__CHART__CONTENT_MARGIN
                $0.margin = arena.make(tensorboard__margin_chart_content__init) {
                    ($0.n_series, $0.series) = arena.repeated(
                        margins.map { margin in
                            arena.make(tensorboard__margin_chart_content__series__init) {
                                $0.value = arena.string(margin.value)
                                $0.lower = arena.string(margin.lower)
                                $0.upper = arena.string(margin.upper)
                            }
                        })
                }
            }
        }
    }
}

extension String {
    /// The text of a field of type `string`; empty where there is none.
    fileprivate init(text field: UnsafePointer<CChar>?) {
        self = field.map { String(cString: $0) } ?? ""
    }
}
