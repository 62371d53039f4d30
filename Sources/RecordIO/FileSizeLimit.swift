import Platform

/// The limit on the size of a process's files (`ulimit -f`).
enum FileSizeLimit {
    /// Makes a call that writes. Where the file would get longer than the limit, the system sends
    /// SIGXFSZ, which ends the process unless it says otherwise; here the call fails with `EFBIG`
    /// and no signal is seen.
    ///
    /// What the process does with the signal is its own matter, and stays as it is: the signal
    /// comes to the thread that writes, where it is blocked, taken, and unblocked again.
    static func withoutSignal(_ write: () -> Int) -> Int {
        var signal = sigset_t()
        sigemptyset(&signal)
        sigaddset(&signal, SIGXFSZ)
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, &signal, &before)
        let result = write()
        let code = errno
        if result < 0, code == EFBIG, sigismember(&before, SIGXFSZ) == 0 { take(&signal) }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        errno = code
        return result
    }

    /// Takes the signal if it waits for this thread.
    private static func take(_ signal: inout sigset_t) {
        #if canImport(Darwin)
            var waiting = sigset_t()
            var number: Int32 = 0
            if sigpending(&waiting) == 0, sigismember(&waiting, SIGXFSZ) == 1 {
                sigwait(&signal, &number)
            }
        #else
            var atOnce = timespec()
            while sigtimedwait(&signal, nil, &atOnce) < 0, errno == EINTR {}
        #endif
    }
}
