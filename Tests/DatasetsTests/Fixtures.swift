import CZlib
import TestSupport

@testable import Datasets

/// An IDX file of unsigned bytes with the given sizes.
func idxFile(_ sizes: [Int], _ values: some Sequence<UInt8>) -> [UInt8] {
    let header = sizes.flatMap { size in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
    }
    return [0, 0, 8, UInt8(sizes.count)] + header + Array(values)
}

/// `bytes` as a gzip stream.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let gzipFormat: Int32 = 31
    deflateInit2_(
        &stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzipFormat, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    input.withUnsafeMutableBufferPointer { input in
        packed.withUnsafeMutableBufferPointer { packed in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = packed.baseAddress
            stream.avail_out = UInt32(packed.count)
            deflate(&stream, Z_FINISH)
        }
    }
    return Array(packed.prefix(Int(stream.total_out)))
}

/// A small data set in MNIST's form: image i has the value i mod 251 throughout and the label i mod 10.
struct SmallMNIST {
    static let trainingCount = 5003
    static let testCount = 7

    let folder: TemporaryFolder

    init(compressed: Bool = false) throws {
        folder = try TemporaryFolder()
        for (name, count) in [("train", Self.trainingCount), ("t10k", Self.testCount)] {
            let images = count == Self.trainingCount ? Self.trainingImages : Self.images(count)
            let files = ["images-idx3-ubyte": images, "labels-idx1-ubyte": Self.labels(count)]
            for (kind, bytes) in files {
                try folder.write(
                    compressed ? gzip(bytes) : bytes,
                    to: "\(name)-\(kind)\(compressed ? ".gz" : "")")
            }
        }
    }

    private static let trainingImages = images(trainingCount)

    static func images(_ count: Int) -> [UInt8] {
        var file = idxFile([count, 28, 28], [])
        for image in 0..<count {
            file += [UInt8](repeating: UInt8(image % 251), count: MNIST.pixelCount)
        }
        return file
    }

    static func labels(_ count: Int) -> [UInt8] {
        idxFile([count], (0..<count).map { UInt8($0 % 10) })
    }
}
