import RecordIO

/// What of a file was read: by it, a copy of the file is told from another file, and so is a file
/// that was cut and is written again.
///
/// Compared are the first records that were read whole and the last ones, by their places, lengths
/// and checksums; the first event's wall time is among them. A record that is damaged in one copy
/// says nothing: so a good copy is known as the same file that a damaged one was read of, and the
/// other way round.
struct ReadPart: Sendable {
    private var first: [RecordMark] = []
    private var last: [RecordMark] = []
    /// What was passed over as damaged: places in the file, the earliest first.
    private(set) var damage: [Range<Int>] = []

    private static let (firstCount, lastCount) = (16, 64)
    /// So many records in a row that are alike tell where a file was read to.
    private static let rowLength = 8
    private static let (damageCount, damageLength) = (64, 1 << 20)

    /// What another file is to this one.
    enum Comparison {
        /// A copy.
        case same
        /// It has fewer bytes, which are the same: it may become a copy.
        case shorter
        /// What was read ends elsewhere in it, as in a repaired copy, or is the same up to there
        /// only: what follows is new.
        case changed(from: Int, ReadPart)
        /// It is another one.
        case other
    }

    /// Remembers a record that was read, the one behind the last.
    mutating func add(_ record: RecordMark) {
        if first.count < Self.firstCount { first.append(record) }
        if last.count == 2 * Self.lastCount { last.removeFirst(Self.lastCount) }
        last.append(record)
    }

    /// Remembers what was passed over; not more than 1 MiB of it.
    mutating func add(damage bytes: Range<Int>) {
        let length = damage.reduce(bytes.count) { $0 + $1.count }
        if damage.count < Self.damageCount, length <= Self.damageLength { damage.append(bytes) }
    }

    /// Takes what was passed over, to be looked at again.
    mutating func takeDamage() -> [Range<Int>] {
        defer { damage = [] }
        return damage
    }

    /// Compares another file, or this one as it is now.
    ///
    /// - Complexity: Takes a look at some 100 records. All are read where the last one is not the
    ///   same.
    func compare(_ reader: EventFileReader) throws(EventFileError) -> Comparison {
        do throws(FileError) {
            let found = try compare(reader.records)
            guard reader.damageOfStream != nil, let start = first.first else { return found }
            // Of a compressed file nothing can be had behind the damage.
            switch found {
            case .same, .shorter: return found
            case .changed, .other:
                return try reader.records.find(start) == .other ? found : .shorter
            }
        } catch {
            throw EventFileError(error)
        }
    }

    private func compare(_ reader: RecordReader) throws(FileError) -> Comparison {
        guard let start = first.first else { return .same }
        var (sameCount, damageCount, otherCount) = (0, 0, 0)
        var lastSame: RecordMark?
        var isCut = false
        loop: for record in first.filter({ $0.offset < last[0].offset }) + last {
            switch try reader.find(record) {
            case .same: (sameCount, lastSame) = (sameCount + 1, record)
            case .damage: damageCount += 1
            case .other:
                // The first event's time tells logs apart.
                if record == start { return .other }
                otherCount += 1
            case .end:
                isCut = true
                break loop
            }
        }
        if !isCut, lastSame == last.last { return .same }
        if isCut, damageCount == 0, otherCount == 0 { return .shorter }
        if let (end, part) = try place(in: reader) { return .changed(from: end, part) }
        if otherCount == 0 { return damageCount > sameCount ? .other : isCut ? .shorter : .same }
        // Of what is between the first records and the last ones nothing is known.
        guard let lastSame, last.contains(lastSame) else { return .other }
        var part = self
        part.first.removeAll { $0.offset > lastSame.offset }
        part.last.removeAll { $0.offset > lastSame.offset }
        return .changed(from: lastSame.end, part)
    }

    /// Where the last records end in a file in which they stand elsewhere.
    private func place(
        in reader: RecordReader
    ) throws(FileError) -> (end: Int, ReadPart)? {
        let wanted = last.suffix(Self.rowLength)
        var reader = reader
        reader.move(to: 0)
        var part = ReadPart()
        while true {
            let start = reader.offset
            do throws(RecordError) {
                guard try reader.next({ _, _ in }) != nil else { return nil }
            } catch {
                guard try !reader.skipDamage().isEmpty else { return nil }
                part.add(damage: start..<reader.offset)
                continue
            }
            guard let record = reader.lastRecord else { return nil }
            part.add(record)
            let row = part.last.suffix(wanted.count)
            if row.elementsEqual(wanted, by: { $0.hasSameData(as: $1) }) {
                return (record.end, part)
            }
        }
    }
}
