import Platform
import RecordIO
import Synchronization

/// The names of event files: `events.out.tfevents.<seconds>.<host>.<process>.<number>`.
///
/// TensorBoard reads any file with `tfevents` in its name, and the files of a folder in the order
/// of their names, without ever going back. So a new file must come last: its second, of ten
/// digits, is never smaller than that of the last file, though the clock may have been. Where the
/// last file has a name of another kind that comes later still, such as `run.tfevents`, the new
/// one's begins with that.
enum EventFileName {
    private static let prefix = "events.out.tfevents."
    /// The name of a file that comes before all others of its folder.
    static let first = "\(prefix)0000000000.hparams"
    /// How long another file's name may be for ours to begin with it, in bytes: names have 255.
    private static let longestStart = 140
    private static let filesOfThisProcess = Atomic<Int>(0)

    /// Whether TensorBoard takes a file of that name for an event file.
    static func isEventFile(_ name: String) -> Bool {
        name.utf8.firstRange(of: "tfevents".utf8) != nil
    }

    /// Whether TensorBoard's Python reader leaves an event file out: a file that a profiler makes so
    /// that there is one (`IsSummaryEventsFile` in `io_wrapper.py`).
    static func isLeftOutByPython(_ name: String) -> Bool {
        name.utf8.reversed().starts(with: ".profile-empty".utf8.reversed())
    }

    /// Makes a file that comes after all event files of the folder.
    ///
    /// - Parameters:
    ///   - prefix: What the name begins with, if it then comes after all others.
    ///   - suffix: What the name ends with.
    static func createFile(
        in folder: String, prefix: String = "", suffix: String = ""
    ) throws(FileError) -> OutputFile {
        // It would name a file of another folder, or be cut.
        for part in [prefix, suffix]
        where part.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) {
            throw FileError(
                path: "\(folder)/\(part == prefix ? "\(part)…" : "…\(part)")", action: .create,
                code: EINVAL)
        }
        let last = try Folder.entries(of: folder).map(\.name).filter(isEventFile)
            .map { ExactName($0) }.max()
        var start = prefix
        var seconds = Int(WallClock.now())
        if let last, ExactName(start + name(seconds: seconds, number: 0)) <= last {
            if let known = parts(of: last.string), known.start.hasExactSuffix(prefix) {
                (start, seconds) = (known.start, max(seconds, known.seconds))
            } else if last.string.utf8.count + prefix.utf8.count < longestStart {
                start = last.string + "." + prefix
            }
        }
        while true {
            let number = filesOfThisProcess.wrappingAdd(1, ordering: .relaxed).oldValue
            var name = start + Self.name(seconds: seconds, number: number) + suffix
            if let last, ExactName(name) <= last {
                seconds += 1
                name = start + Self.name(seconds: seconds, number: number) + suffix
            }
            do throws(FileError) {
                return try OutputFile(creating: "\(folder)/\(name)")
            } catch {
                // Another machine whose name and process are like ours may have come first.
                if error.code != EEXIST { throw error }
            }
        }
    }

    private static func name(seconds: Int, number: Int) -> String {
        "\(prefix)\(padded(seconds, to: 10)).\(hostName).\(getpid()).\(padded(number, to: 5))"
    }

    /// What a name of ours, or like ours, begins with before `events`, and its second.
    private static func parts(of name: String) -> (start: String, seconds: Int)? {
        guard let place = name.utf8.ranges(of: prefix.utf8).last else { return nil }
        let digits = name.utf8[place.upperBound...].prefix { $0 != UInt8(ascii: ".") }
        guard digits.count == 10, let seconds = Int(String(decoding: digits, as: UTF8.self)) else {
            return nil
        }
        return (String(name.unicodeScalars[..<place.lowerBound]), seconds)
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static let hostName: String = {
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        let name = text.unicodeScalars.map { $0 == "/" || $0 == "." ? "-" : String($0) }.joined()
        return name.isEmpty ? "localhost" : FileName.shortened(name, to: 64)
    }()
}

extension String {
    fileprivate func hasExactSuffix(_ end: String) -> Bool {
        utf8.reversed().starts(with: end.utf8.reversed())
    }
}
