import Platform
import Synchronization

/// How long something has been worked at: the clock stands while the process is stopped, as by
/// Ctrl-Z, and while the machine sleeps.
struct WorkClock {
    /// The time worked, up to the last look.
    private(set) var worked = Duration.zero
    private var looked = SuspendingClock.now
    private var goneOn = Self.continuations.load(ordering: .relaxed)

    private static let continuations = Atomic<Int>(0)

    /// Starts to watch for the signal with which a stopped process goes on, whatever mask the
    /// program was started with.
    static func watchForStops() {
        // The handler must not be the first to touch the atomic, whose making is not safe there.
        continuations.store(0, ordering: .relaxed)
        signal(SIGCONT) { _ in WorkClock.continuations.add(1, ordering: .relaxed) }
        var watched = sigset_t()
        sigemptyset(&watched)
        sigaddset(&watched, SIGCONT)
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
    }

    /// Looks at the clock. The time since the last look counts, unless a stop lies in it: how much of
    /// it was work is not known then, so looks should follow each other closely.
    ///
    /// - Returns: The time worked.
    @discardableResult mutating func look() -> Duration {
        let now = SuspendingClock.now
        let goneOn = Self.continuations.load(ordering: .relaxed)
        if goneOn == self.goneOn { worked += looked.duration(to: now) }
        (looked, self.goneOn) = (now, goneOn)
        return worked
    }
}
