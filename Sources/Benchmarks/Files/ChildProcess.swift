internal import Platform
internal import RecordIO

/// Runs a command, and gives the lines that it prints with the time of each.
///
/// - Parameter command: the path of a program, and its arguments.
/// - Throws: ``BenchmarkError/noAnswer(command:)`` when it cannot be started, or fails.
func linesPrinted(
    by command: [String]
) throws(BenchmarkError) -> [(text: String, time: ContinuousClock.Instant)] {
    let failure = BenchmarkError.noAnswer(command: command.joined(separator: " "))
    guard let pipe = Descriptor.pipe() else { throw failure }
    defer { close(pipe.reading) }

    #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
    #else
        var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, pipe.writing, STDOUT_FILENO)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var process = pid_t()
    let status = posix_spawn(&process, command[0], &actions, nil, &arguments, environ)
    close(pipe.writing)
    guard status == 0 else { throw failure }

    var lines: [(String, ContinuousClock.Instant)] = []
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(pipe.reading, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        let now = ContinuousClock.now
        rest += buffer[..<count]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append((String(decoding: rest[..<end], as: UTF8.self), now))
            rest.removeFirst(end + 1)
        }
    }
    var result: Int32 = 0
    waitpid(process, &result, 0)
    guard result == 0 else { throw failure }
    return lines
}
