import Foundation
import RecordIO
import TensorBoard
import TestSupport
import Testing

/// Event files that tests put together and damage, record by record.
enum DamagedLog {
    /// The data of a file's records.
    static func records(_ path: String) throws -> [[UInt8]] {
        var reader = try RecordReader(opening: path)
        var records: [[UInt8]] = []
        while let record = try reader.next() { records.append(record.data) }
        return records
    }

    /// A file of records.
    static func framed(_ records: [[UInt8]]) -> [UInt8] {
        var buffer = RecordBuffer()
        for data in records { buffer.append(data.span.bytes) }
        return buffer.withBytes { $0.withUnsafeBytes(Array.init) }
    }

    /// A record whose byte at a position, counted from the record's start, is changed. Data begin at
    /// 12.
    static func damaged(_ data: [UInt8], at position: Int, by bits: UInt8 = 1) -> [UInt8] {
        var record = framed([data])
        record[position < 0 ? record.count + position : position] ^= bits
        return record
    }

    /// A record whose data are not those of its checksum.
    static func replaced(_ data: [UInt8], of original: [UInt8]) -> [UInt8] {
        framed([data]).dropLast(4) + framed([original]).suffix(4)
    }

    /// A point of the curve `x` whose value is its step.
    static func scalar(
        _ step: UInt8, tag: [UInt8] = [0x78], wallTime: Double? = nil
    ) -> [UInt8] {
        var data: [UInt8] = [0x09]
        data.append(littleEndian: (wallTime ?? 1000 + Double(step)).bitPattern)
        var value: [UInt8] = [0x0a, UInt8(tag.count)] + tag + [0x15]
        value.append(littleEndian: Float(step).bitPattern)
        let summary = [0x0a, UInt8(value.count)] + value
        return data + [0x10, step, 0x2a, UInt8(summary.count)] + summary
    }

    /// A histogram with a limit and two counts.
    static let unequalHistogram: [UInt8] = {
        let limits: [UInt8] = [0x32, 8, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        let counts: [UInt8] = [0x3a, 16] + Array(repeating: 0, count: 16)
        let value = [0x0a, 1, 0x68, 0x2a, UInt8(limits.count + counts.count)] + limits + counts
        let summary = [0x0a, UInt8(value.count)] + value
        return [0x09, 0, 0, 0, 0, 0, 0x40, 0x8f, 0x40, 0x2a, UInt8(summary.count)] + summary
    }()

    /// The steps of a plugin's answer: lists of time, step and value, or objects.
    static func steps(_ data: Data) -> [Int]? {
        guard let rows = try? JSONSerialization.jsonObject(with: data) as? [Any] else { return nil }
        return rows.compactMap { row in
            if let row = row as? [Any], row.count > 1 { return (row[1] as? NSNumber)?.intValue }
            return ((row as? [String: Any])?["step"] as? NSNumber)?.intValue
        }
    }
}
