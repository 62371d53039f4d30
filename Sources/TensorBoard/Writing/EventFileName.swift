import Platform
import RecordIO
import Synchronization

/// The names of event files: `events.out.tfevents.<seconds>.<host>.<process>.<number>`.
///
/// TensorBoard reads any file with `tfevents` in its name, and the files of a folder in the order
/// of their names, without ever going back. So a new file must come last: its second, of ten
/// digits, is never smaller than that of the last file, though the clock may have been.
enum EventFileName {
    private static let prefix = "events.out.tfevents."
    /// The name of a file that comes before all others of its folder.
    static let first = "\(prefix)0000000000.hparams"
    private static let filesOfThisProcess = Atomic<Int>(0)

    /// Whether TensorBoard takes a file of that name for an event file.
    static func isEventFile(_ name: String) -> Bool {
        name.utf8.firstRange(of: "tfevents".utf8) != nil
    }

    /// Makes a file that comes after all event files of the folder.
    ///
    /// - Parameter suffix: What the name ends with.
    static func createFile(
        in folder: String, suffix: String = ""
    ) throws(FileError) -> OutputFile {
        // It would name a file of another folder, or be cut.
        guard !suffix.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else {
            throw FileError(path: "\(folder)/…\(suffix)", action: .create, code: EINVAL)
        }
        let names = try Folder.entries(of: folder).map(\.name)
        let last = names.filter { Self.seconds(of: $0) != nil }.map { ExactName($0) }.max()
        var seconds = max(
            Int(WallClock.now()), last.flatMap { Self.seconds(of: $0.string) } ?? 0)
        while true {
            let number = filesOfThisProcess.wrappingAdd(1, ordering: .relaxed).oldValue
            var name = Self.name(seconds: seconds, number: number) + suffix
            if let last, ExactName(name) <= last {
                seconds += 1
                name = Self.name(seconds: seconds, number: number) + suffix
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

    /// The ten digits of a name like ours, as a number.
    private static func seconds(of name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
        return digits.utf8.count == 10 ? Int(digits) : nil
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
