import RecordIO

extension EventLog {
    /// What a repair kept of an event file, and what it left out.
    public struct RepairReport: Sendable, Equatable {
        /// The damaged file.
        public let path: String
        /// The new file. There is none if nothing of a damaged one could be kept.
        public let output: String
        /// How many events were kept.
        public internal(set) var eventCount = 0
        /// How many bytes they take.
        public internal(set) var byteCount = 0
        /// The bytes that were left out, by their places in the damaged file.
        public internal(set) var skipped: [Range<Int>] = []
        /// The tags whose metadata were lost, and are taken from other records.
        public internal(set) var filledTags: [String] = []
        /// How many events had a time that is no number, or a string that is not UTF-8: the time is
        /// that of the event before now, and U+FFFD stands for what is not UTF-8.
        public internal(set) var mendedCount = 0
        /// How many records had a damaged length, which their data made known.
        public internal(set) var restoredLengthCount = 0
        /// Whether the file was compressed, and the new one is not.
        public internal(set) var isUnpacked = false
        /// What the file is if it is no event file, or why not all of it can be read.
        public internal(set) var problem: EventFileError?

        /// How many bytes were left out.
        public var skippedByteCount: Int { skipped.reduce(0) { $0 + $1.count } }
    }
}

extension EventLog.Run {
    /// Copies all whole events of the run's files into new files of the same names.
    ///
    /// - Parameters:
    ///   - folder: The folder of the new files, which exists.
    ///   - report: Is given what became of each file. One that cannot be read or written does not
    ///     keep the others from it.
    public func repair(
        into folder: String,
        report: (Result<EventLog.RepairReport, EventFileError>) throws -> Void
    ) rethrows {
        let metadata = RunMetadataSearch(files: files)
        for (index, file) in files.enumerated() {
            let output = "\(folder)/\(Self.name(ofFile: file))"
            try report(
                Result { () throws(EventFileError) in
                    try EventFileReader.repair(
                        file, to: output, searching: metadata, index: index)
                })
        }
    }
}

extension EventLog.Run {
    /// The name of one of the run's files, without the folder's path.
    public static func name(ofFile path: String) -> String {
        path.unicodeScalars.split(separator: "/").last.map { String($0) } ?? path
    }
}

extension EventFileReader {
    /// Copies all whole events of a file into a new one, byte for byte unless TensorBoard would not
    /// show them so.
    ///
    /// After damage, copying goes on with the next record whose length and data have their
    /// checksums. A record of which only the length is damaged is whole, too. Records that hold no
    /// event are left out. The first value of a tag gets the metadata that another value has, if its
    /// own were lost.
    ///
    /// - Parameters:
    ///   - path: The damaged file, which is only read.
    ///   - output: The path of the new file, in a folder that exists.
    /// - Throws: `EventFileError` if there is a file at `output`, or if one of both cannot be read
    ///   or written; no new file is left behind then.
    public static func repair(
        _ path: String, to output: String
    ) throws(EventFileError) -> EventLog.RepairReport {
        try repair(path, to: output, searching: RunMetadataSearch(files: [path]), index: 0)
    }

    fileprivate static func repair(
        _ path: String, to output: String, searching metadata: RunMetadataSearch, index: Int
    ) throws(EventFileError) -> EventLog.RepairReport {
        let reader = try EventFileReader(path: path)
        do throws(FileError) {
            let file = try OutputFile(creating: output)
            do throws(FileError) {
                var copier = EventCopier(reader, to: file, searching: metadata, index: index)
                let report = try copier.copyWholeEvents()
                if report.eventCount == 0, !report.skipped.isEmpty { Folder.removeFile(output) }
                return report
            } catch {
                Folder.removeFile(output)
                throw error
            }
        } catch {
            throw EventFileError(error)
        }
    }
}

/// A repair of one file.
private struct EventCopier {
    private var reader: EventFileReader
    private let file: OutputFile
    private let mender: EventMender
    private var report: EventLog.RepairReport
    private var output = RecordBuffer()

    init(
        _ reader: EventFileReader, to file: OutputFile, searching metadata: RunMetadataSearch,
        index: Int
    ) {
        self.reader = reader
        self.file = file
        report = EventLog.RepairReport(path: reader.path, output: file.path)
        report.isUnpacked = reader.compression != nil
        mender = EventMender {
            metadata.metadata(of: $0, inFile: index)
        } firstTime: {
            metadata.firstTime(ofFile: index)
        }
    }

    mutating func copyWholeEvents() throws(FileError) -> EventLog.RepairReport {
        while true {
            do throws(RecordError) {
                guard try copyNext() else { break }
            } catch {
                if case .unreadable(let error) = error.problem { throw error }
                try passOver(error)
            }
            if output.byteCount >= 1 << 20 { try writeOutput() }
        }
        report.problem = report.problem ?? reader.damageOfStream
        try writeOutput()
        try file.synchronize()
        try file.close()
        report.byteCount = file.byteCount
        report.filledTags = mender.filledTags
        report.mendedCount = mender.mendedCount
        return report
    }

    private mutating func copyNext() throws(RecordError) -> Bool {
        let start = reader.offset
        let event = try reader.records.next { [mender] data, _ in mender.mended(data) }
        guard let event else { return false }
        if let event {
            append(event)
        } else {
            report.skip(start..<reader.offset)
        }
        return true
    }

    private mutating func append(_ event: [UInt8]) {
        output.append(event.span.bytes)
        report.eventCount += 1
    }

    private mutating func passOver(_ error: RecordError) throws(FileError) {
        let problem = reader.explained(error)
        if case .otherFormat = problem.problem {
            report.problem = problem
            let start = reader.offset
            reader.records.move(to: try reader.file.byteCount())
            report.skip(start..<reader.offset)
            return
        }
        let skipped = try reader.records.skipDamage()
        if error.problem == .damagedLength,
            let data = try reader.records.data(ofRecord: skipped),
            let event = mender.mended(data.span.bytes)
        {
            append(event)
            report.restoredLengthCount += 1
        } else {
            report.skip(skipped)
        }
    }

    private mutating func writeOutput() throws(FileError) {
        try output.withBytes { bytes throws(FileError) in try file.append(bytes) }
        output.removeAll()
    }
}

extension EventLog.RepairReport {
    /// Notes that bytes are left out; those behind others that are left out go with them.
    fileprivate mutating func skip(_ bytes: Range<Int>) {
        if let last = skipped.last, last.upperBound == bytes.lowerBound {
            skipped[skipped.count - 1] = last.lowerBound..<bytes.upperBound
        } else {
            skipped.append(bytes)
        }
    }
}
