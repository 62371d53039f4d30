@testable import Datasets
import FuzzDriver

@main
enum NPYFuzzer {
    static func main() { fuzz(test) }
}

/// A file of NumPy's, asked for at several ranks: what is read is written, and read again as the
/// same.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    for rank in 0...4 {
        let anySize = [Int?](repeating: nil, count: rank)
        guard let array = try? NPY.array(file, path: "fuzz", shape: anySize) else { continue }
        precondition(array.shape.count == rank)
        precondition(array.count == array.shape.reduce(1, *))
        let larger = array.shape.map { $0 &+ 1 }
        precondition(rank == 0 || (try? NPY.array(file, path: "fuzz", shape: larger)) == nil)
        let written = NPY.bytes(of: array)
        guard let again = try? NPY.array(written, path: "again", shape: array.shape) else {
            fatalError("not read again")
        }
        precondition(again.shape == array.shape)
        precondition(NPY.bytes(of: again) == written)
    }
    return 0
}
