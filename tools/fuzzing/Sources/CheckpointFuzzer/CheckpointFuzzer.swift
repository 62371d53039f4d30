import FuzzDriver
@testable import Checkpoints
@testable import RecordIO

@main
enum CheckpointFuzzer {
    static func main() { fuzz(test) }
}

/// A checkpoint's index: the table as it is, and again with the checksums of its blocks made right,
/// so that what is behind them is reached; then the entries of the bundle.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var index = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    read(index)
    correctChecksums(of: &index)
    read(index)
    return 0
}

private func read(_ index: [UInt8]) {
    guard let table = try? TableReader(index, path: "fuzz") else { return }
    for entry in table.entries {
        let value = table.value(of: entry)
        _ = BundleHeader(decoding: value)
        _ = BundleEntry(decoding: value)?.isSound(shardCount: 2)
    }
}

/// Gives the blocks that the footer and the index name their checksums.
private func correctChecksums(of index: inout [UInt8]) {
    let footer = index.count - TableFormat.footerLength
    guard footer >= 0 else { return }
    var position = footer
    var handles: [BlockHandle] = []
    for _ in 0..<2 {
        if let handle = BlockHandle(
            decoding: index.span.bytes, at: &position, limit: footer)
        {
            handles.append(handle)
        }
    }
    for handle in handles { correct(handle, of: &index) }
    guard let handle = handles.last, var blocks = try? BlockParser(index, block: handle, path: "")
    else { return }
    let bytes = index
    while let entry = try? blocks.next() {
        var position = entry.value.lowerBound
        if let block = BlockHandle(decoding: bytes.span.bytes, at: &position, limit: footer) {
            correct(block, of: &index)
        }
    }
}

private func correct(_ block: BlockHandle, of index: inout [UInt8]) {
    let end = block.offset + block.length
    index[end] = TableFormat.uncompressed
    let checksum = CRC32C.checksum(of: index.span.bytes.extracting(block.offset...end))
    index.withUnsafeMutableBytes {
        CRC32C.mask(checksum).storeLittleEndian(in: $0, at: end + 1)
    }
}
