internal import TensorBoard

/// Calls that collect summaries. Their result is a value that the writer's own thread turns into
/// bytes, so that the thread that trains only copies numbers; those of images as bytes, which wait
/// for the writer in a quarter of the memory.
enum Summaries {
    static func call(_ summary: Summarizing, _ bound: Bound) -> Kernel {
        let slot = bound.outputs[0].slot
        switch summary {
        case .scalar(let tag):
            let value = bound.input(0)
            return { slot?.summary = Summary([.scalar(value[0], tag: tag)]) }
        case .histogram(let tag):
            let values = bound.inputs[0]
            return {
                let floats = [Float](
                    UnsafeBufferPointer(start: values.floats, count: values.count))
                slot?.summary = Summary([.histogram(floats, tag: tag)])
            }
        case .images(let tags):
            return images(tags, bound.inputs[0], slot)
        case .merged:
            let parts = bound.inputs.compactMap(\.slot)
            return {
                var values: [Summary.Value] = []
                values.reserveCapacity(parts.reduce(0) { $0 + $1.summary.values.count })
                for part in parts { values += part.summary.values }
                slot?.summary = Summary(values)
            }
        }
    }

    /// An image each time.
    private static func images(_ tags: [String], _ batch: Buffer, _ slot: SummarySlot?) -> Kernel {
        let sizes = batch.shape
        let size = sizes[1...].reduce(1, *)
        var values: [Summary.Value] = []
        return {
            if values.isEmpty { values.reserveCapacity(tags.count) }
            if values.count < tags.count {
                let pixels = UnsafeBufferPointer(
                    start: batch.floats + values.count * size, count: size)
                let image = Image(
                    scaling: pixels.span, height: sizes[1], width: sizes[2], channels: sizes[3])
                values.append(.image(image, tag: tags[values.count]))
            }
            slot?.isComplete = values.count == tags.count
            guard values.count == tags.count else { return }
            slot?.summary = Summary(values)
            values = []
        }
    }
}
