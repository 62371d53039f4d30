#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the command asks of the operating system, and nowhere else.
enum System {
    /// Writes `text` to standard output at once. What cannot be written is lost: there is nobody to
    /// tell.
    static func print(_ text: String) { put(text, into: STDOUT_FILENO) }

    /// Writes `text` to standard error.
    static func printError(_ text: String) { put(text, into: STDERR_FILENO) }

    private static func put(_ text: String, into file: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Whether standard output is a terminal on which a line can be redrawn.
    static var outputIsTerminal: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        return !kind.isEmpty && kind != "dumb"
    }

    /// The columns of the terminal at standard output; 80 where it does not say.
    static var terminalWidth: Int {
        var size = winsize()
        let status = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// How many processors this process may use.
    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

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

    private static func currentTime() -> time_t { time(nil) }

    /// Whether a name is one that a shell's pattern stands for; `*` takes slashes, too.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        fnmatch(pattern, name, 0) == 0
    }

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

    /// Local date and time, as `2026-11-23_14-03-12`.
    static var timestamp: String {
        var now = time(nil)
        var local = tm()
        localtime_r(&now, &local)
        let fields = [
            local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min,
            local.tm_sec,
        ].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return fields[..<3].joined(separator: "-") + "_" + fields[3...].joined(separator: "-")
    }
}

// MARK: Files

extension System {
    /// Why the system refused something.
    struct Failure: Error {
        /// The number of the error.
        let code: Int32
        /// The system's words for it.
        var reason: String { String(cString: strerror(code)) }

        /// Something of that name is there already.
        static let exists = EEXIST
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func isWritable(_ path: String) throws(Failure) {
        guard access(path, W_OK | X_OK) == 0 else { throw Failure(code: errno) }
    }

    static func makeFolder(_ path: String) throws(Failure) {
        guard mkdir(path, 0o777) == 0 else { throw Failure(code: errno) }
    }

    /// When the file at `path` was last written, in seconds since 1970; nil where there is none.
    static func modificationTime(_ path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Keeps the folder at `path` for this process until it ends, by a lock that its other processes
    /// look for.
    ///
    /// - Returns: Whether no other process has it. A file system without locks lets everyone.
    static func lock(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    /// Removes the folder at `path` if it is empty.
    static func removeEmptyFolder(_ path: String) { rmdir(path) }

    /// The names in the folder at `path`.
    static func names(in path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw Failure(code: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(
                    to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)
                ) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }
}
