import RecordIO

extension EventLog {
    /// What a check of one event file found.
    public struct FileReport: Sendable, Equatable {
        /// The file.
        public let path: String
        /// How many events are whole, from the file's start to the first problem.
        public fileprivate(set) var eventCount = 0
        /// How many bytes they take.
        public fileprivate(set) var byteCount = 0
        /// What is wrong there, or `nil` if nothing is wrong in the file.
        public fileprivate(set) var problem: EventFileError?
        /// How many more events are whole from that place on.
        public fileprivate(set) var eventCountBehind = 0
        /// How many events TensorBoard reads with its default reader, which does not check data.
        public fileprivate(set) var defaultReaderCount = 0
        /// How many of these are not as they were written.
        public fileprivate(set) var defaultReaderDamagedCount = 0
        /// How many events TensorBoard reads with its other reader (`--load_fast=false`).
        public fileprivate(set) var pythonReaderCount = 0
        /// The tags of which TensorBoard does not show what the file has, since they are for another
        /// plugin in an earlier place, or for none: a problem for each.
        public fileprivate(set) var tagProblems: [EventFileError] = []

        fileprivate init(path: String) {
            self.path = path
        }
    }

    /// Reads every event file, and checks every checksum and message, and that each tag of a run is
    /// of one kind in all its files.
    ///
    /// - Parameter report: Is given what was found in each file, file by file.
    public func check(_ report: (FileReport) -> Void) {
        for run in runs {
            var kinds = TagKinds()
            for file in run.files { report(Self.check(file, &kinds)) }
        }
    }

    /// Checks one event file, and counts what either of TensorBoard's readers shows of it.
    ///
    /// The default one (`rustboard_core`) ends where a length is damaged, where data are no event,
    /// and at a time that is not a number; the other one (`PyRecordReader_New`) ends at any damage.
    public static func check(_ path: String) -> FileReport {
        var kinds = TagKinds()
        return check(path, &kinds)
    }

    private static func check(_ path: String, _ kinds: inout TagKinds) -> FileReport {
        var check = FileCheck(path)
        do throws(EventFileError) {
            var reader = try EventFileReader(path: path)
            if let compression = reader.compression { check.endsBothReaders(at: compression) }
            while let step = try reader.nextChecked(&kinds) { check.add(step) }
        } catch {
            check.endsBothReaders(at: error)
        }
        check.report.tagProblems = kinds.takeFindings()
        return check.report
    }
}

/// A check that goes on.
private struct FileCheck {
    var report: EventLog.FileReport
    private var isInDefaultReader = true
    private var isInPythonReader: Bool

    init(_ path: String) {
        report = EventLog.FileReport(path: path)
        isInPythonReader = !EventFileName.isLeftOutByPython(path)
    }

    mutating func endsBothReaders(at problem: EventFileError) {
        report.problem = report.problem ?? problem
        (isInDefaultReader, isInPythonReader) = (false, false)
    }

    mutating func add(_ step: EventFileReader.CheckedStep) {
        switch step {
        case .event(let end, nil):
            countWhole(end)
            countShown()
        case .event(let end, let problem?):
            report.problem = report.problem ?? problem
            countWhole(end)
            switch problem.problem {
            case .timeIsNotANumber:
                isInDefaultReader = false
                countShown()
            case .timeIsInfinite:
                if isInPythonReader { report.pythonReaderCount += 1 }
            case .notText:
                (isInDefaultReader, isInPythonReader) = (false, false)
            default:
                countShown()
            }
        case .damagedEvent(let problem):
            report.problem = report.problem ?? problem
            isInPythonReader = false
            if isInDefaultReader {
                report.defaultReaderCount += 1
                report.defaultReaderDamagedCount += 1
            }
        case .damage(let problem, isAtEnd: true) where problem.problem == .truncated:
            // Both wait for the rest.
            report.problem = report.problem ?? problem
        case .damage(let problem, _):
            endsBothReaders(at: problem)
        }
    }

    private mutating func countWhole(_ end: Int) {
        if report.problem == nil {
            report.eventCount += 1
            report.byteCount = end
        } else {
            report.eventCountBehind += 1
        }
    }

    private mutating func countShown() {
        if isInDefaultReader { report.defaultReaderCount += 1 }
        if isInPythonReader { report.pythonReaderCount += 1 }
    }
}

extension EventFileReader {
    /// What a check meets next in a file.
    fileprivate enum CheckedStep {
        /// A whole event, where it ends, and what keeps a reader of TensorBoard from showing it.
        case event(end: Int, EventFileError?)
        /// An event whose data do not have their checksum.
        case damagedEvent(EventFileError)
        /// Bytes that hold no event.
        case damage(EventFileError, isAtEnd: Bool)
    }

    /// - Throws: `EventFileError` if the system cannot read the file, or if its compressed stream is
    ///   damaged.
    fileprivate mutating func nextChecked(
        _ kinds: inout TagKinds
    ) throws(EventFileError) -> CheckedStep? {
        let start = offset
        let path = path
        let record: (isWhole: Bool, finding: EventDecoder.Finding?)?
        do throws(RecordError) {
            record = try records.nextUnverified { [decoder] data, offset, isWhole in
                let finding = decoder.finding(data) { message in
                    if isWhole { kinds.add(message, path: path, offset: offset) }
                }
                return (isWhole, finding)
            }
        } catch {
            return try passOver(error)
        }
        guard let record else {
            if let error = damageOfStream { throw error }
            return nil
        }
        if let finding = record.finding, record.isWhole {
            let error = finding.problem.map {
                EventFileError(path: path, offset: start, event: $0)
            }
            return .event(end: offset, error)
        }
        guard record.isWhole else {
            let error = RecordError(path: path, offset: start, problem: .damagedData)
            if record.finding?.problem == nil, record.finding != nil {
                return .damagedEvent(EventFileError(error))
            }
            // The length may be right, and what follows begin in the middle of it.
            records.move(to: start)
            return try passOver(error)
        }
        let error = EventFileError(path: path, offset: start, event: .notAnEvent)
        return .damage(error, isAtEnd: false)
    }

    private mutating func passOver(_ error: RecordError) throws(EventFileError) -> CheckedStep {
        let problem = explained(error)
        if case .system = problem.problem { throw problem }
        if case .otherFormat = problem.problem { throw problem }
        do throws(FileError) {
            _ = try records.skipDamage()
            return .damage(problem, isAtEnd: try records.isAtEnd())
        } catch {
            throw EventFileError(error)
        }
    }
}
