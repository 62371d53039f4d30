import FuzzDriver
import Glibc
@testable import RecordIO

@main
enum RecordFuzzer {
    static func main() { fuzz(test) }
}

/// Records: reads them, passes over damage, and checks that every byte was accounted for.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let path = "/dev/shm/fuzz-\(getpid())"
    guard let file = fopen(path, "w") else { return 0 }
    fwrite(bytes, 1, count, file)
    fclose(file)
    guard var reader = try? RecordReader(opening: path) else { return 0 }
    while true {
        let start = reader.offset
        do {
            guard try reader.next() != nil else { break }
            precondition(reader.offset >= start + 16)
        } catch {
            guard let skipped = try? reader.skipDamage() else { return 0 }
            precondition(skipped.lowerBound == start && skipped.upperBound == reader.offset)
            precondition(reader.offset > start)
            _ = try? reader.recordCount(of: skipped)
            _ = try? reader.data(ofRecord: skipped)
        }
        precondition(reader.offset <= count)
    }
    precondition(reader.offset == count)
    reader.move(to: 0)
    while (try? reader.nextUnverified { data, _, _ in data.byteCount }) != nil {
        precondition(reader.offset <= count)
    }
    return 0
}
