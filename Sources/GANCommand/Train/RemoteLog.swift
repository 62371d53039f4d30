import ArgumentParser
import Platform
import RecordIO

/// A log folder on the disk whose files `gan-s3` brings to an object store while the training goes on,
/// in a process of its own: the training waits for no network, and who uses none builds no client.
final class RemoteLog {
    /// Where the log is.
    let address: RemoteAddress
    private let program: String
    private var process: pid_t = 0

    /// Begins to bring files to an address; `nil` for a folder's path.
    ///
    /// - Parameters:
    ///   - address: What `--logdir` says.
    ///   - overwritten: The run that is to be begun anew, if one is.
    /// - Throws: `CommandError` if there is no `gan-s3`, or if it has said why nothing can be
    ///   stored there; `ValidationError` if a run is to be begun anew.
    init?(address: String, overwriting overwritten: String?) throws {
        guard let address = try RemoteAddress(address) else { return nil }
        self.address = address
        if let overwritten {
            throw ValidationError(
                "--overwrite leaves the old run's log at \(address.run(overwritten)), where "
                    + "TensorBoard would read both as one: name another run by --run, or remove the "
                    + "old one instead: \(address.removal(of: overwritten))")
        }
        guard let found = Self.program, access(found, X_OK) == 0 else {
            throw CommandError(
                "\(address.text): the program gan-s3 is not beside gan, which brings logs there; build it "
                    + "by swift build -c release --product gan-s3 --traits S3, or name it by GAN_S3, "
                    + "or name a folder by --logdir")
        }
        program = found
        guard try start("--check"), wait() == 0 else { throw CommandError(checkFailed) }
        guard try start("--follow", "--until", "\(getpid())") else {
            throw CommandError(checkFailed)
        }
    }

    /// The program that the environment names, or else the one beside this one.
    private static var program: String? {
        if let named = getenv("GAN_S3"), named.pointee != 0 { return String(cString: named) }
        return System.programPath.map { FilePath.joining(FilePath.folder(of: $0), "gan-s3") }
    }

    private var checkFailed: String {
        "\(address.text): nothing can be stored there, so nothing was begun; see the line above"
    }

    /// Waits until all files are at the address.
    ///
    /// - Throws: `CommandError` if they are not; they are on the disk.
    func finish() throws {
        guard process > 0 else { return }
        kill(process, SIGTERM)
        guard wait() == 0 else {
            throw CommandError(
                "\(address.text): not all of the log is there; it is in \(address.folder). To bring it "
                    + "there: \(program.quotedForShell) \(address.folder.quotedForShell) "
                    + address.text.quotedForShell)
        }
    }

    /// Starts `gan-s3`, in a group of its own: Ctrl-C is for the training, which ends in its own time.
    private func start(_ options: String...) throws -> Bool {
        #if canImport(Darwin)
            var attributes: posix_spawnattr_t?
        #else
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        // A training that fails at once must not end it before it watches for that signal.
        var blocked = sigset_t()
        sigemptyset(&blocked)
        if options.first == "--follow" { sigaddset(&blocked, SIGTERM) }
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var pointers: [UnsafeMutablePointer<CChar>?] =
            ([program, address.folder, address.text] + options).map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        let code = posix_spawn(&process, program, nil, &attributes, pointers, environ)
        if code != 0 {
            process = 0
            throw CommandError("\(program) cannot be started: \(String(cString: strerror(code)))")
        }
        return true
    }

    /// Waits for it to end.
    ///
    /// - Returns: Its exit code; 1 after a signal.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return 1 }
        }
        process = 0
        return status & 0x7f == 0 ? status >> 8 & 0xff : 1
    }
}
