internal import TensorFlowTypes

/// Calls that collect summaries. Their result is a value that the writer's own thread turns into
/// bytes, so that the thread that trains only copies numbers; those of images as bytes, which wait
/// for the writer in a quarter of the memory.
enum Summaries {
    static func call(_ summary: Summarizing, _ bound: Bound) -> Kernel {
        let slot = bound.outputs[0].slot
        switch summary {
        case .scalar(let tag):
            let value = bound.input(0)
            return { slot?.summary = CollectedSummary([.scalar(value[0], tag: tag)]) }
        case .histogram(let tag):
            let values = bound.inputs[0]
            return {
                let floats = [Float](
                    UnsafeBufferPointer(start: values.floats, count: values.count))
                slot?.summary = CollectedSummary([.histogram(floats, tag: tag)])
            }
        case .images(let tags):
            return images(tags, bound.inputs[0], slot)
        case .merged:
            let parts = bound.inputs.compactMap(\.slot)
            return {
                var values: [CollectedSummary.Value] = []
                values.reserveCapacity(parts.reduce(0) { $0 + $1.summary.values.count })
                for part in parts { values += part.summary.values }
                slot?.summary = CollectedSummary(values)
            }
        }
    }

    /// An image each time.
    private static func images(_ tags: [String], _ batch: Buffer, _ slot: SummarySlot?) -> Kernel {
        let sizes = batch.shape
        let size = sizes[1...].reduce(1, *)
        var values: [CollectedSummary.Value] = []
        return {
            if values.isEmpty { values.reserveCapacity(tags.count) }
            if values.count < tags.count {
                let pixels = UnsafeBufferPointer(
                    start: batch.floats + values.count * size, count: size)
                let bytes = ImageScaling.bytes(pixels.span, channels: sizes[3])
                let image = TensorValue(.uint8(bytes), shape: Array(sizes[1...]))
                values.append(.image(image, tag: tags[values.count]))
            }
            slot?.isComplete = values.count == tags.count
            guard values.count == tags.count else { return }
            slot?.summary = CollectedSummary(values)
            values = []
        }
    }
}
