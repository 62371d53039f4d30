import Platform
import RecordIO
import Synchronization

/// What the command asks of the operating system, and nowhere else.
enum System {
    /// Makes ready for files, before the first one is opened: none gets the number of a standard
    /// stream, and what would exceed the limit on files' sizes is an error and no signal.
    static func prepareFiles() {
        Descriptor.guardStandardStreams()
        signal(SIGXFSZ, SIG_IGN)
    }

    /// The arguments that the program was started with. Those that are paths need not be UTF-8.
    static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { argument in
                FileName.text(
                    of: UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            }
        }
    }

    /// Writes `text` to standard output at once. Where nobody reads it any more, that is taken for a
    /// wish to stop.
    static func print(_ text: String) {
        guard let code = put(text, into: STDOUT_FILENO) else { return }
        outputFailure.store(code, ordering: .relaxed)
        if code == EPIPE { StopSignal.noteClosedOutput() }
    }

    /// Writes `text` to standard error. What cannot be written is lost: there is nobody to tell.
    static func printError(_ text: String) { _ = put(text, into: STDERR_FILENO) }

    /// Why something could not be written to standard output; `nil` while all of it could.
    static var outputError: FileError? {
        let code = outputFailure.load(ordering: .relaxed)
        return code == 0 ? nil : FileError(path: "standard output", action: .write, code: code)
    }

    private static let outputFailure = Atomic<Int32>(0)

    /// Returns the number of the error, if there is one.
    private static func put(_ text: String, into file: Int32) -> Int32? {
        // Names that are not UTF-8 get their bytes back.
        var rest = FileName.bytes(of: text)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// Whether standard output is a terminal on which a line can be redrawn.
    static var outputIsTerminal: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        return !kind.isEmpty && kind != "dumb"
    }

    /// Whether standard output is a terminal with colors, and nobody has said that they are not wanted
    /// (<https://no-color.org>).
    static var outputHasColors: Bool {
        outputIsTerminal && (getenv("NO_COLOR").map { $0[0] == 0 } ?? true)
    }

    /// Whether the terminal has more than 256 colors, by what terminals say of themselves.
    static var outputHasAllColors: Bool {
        let kind = getenv("COLORTERM").map { String(cString: $0) } ?? ""
        return kind == "truecolor" || kind == "24bit"
    }

    /// Whether this process may draw on the terminal at standard output: it is not in the background
    /// of a shell there.
    static var isInForeground: Bool {
        let group = tcgetpgrp(STDOUT_FILENO)
        return group < 0 || group == getpgrp()
    }

    /// The columns of the terminal at standard output; 80 where it does not say.
    static var terminalWidth: Int {
        var size = winsize()
        let status = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// The rows of the terminal at standard output; 24 where it does not say.
    static var terminalHeight: Int {
        var size = winsize()
        let status = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return status == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
    }

    /// Waits until one of these can be read, or so long, or until a signal comes.
    static func wait(for descriptors: [Int32], seconds: Double) {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&polled, nfds_t(polled.count), Int32((seconds * 1000).rounded(.up)))
    }

    /// How many processors this process may use.
    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// How the command is called, as a shell takes it: `gan`, or as the script beside the sources was that
    /// runs it, with that one's own flags.
    static var commandName: String {
        getenv("GAN_COMMAND").map { String(cString: $0) } ?? "gan"
    }

    /// The path of the running program; nil where the system does not tell.
    static var programPath: String? {
        #if canImport(Darwin)
            var size = UInt32(PATH_MAX)
            var path = [CChar](repeating: 0, count: Int(size))
            guard _NSGetExecutablePath(&path, &size) == 0 else { return nil }
        #else
            var path = [CChar](repeating: 0, count: Int(PATH_MAX))
            guard readlink("/proc/self/exe", &path, path.count - 1) > 0 else { return nil }
        #endif
        return String(
            decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Waits, or until a signal comes.
    static func sleep(_ seconds: Double) {
        var time = timespec()
        time.tv_sec = Int(seconds)
        time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
        nanosleep(&time, nil)
    }

    /// Whether nobody can read from standard output any more: the other end of a pipe is closed, or
    /// the terminal is gone.
    static var outputIsClosed: Bool { pollOutput(0) }

    /// Waits, or until a signal comes, or until nobody can read from standard output any more.
    static func sleepWhileOutputIsOpen(_ seconds: Double) {
        _ = pollOutput(Int32(min(seconds * 1000, Double(Int32.max)).rounded(.up)))
    }

    private static func pollOutput(_ milliseconds: Int32) -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        guard poll(&output, 1, milliseconds) > 0 else { return false }
        return Int32(output.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
    }

    private static func currentTime() -> time_t { time(nil) }

    /// The local time of day, as `14:03:12`; of another day, with its date before.
    static func timeOfDay(_ wallTime: Double) -> String {
        guard wallTime.magnitude < 1e11 else { return "--:--:--" }
        var (time, now) = (time_t(wallTime.rounded(.down)), currentTime())
        var (local, today) = (tm(), tm())
        localtime_r(&time, &local)
        localtime_r(&now, &today)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [local.tm_hour, local.tm_min, local.tm_sec].map(two).joined(separator: ":")
        if (local.tm_year, local.tm_yday) == (today.tm_year, today.tm_yday) { return clock }
        return "\(local.tm_year + 1900)-\(two(local.tm_mon + 1))-\(two(local.tm_mday)) \(clock)"
    }
}
