import RecordIO

/// A table whose blocks' checksums can be made right after its bytes were changed.
struct TableBytes {
    var bytes: [UInt8]
    /// Where the blocks' contents are; the last byte of each is its type.
    private let blocks: [Range<Int>]

    /// Where each block's type is.
    var types: [Int] { blocks.map { $0.upperBound - 1 } }

    /// Where bytes are that a checksum covers.
    var contents: [Int] { blocks.flatMap { Array($0) } }

    /// Finds the blocks of a table that has a single block of data.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let footer = bytes.count - 48
        var position = footer
        let numbers = (0..<4).map { _ in
            Varint.decode(from: bytes.span.bytes, at: &position).map { Int($0 as UInt64) } ?? 0
        }
        let metaindex = numbers[0]
        let index = numbers[2]
        blocks = [0..<metaindex - 4, metaindex..<index - 4, index..<footer - 4]
    }

    mutating func correctChecksums() {
        for block in blocks {
            let checksum = CRC32C.checksum(of: bytes.span.bytes.extracting(block))
            bytes.withUnsafeMutableBytes {
                CRC32C.mask(checksum).storeLittleEndian(in: $0, at: block.upperBound)
            }
        }
    }
}
