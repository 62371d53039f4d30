import FuzzDriver
import Glibc
@testable import TensorBoard

@main
enum EventFileFuzzer {
    static func main() { fuzz(test) }
}

/// Event files, compressed ones and others: read part by part, checked, and repaired. A repaired
/// file is whole, and has no more events than can be read.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let path = "/dev/shm/fuzz-\(getpid()).tfevents"
    let output = "\(path).new"
    guard let file = fopen(path, "w") else { return 0 }
    fwrite(bytes, 1, count, file)
    fclose(file)
    unlink(output)
    var eventCount = 0
    for checksums in [EventFileReader.Checksums.lengths, .all] {
        guard var reader = try? EventFileReader(path: path, requiring: checksums) else { return 0 }
        eventCount = 0
        var offset = 0
        do {
            while let part = try reader.nextPart() {
                switch part {
                case .event: eventCount += 1
                case .damage(let damage): precondition(damage.bytes.lowerBound == offset)
                }
                precondition(reader.offset >= offset)
                offset = reader.offset
            }
        } catch {
            return 0
        }
    }
    let report = EventLog.check(path)
    guard let repair = try? EventFileReader.repair(path, to: output) else { return 0 }
    precondition(repair.eventCount <= eventCount + repair.restoredLengthCount)
    precondition(report.eventCount <= eventCount)
    if repair.eventCount > 0 {
        let again = EventLog.check(output)
        precondition(again.problem == nil || again.problem?.problem == .invalidValue)
        precondition(again.eventCount + again.eventCountBehind == repair.eventCount)
    }
    return 0
}
