import FuzzDriver

@testable import Checkpoints

@main
enum SnappyFuzzer {
    static func main() { fuzz(test) }
}

/// A block: what it unpacks to has the length that it promises, and is the same wherever the block
/// lies in memory.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let block = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    guard let unpacked = try? Snappy.unpacked(block[...], limit: 1 << 20) else { return 0 }
    precondition(unpacked.count <= 1 << 20)
    let moved = [0] + block + [0]
    precondition((try? Snappy.unpacked(moved[1...count], limit: 1 << 20)) == unpacked)
    return 0
}
