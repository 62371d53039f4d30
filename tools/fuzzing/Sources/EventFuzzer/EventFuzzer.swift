import FuzzDriver
@testable import TensorBoard

@main
enum EventFuzzer {
    static func main() { fuzz(test) }
}

/// Events: the bytes of one record.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
    let event = decoder.event(buffer.bytes, atOffset: 0)
    for value in event?.values ?? [] {
        _ = value.kind
        _ = value.pictures
        _ = value.text
        _ = value.scalar
        _ = value.distribution
    }
    return 0
}

nonisolated(unsafe) private let decoder = EventDecoder()
