import Platform
import Synchronization

/// Ctrl-C, SIGTERM, a terminal that is closed and a pipe that nobody reads any more, turned into a
/// wish to stop. A second signal ends the program at once.
enum StopSignal {
    private static let received = Atomic<Int32>(0)
    /// Whether a second signal ends the program.
    private static let isImpatient = Atomic<Bool>(true)
    /// When the first signal came, in seconds of the monotonic clock; and for how many seconds others
    /// are taken for the same one.
    private static let receivedTime = Atomic<Int>(0)
    private static let repeatTime = Atomic<Int>(0)

    /// Starts to watch for signals, whatever mask the program was started with. One that is ignored
    /// already stays so, as for a program that a shell starts in the background.
    ///
    /// - Parameter isLed: Whether another process says when to stop: by SIGTERM, which may come from
    ///   elsewhere, too. Ctrl-C and SIGHUP are for that process then.
    static func watch(isLed: Bool = false) {
        // The handler must not be the first to touch the atomics, whose making is not safe there.
        received.store(0, ordering: .relaxed)
        isImpatient.store(!isLed, ordering: .relaxed)
        if isLed { for number in [SIGINT, SIGHUP] { signal(number, SIG_IGN) } }
        _ = repeatTime.load(ordering: .relaxed) + receivedTime.load(ordering: .relaxed)
        var watched = sigset_t()
        sigemptyset(&watched)
        // Launchers of several processes pass the last one on.
        let isOfSeveral = repeatTime.load(ordering: .relaxed) > 0
        for number in [SIGINT, SIGTERM, SIGHUP] + (isOfSeveral ? [SIGUSR1] : []) {
            sigaddset(&watched, number)
            var old = sigaction()
            sigaction(number, nil, &old)
            if isIgnored(old) { continue }
            signal(number) { number in
                let before = StopSignal.received.exchange(number, ordering: .relaxed)
                let now = StopSignal.seconds
                if before == 0 {
                    StopSignal.receivedTime.store(now, ordering: .relaxed)
                    return
                }
                let passed = now - StopSignal.receivedTime.load(ordering: .relaxed)
                if StopSignal.isImpatient.load(ordering: .relaxed),
                    passed >= StopSignal.repeatTime.load(ordering: .relaxed)
                {
                    StopSignal.end(with: StopSignal.exitCode(of: number))
                }
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
        // Whoever writes is told of it by an error instead.
        signal(SIGPIPE, SIG_IGN)
    }

    /// For one of several processes that a launcher has started: watches for SIGUSR1, too, and takes
    /// signals that follow each other at once for one: a launcher passes one on that the terminal has
    /// sent already, or sends another before it ends a process.
    static func expectLauncher() { repeatTime.store(2, ordering: .relaxed) }

    private static var seconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }

    /// Notes that nobody reads standard output any more, as SIGPIPE would have said.
    static func noteClosedOutput() {
        _ = received.compareExchange(
            expected: 0, desired: SIGPIPE, ordering: .relaxed)
    }

    /// The exit code where nobody reads standard output any more.
    static var closedOutputCode: Int32 { exitCode(of: SIGPIPE) }

    /// The exit code that tells of the signal that came, as a shell would: 130 for Ctrl-C, 143 for
    /// SIGTERM, 129 for SIGHUP, 141 for a closed pipe. Nil when none did.
    static var exitCode: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : exitCode(of: number)
    }

    /// Ends at once, on a line of its own. To be called by the handler, so without any allocation.
    private static func end(with code: Int32) -> Never {
        if isatty(STDOUT_FILENO) == 1 {
            var newline = UInt8(ascii: "\n")
            write(STDOUT_FILENO, &newline, 1)
        }
        _exit(code)
    }

    private static func exitCode(of number: Int32) -> Int32 { 128 + number }

    private static func isIgnored(_ action: sigaction) -> Bool {
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
