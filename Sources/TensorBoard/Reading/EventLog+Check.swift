extension EventLog {
    /// What a check of one event file found.
    public struct FileReport: Sendable, Equatable {
        /// The file.
        public let path: String
        /// How many events are whole, from the file's start.
        public let eventCount: Int
        /// How many bytes they take.
        public let byteCount: Int
        /// Why the file cannot be read further, or `nil` if it ends there.
        public let problem: EventFileError?
        /// How many more events are whole behind that place, where TensorBoard does not see them.
        public let eventCountBehind: Int
    }

    /// Reads every event file, and checks every checksum and message up to the first bad one.
    ///
    /// - Parameter report: Is given what was found in each file, file by file.
    public func check(_ report: (FileReport) -> Void) {
        for file in runs.flatMap(\.files) {
            report(Self.check(file))
        }
    }

    /// Checks one event file.
    public static func check(_ path: String) -> FileReport {
        var eventCount = 0
        var byteCount = 0
        var problem: EventFileError?
        var eventCountBehind = 0
        do throws(EventFileError) {
            var reader = try EventFileReader(path: path)
            do throws(EventFileError) {
                while try reader.next() != nil {
                    eventCount += 1
                    byteCount = reader.offset
                }
            } catch {
                problem = error
                if case .system = error.problem {
                } else {
                    eventCountBehind = count(behind: &reader)
                }
            }
        } catch {
            problem = error
        }
        return FileReport(
            path: path, eventCount: eventCount, byteCount: byteCount, problem: problem,
            eventCountBehind: eventCountBehind)
    }

    /// Counts the whole events behind damage.
    private static func count(behind reader: inout EventFileReader) -> Int {
        var count = 0
        while true {
            do throws(EventFileError) {
                guard try reader.next() != nil else { return count }
                count += 1
            } catch {
                if error.problem == .notAnEvent { continue }
                guard (try? reader.skipDamage()) != nil else { return count }
            }
        }
    }
}
