import FuzzDriver
@testable import TensorBoard

@main
enum EventFuzzer {
    static func main() { fuzz(test) }
}

/// Events: the bytes of one record. What a repair makes of it is an event again, which TensorBoard
/// reads.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
    let event = decoder.event(buffer.bytes, atOffset: 0)
    precondition((decoder.finding(buffer.bytes) == nil) == (event == nil))
    let mended = mender().mended(buffer.bytes)
    precondition(mended == nil || event != nil)
    if let mended {
        guard let finding = decoder.finding(mended.span.bytes) else { fatalError("not an event") }
        precondition(finding.problem == nil || finding.problem == .invalidValue)
        precondition(mender().mended(mended.span.bytes) != nil)
    }
    _ = event?.fileVersion
    _ = event?.graphDefinition
    for value in event?.values ?? [] {
        _ = value.kind
        _ = value.pictures
        _ = value.text
        _ = value.scalar
        _ = value.distribution
        _ = value.number
    }
    return 0
}

nonisolated(unsafe) private let decoder = EventDecoder()

private func mender() -> EventMender {
    EventMender { _ in SummaryMetadataBytes(pluginName: "scalars") } firstTime: { 7 }
}
