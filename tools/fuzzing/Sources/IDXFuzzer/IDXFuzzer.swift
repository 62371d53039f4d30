import CZlib
@testable import Datasets
import FuzzDriver

@main
enum IDXFuzzer {
    static func main() { fuzz(test) }
}

/// The most bytes that an array may have here, so that a stream which unpacks to gigabytes does not
/// take long.
private let limit = 1 << 20

/// A file of IDX, packed or not, asked for as labels and as pictures. A packed one holds what it
/// holds when it is packed again, and one that is not packed is read as the same when it is.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    for shape in [[nil], [nil, 28, 28], [nil, nil, nil]] as [[Int?]] {
        let array = try? IDX(file, path: "fuzz", shape: shape, limit: limit)
        if let array {
            precondition(array.shape.count == shape.count)
            precondition(array.values.count == array.shape.reduce(1, *))
            precondition(array.values.count <= limit)
        }
        if GzipBytes.isGzip(file) { continue }
        let packed = try? IDX(gzip(file), path: "packed", shape: shape, limit: limit)
        precondition(packed?.shape == array?.shape)
        precondition(packed?.values == array?.values)
    }
    return 0
}

private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let gzipOnly: Int32 = 16
    let version = deflateInit2_(
        &stream, 1, Z_DEFLATED, MAX_WBITS + gzipOnly, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    precondition(version == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    let room = Int(deflateBound(&stream, UInt(bytes.count))) + 64
    return [UInt8](unsafeUninitializedCapacity: room) { output, count in
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(room)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
        count = room - Int(stream.avail_out)
    }
}
