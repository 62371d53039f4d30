import Platform
import Synchronization

/// Tells whether this process is a copy, made by `fork`, of the one in which something was made.
///
/// A copy has its parent's files and queues but none of its threads, and its locks may be held by
/// those, for ever: a copy has to look here before it touches anything.
enum Fork {
    /// Held while a fork is under way: what it protects is whole in the copy.
    static let monitor: Monitor = {
        let monitor = Monitor()
        pthread_atfork(
            { Fork.monitor.lock() },
            { Fork.monitor.unlock() },
            {
                Fork.monitor.unlock()
                Fork.generations.wrappingAdd(1, ordering: .relaxed)
            })
        return monitor
    }()

    private static let generations = Atomic<Int>(0)

    /// Counts the forks from the program's start down to this process, once `monitor` was used.
    static var generation: Int { generations.load(ordering: .relaxed) }
}
