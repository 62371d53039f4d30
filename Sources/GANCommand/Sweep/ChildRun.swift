import Platform
import RecordIO

/// A process of this program that trains one run, and what it says.
final class ChildRun {
    /// Which run of the sweep.
    let run: Int
    /// The passes up to which it trains.
    let passes: Int
    private let process: pid_t
    /// What it prints.
    private let output: Int32
    /// What it says of errors: a file without a name.
    private let errors: Int32
    private var rest: [UInt8] = []
    /// What is read of what it prints, to be waited for.
    var descriptor: Int32 { output }

    /// How a process ended.
    enum End: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Starts this program with other arguments.
    ///
    /// - Throws: `CommandError` where the system refuses.
    init(run: Int, passes: Int, _ arguments: [String]) throws {
        (self.run, self.passes) = (run, passes)
        guard let pipe = Descriptor.pipe() else { throw Self.failure(errno) }
        defer { close(pipe.writing) }
        let name = "\(Folder.temporary)/gan-sweep-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let errors = Descriptor.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        guard errors >= 0 else {
            let code = errno
            close(pipe.reading)
            throw FileError(path: name, action: .create, code: code)
        }
        Folder.removeFile(name)
        do {
            process = try Self.spawn(arguments, output: pipe.writing, errors: errors)
        } catch {
            close(pipe.reading)
            close(errors)
            throw error
        }
        (output, self.errors) = (pipe.reading, errors)
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(output)
        close(errors)
    }

    private static func failure(_ code: Int32) -> CommandError {
        CommandError(
            "a run cannot be started: \(String(cString: strerror(code))); give fewer "
                + "--runs-at-once, or raise the limits (ulimit -n, ulimit -u)")
    }

    /// It stays in this process's group: Ctrl-Z and fg are for both. Ctrl-C is not: this process
    /// tells it to stop.
    private static func spawn(
        _ arguments: [String], output: Int32, errors: Int32
    ) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let program = System.programPath ?? "gan"
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            // Also where the file was replaced since by a newer one.
            let program = "/proc/self/exe"
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGTERM, SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var pointers: [UnsafeMutablePointer<CChar>?] = (["gan"] + arguments).map { word in
            (FileName.bytes(of: word).map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
                $0.baseAddress.flatMap { strdup($0) }
            }
        }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, program, &actions, &attributes, pointers, environ)
        guard code == 0 else { throw failure(code) }
        return process
    }

    /// The messages that have come.
    ///
    /// - Returns: `nil` when none will come any more.
    func messages() -> [RunMessage]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var isOver = false
        while true {
            let count = read(output, &buffer, buffer.count)
            if count > 0 {
                rest += buffer[..<count]
                // Nothing that a run says is as long as this.
                if rest.count > 1 << 16 { rest.removeFirst(rest.count - 1 << 12) }
            } else if count < 0, errno == EINTR {
                continue
            } else {
                isOver = count == 0 || errno != EAGAIN
                break
            }
        }
        let lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let whole = lines.dropLast()
        if isOver && whole.isEmpty { return nil }
        rest = Array(lines.last ?? [])
        return whole.compactMap { RunMessage(line: String(decoding: $0, as: UTF8.self)) }
    }

    /// Waits until it has ended.
    func wait() -> End {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return .exit(1) }
        }
        let signal = status & 0x7f
        return signal == 0 ? .exit(status >> 8 & 0xff) : .signal(signal)
    }

    /// What it has said of errors, the last words of it.
    var errorText: String {
        let size = max(0, lseek(errors, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: 2000)
        let count = pread(errors, &bytes, bytes.count, max(0, size - off_t(bytes.count)))
        let lines = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
            .split(separator: "\n").filter { !$0.isEmpty }
        let last = lines.last.map { String($0) } ?? ""
        return last.hasPrefix("gan: ") ? String(last.dropFirst(5)) : last
    }

    /// Asks it to stop after the step under way, with a checkpoint.
    func stop() { kill(process, SIGTERM) }
}
