import FuzzDriver
@testable import Checkpoints

@main
enum StateFuzzer {
    static func main() { fuzz(test) }
}

/// The state file of a folder of checkpoints: what is read is written and read again.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    guard let state = try? CheckpointState(parsing: text, path: "fuzz") else { return 0 }
    let again = try? CheckpointState(parsing: Array(state.text.utf8), path: "again")
    precondition(again == state)
    return 0
}
