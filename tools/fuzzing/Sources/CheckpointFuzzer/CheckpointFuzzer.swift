import FuzzDriver

@testable import Checkpoints
@testable import RecordIO

@main
enum CheckpointFuzzer {
    static func main() { fuzz(test) }
}

/// A file with a table: an index of format V2, and all of format V1. It is read as it is, and again
/// with the checksums of its blocks made right, so that what is behind them is reached; each time with
/// all its tensors.
private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var table = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    read(table)
    correctChecksums(of: &table)
    read(table)
    return 0
}

private let scratch = Scratch(names: ["m.index", "m.data-00000-of-00001", "v1"])

private func read(_ table: [UInt8]) {
    scratch.write(table, to: "m.index")
    // Something for tensors to be read from.
    scratch.write(Array(table.prefix(64)), to: "m.data-00000-of-00001")
    scratch.write(table, to: "v1")
    for name in ["m", "v1"] {
        guard let checkpoint = try? Checkpoint(opening: scratch.path(of: name)) else { continue }
        for tensor in checkpoint.tensors { _ = try? checkpoint.tensor(named: tensor.name) }
    }
}

/// Gives the blocks that the footer and the index name their checksums.
private func correctChecksums(of table: inout [UInt8]) {
    let footer = table.count - TableFormat.footerLength
    guard footer >= 0 else { return }
    var position = footer
    var handles: [BlockHandle] = []
    for _ in 0..<2 {
        if let handle = BlockHandle(decoding: table.span.bytes, at: &position, limit: footer) {
            handles.append(handle)
        }
    }
    for handle in handles { correct(handle, of: &table) }
    scratch.write(table, to: "v1")
    guard
        let index = handles.last, let file = try? InputFile(opening: scratch.path(of: "v1")),
        let contents = try? BlockContents(of: index, in: file, limit: 1 << 20),
        var entries = try? BlockParser(contents)
    else { return }
    while let entry = try? entries.next() {
        var position = 0
        let value = Array(entry.value)
        if let block = BlockHandle(decoding: value.span.bytes, at: &position, limit: footer) {
            correct(block, of: &table)
        }
    }
}

private func correct(_ block: BlockHandle, of table: inout [UInt8]) {
    let end = block.offset + block.length
    // Compressed or not, by the first bit that is there.
    table[end] &= TableFormat.snappy
    let checksum = CRC32C.checksum(of: table.span.bytes.extracting(block.offset...end))
    table.withUnsafeMutableBytes {
        CRC32C.mask(checksum).storeLittleEndian(in: $0, at: end + 1)
    }
}
