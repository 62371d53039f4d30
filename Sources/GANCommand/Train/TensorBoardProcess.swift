import Platform
import RecordIO

/// A TensorBoard that is started beside the training, and never outlives the command: it hangs on a
/// pipe that the system closes when the command ends, however it does.
final class TensorBoardProcess {
    /// Where it can be seen; `nil` if it did not start.
    private(set) var address: String?
    /// Why it did not start, in a line.
    private(set) var problem: String?
    private var process: pid_t = 0
    /// The end of the pipe that keeps it alive.
    private var leash: Int32 = -1
    /// What it prints.
    private var output: Int32 = -1

    /// How long it may take to start; to be installed first, longer.
    private static let patience = 60.0
    private static let installingPatience = 600.0

    /// Starts one on a log folder, and waits until it has an address.
    init(logFolder: String) {
        guard let program = Self.program else {
            problem = "TensorBoard is not installed: pip install tensorboard"
            return
        }
        guard start(program + ["--logdir", logFolder]) else {
            problem = "TensorBoard cannot be started: \(String(cString: strerror(errno)))"
            return
        }
        waitForAddress()
        if address == nil { end() }
    }

    deinit { end() }

    /// How TensorBoard is called at a shell here.
    static var name: String {
        (inPath == nil ? installer?.quotedForShell : nil) ?? "tensorboard"
    }

    /// Whether that name leads to nothing.
    static var isMissing: Bool { program == nil }

    /// What starts TensorBoard: the script beside `tools/gan`, which installs it where it is missing,
    /// or the one of the machine.
    private static var program: [String]? {
        (installer ?? inPath).map { [$0] }
    }

    private static var installer: String? {
        getenv("GAN_TENSORBOARD").map { String(cString: $0) }
    }

    private static var inPath: String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return path.split(separator: ":").map { "\($0)/tensorboard" }
            .first { access($0, X_OK) == 0 }
    }

    /// Runs a program until the pipe at its standard input is closed.
    private static let script = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        child=$!
        { cat <&3 >/dev/null; kill $child; } 2>/dev/null &
        wait $child
        kill $! 2>/dev/null
        """

    private func start(_ words: [String]) -> Bool {
        guard let ends = Descriptor.pipe() else { return false }
        leash = ends.writing
        defer { close(ends.reading) }
        let name =
            "\(Folder.temporary)/gan-tensorboard-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        output = Descriptor.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        guard output >= 0 else { return false }
        Folder.removeFile(name)

        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, ends.reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        // Ctrl-C is for the training, which ends it in its own time.
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let arguments = ["/bin/sh", "-c", Self.script, "sh"] + words
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { word in
            (FileName.bytes(of: word).map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
                $0.baseAddress.flatMap { strdup($0) }
            }
        }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, pointers, environ)
        if code != 0 {
            process = 0
            errno = code
        }
        return code == 0
    }

    private func waitForAddress() {
        let start = ContinuousClock.now
        var shown = 0
        var isInstalling = false
        while StopSignal.exitCode == nil {
            let text = printed()
            let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            for line in lines.dropFirst(shown) where line.hasPrefix("tools/tensorboard: ") {
                System.printError("\(line)\n")
                isInstalling = true
            }
            shown = lines.count
            if let match = text.firstMatch(of: /TensorBoard \S+ at (http\S+)/) {
                address = String(match.1)
                return
            }
            let last = lines.last.map { ": \($0)" } ?? ""
            if !isRunning {
                problem = "TensorBoard did not start\(last)"
                return
            }
            let patience = isInstalling ? Self.installingPatience : Self.patience
            if start.duration(to: .now) > .seconds(patience) {
                problem = "TensorBoard has not started in \(Int(patience)) seconds\(last)"
                return
            }
            System.sleep(0.1)
        }
    }

    private func printed() -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(output, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    private var isRunning: Bool {
        guard process > 0 else { return false }
        var status: Int32 = 0
        guard waitpid(process, &status, WNOHANG) == process else { return true }
        process = 0
        return false
    }

    /// Keeps it until a signal comes, where somebody is at a terminal to look at it.
    func waitUntilStopped() {
        guard let address, isatty(STDIN_FILENO) == 1, System.outputIsTerminal else { return }
        System.print("TensorBoard stays at \(address) until Ctrl-C\n")
        while StopSignal.exitCode == nil, isRunning { System.sleep(0.2) }
        System.print("\n")
    }

    private func end() {
        if leash >= 0 { close(leash) }
        if output >= 0 { close(output) }
        (leash, output) = (-1, -1)
        // It is gone soon, and a zombie goes with this process.
        _ = isRunning
    }
}
