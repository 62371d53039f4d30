import Platform

/// The numbers that the system gives open files; the one place of the project that asks for any.
///
/// None of them is 0, 1 or 2. A program that was started with its standard output closed would get
/// 1 for the next file that it opens, and what it prints would go into that file; SQLite has the
/// same rule. Where one of the three is closed, it is filled beforehand, by `/dev/null`, opened so
/// that what worked on the closed one not at all fails on this one, too: standard input cannot be
/// read, the others cannot be written. (Gnulib's `stdopen` does so.)
public enum Descriptor {
    /// Sees to it that files get other numbers than 0, 1 and 2.
    ///
    /// A program may call it before its first file; every function here does.
    public static func guardStandardStreams() {
        for stream in STDIN_FILENO...STDERR_FILENO {
            guard fcntl(stream, F_GETFD) < 0, errno == EBADF else { continue }
            // It takes the lowest number that is free.
            let filler = Platform.open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
            if filler > STDERR_FILENO { close(filler) }
        }
    }

    /// Opens a file, for this process alone.
    ///
    /// - Parameters:
    ///   - flags: as `open` has them; `O_CLOEXEC` is added.
    ///   - mode: The permissions of a file that is made, before the process's mask.
    /// - Returns: The file's number; -1, with `errno`, if the system refuses.
    public static func open(_ path: String, _ flags: Int32, mode: UInt16 = 0o644) -> Int32 {
        guardStandardStreams()
        return raised(
            FileName.withPath(path) { Platform.open($0, flags | O_CLOEXEC, mode_t(mode)) })
    }

    /// Another number for an open file.
    ///
    /// - Returns: -1, with `errno`, if the system refuses.
    public static func duplicate(_ descriptor: Int32) -> Int32 {
        guardStandardStreams()
        return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    }

    /// Makes a pipe, for this process alone.
    ///
    /// - Returns: `nil`, with `errno`, if the system refuses.
    public static func pipe() -> (reading: Int32, writing: Int32)? {
        guardStandardStreams()
        var ends: [Int32] = [-1, -1]
        guard Platform.pipe(&ends) == 0 else { return nil }
        ends = ends.map(raised)
        guard ends.allSatisfy({ $0 >= 0 }) else {
            for end in ends where end >= 0 { close(end) }
            return nil
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// The same file under a number above 2, should another thread have closed a standard stream
    /// just now, or there be no `/dev/null`.
    private static func raised(_ descriptor: Int32) -> Int32 {
        guard (STDIN_FILENO...STDERR_FILENO).contains(descriptor) else { return descriptor }
        let other = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        let code = errno
        close(descriptor)
        errno = code
        return other
    }
}
