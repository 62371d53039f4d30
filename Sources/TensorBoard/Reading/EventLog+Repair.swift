import RecordIO

extension EventFileReader {
    /// What a repair kept of an event file, and what it left out.
    public struct RepairReport: Sendable, Equatable {
        /// The damaged file.
        public let path: String
        /// The new file.
        public let output: String
        /// How many events were kept.
        public internal(set) var eventCount = 0
        /// How many bytes they take.
        public internal(set) var byteCount = 0
        /// The bytes that were left out, by their places in the damaged file.
        public internal(set) var skipped: [Range<Int>] = []

        /// How many bytes were left out.
        public var skippedByteCount: Int { skipped.reduce(0) { $0 + $1.count } }
    }

    /// Copies all whole events of a file, byte for byte, into a new one.
    ///
    /// After damage, copying goes on with the next record whose length and data have their
    /// checksums. Records that hold no event are left out.
    ///
    /// - Parameters:
    ///   - path: The damaged file, which is only read.
    ///   - output: The path of the new file, in a folder that exists.
    /// - Throws: `EventFileError` if there is a file at `output`, or if one of both cannot be read
    ///   or written; no new file is left behind then.
    public static func repair(
        _ path: String, to output: String
    ) throws(EventFileError) -> RepairReport {
        var reader = try EventFileReader(path: path)
        do throws(FileError) {
            let file = try OutputFile(creating: output)
            do throws(FileError) {
                return try reader.copyWholeEvents(to: file)
            } catch {
                Folder.removeFile(output)
                throw error
            }
        } catch {
            throw EventFileError(error)
        }
    }

    private mutating func copyWholeEvents(to file: OutputFile) throws(FileError) -> RepairReport {
        var report = RepairReport(path: path, output: file.path)
        var records = RecordBuffer()
        while true {
            do throws(RecordError) {
                guard try copyNext(to: &records, &report) else { break }
            } catch {
                if case .unreadable(let error) = error.problem { throw error }
                report.skip(try self.records.skipDamage())
            }
            if records.byteCount >= 1 << 20 { try records.empty(into: file) }
        }
        try records.empty(into: file)
        try file.synchronize()
        try file.close()
        report.byteCount = file.byteCount
        return report
    }

    private mutating func copyNext(
        to output: inout RecordBuffer, _ report: inout RepairReport
    ) throws(RecordError) -> Bool {
        let start = offset
        let isEvent = try records.next { [decoder] data, offset in
            guard decoder.withMessage(data, { _ in }) != nil else { return false }
            output.append(data)
            return true
        }
        guard let isEvent else { return false }
        if isEvent {
            report.eventCount += 1
        } else {
            report.skip(start..<offset)
        }
        return true
    }
}

extension EventFileReader.RepairReport {
    /// Notes that bytes are left out; those behind others that are left out go with them.
    fileprivate mutating func skip(_ bytes: Range<Int>) {
        if let last = skipped.last, last.upperBound == bytes.lowerBound {
            skipped[skipped.count - 1] = last.lowerBound..<bytes.upperBound
        } else {
            skipped.append(bytes)
        }
    }
}

extension RecordBuffer {
    /// Writes all records, and removes them.
    fileprivate mutating func empty(into file: OutputFile) throws(FileError) {
        try withBytes { bytes throws(FileError) in try file.append(bytes) }
        removeAll()
    }
}
