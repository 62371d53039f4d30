import RecordIO

/// What programs make of a file of records that take it for text: each is told by the record that
/// comes out whole when it is undone.
enum TransferDamage {
    private static let (lineFeed, carriageReturn): (UInt8, UInt8) = (0x0a, 0x0d)

    /// What was done to the bytes that begin with a damaged record; `nil` for nothing known.
    static func change(of bytes: [UInt8]) -> String? {
        let asText = "as a copy in text mode"
        if let binary = latin1(bytes), begins(binary) {
            return
                "each byte above 127 was made a character of UTF-8, as a program does that takes "
                + "the file for text"
        }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]), begins(Array(bytes.dropFirst(3))) {
            return "a byte order mark was put before it, as a program does that takes the file for "
                + "text"
        }
        if hasCarriageReturns(bytes) {
            return "a carriage return stands before each line feed, \(asText) leaves them"
        }
        if lacksCarriageReturns(bytes) {
            return "carriage returns were taken away, \(asText) does"
        }
        if becomesWhole(bytes, exchanging: lineFeed, for: carriageReturn) {
            return "carriage returns were made line feeds, \(asText) does"
        }
        if becomesWhole(bytes, exchanging: carriageReturn, for: lineFeed) {
            return "line feeds were made carriage returns, \(asText) does"
        }
        // Among so many bytes of a log some hundred are as good as random.
        if bytes.count >= 1 << 15, bytes.contains(lineFeed), !bytes.contains(carriageReturn) {
            return "there is no carriage return in it, \(asText) leaves it"
        }
        if lacksZeros(bytes) { return "the bytes that are zero were taken away" }
        // A log has checksums, half of whose bytes are above 127.
        if bytes.count >= 256, bytes.allSatisfy({ $0 < 128 }) {
            return "the highest bit of each byte was taken away, as a transfer of 7 bits does"
        }
        return nil
    }

    private static func begins(_ bytes: [UInt8]) -> Bool {
        RecordReader.beginsWithRecord(bytes.span.bytes)
    }

    private static func beginsWithLength(_ bytes: [UInt8]) -> Bool {
        RecordReader.beginsWithLength(bytes.span.bytes)
    }

    /// Whether line feeds have got a carriage return each.
    private static func hasCarriageReturns(_ bytes: [UInt8]) -> Bool {
        guard bytes.contains(carriageReturn) else { return false }
        var translated: [UInt8] = []
        for byte in bytes {
            if byte == lineFeed, translated.last == carriageReturn { translated.removeLast() }
            translated.append(byte)
        }
        // A long record cannot be seen whole, but all that line feeds have before them.
        let lineFeeds = bytes.indices.dropFirst().filter { bytes[$0] == lineFeed }
        let isTranslated =
            lineFeeds.count >= 8 && lineFeeds.allSatisfy { bytes[$0 - 1] == carriageReturn }
        return isTranslated || begins(translated)
    }

    /// Whether one or two carriage returns are missing in a record that is short enough to try.
    private static func lacksCarriageReturns(_ bytes: [UInt8]) -> Bool {
        guard beginsWithLength(bytes) else {
            return becomesWhole(bytes, inserting: 1, from: 0, to: 12, by: beginsWithLength)
        }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let end = Int(clamping: length).addingReportingOverflow(16).partialValue
        let counts = length < 128 ? [1, 2] : length < 4096 ? [1] : []
        return counts.contains { count in
            guard bytes.count >= end - count else { return false }
            let record = Array(bytes[..<(end - count)])
            return becomesWhole(record, inserting: count, from: 12, to: end, by: begins)
        }
    }

    /// Whether bytes stand a test once carriage returns are inserted between two places.
    private static func becomesWhole(
        _ bytes: [UInt8], inserting count: Int, from start: Int, to end: Int,
        by test: ([UInt8]) -> Bool
    ) -> Bool {
        guard start <= bytes.count, start < end else { return false }
        var candidate = bytes
        candidate.insert(carriageReturn, at: start)
        for index in start..<end {
            if count == 1
                ? test(candidate)
                : becomesWhole(candidate, inserting: count - 1, from: index + 1, to: end, by: test)
            {
                return true
            }
            guard index + 1 < candidate.count else { return false }
            candidate.swapAt(index, index + 1)
        }
        return false
    }

    /// Whether a record is whole once its bytes that have a value are given another: one or two of
    /// them, all, or all but one or two.
    private static func becomesWhole(
        _ bytes: [UInt8], exchanging value: UInt8, for original: UInt8
    ) -> Bool {
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let end = beginsWithLength(bytes) ? 16 + Int(clamping: min(length, 1 << 20)) : 4096
        let record = Array(bytes.prefix(end))
        let places = record.indices.filter { record[$0] == value }
        let exchanged = record.map { $0 == value ? original : $0 }
        return !places.isEmpty
            && (begins(exchanged) || becomesWhole(record, with: original, at: places.prefix(64))
                || becomesWhole(exchanged, with: value, at: places.prefix(64)))
    }

    /// Whether a record is whole once one or two of its bytes are another.
    private static func becomesWhole(
        _ record: [UInt8], with value: UInt8, at places: ArraySlice<Int>
    ) -> Bool {
        var record = record
        for (number, first) in places.enumerated() {
            let before = record[first]
            record[first] = value
            if begins(record) { return true }
            for second in places.dropFirst(number + 1) where record.count <= 4096 {
                record[second] = value
                if begins(record) { return true }
                record[second] = before
            }
            record[first] = before
        }
        return false
    }

    /// Whether a length of one byte lacks the seven zeros behind it.
    private static func lacksZeros(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, first != 0 else { return false }
        return beginsWithLength([first, 0, 0, 0, 0, 0, 0, 0] + bytes.dropFirst().prefix(4))
    }

    /// The bytes that were taken for Latin-1 and written as UTF-8; `nil` if that cannot have been.
    private static func latin1(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(where: { $0 > 127 }) else { return nil }
        // The last character may be cut.
        let whole = bytes.last.map { $0 > 0xbf } == true ? bytes.dropLast() : bytes[...]
        guard let text = String(validating: whole, as: UTF8.self) else { return nil }
        let values = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
        return values.count == text.unicodeScalars.count ? values : nil
    }
}
