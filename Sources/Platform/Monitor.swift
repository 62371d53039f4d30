/// A lock with conditions to wait for, over POSIX's.
package final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    package init() {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs a closure while no other thread runs one.
    package func locked<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Keeps other threads out until `unlock()`; for where there is no closure to run.
    package func lock() {
        pthread_mutex_lock(mutex)
    }

    /// Lets other threads in again.
    package func unlock() {
        pthread_mutex_unlock(mutex)
    }

    /// Something that threads wait for.
    package final class Condition: @unchecked Sendable {
        private let monitor: Monitor
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

        package init(of monitor: Monitor) {
            self.monitor = monitor
            condition.initialize(to: pthread_cond_t())
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            #if !canImport(Darwin)
                pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            #endif
            pthread_cond_init(condition, &attributes)
            pthread_condattr_destroy(&attributes)
        }

        deinit {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }

        /// Lets other threads in until one of them signals, or for no reason. Only inside `locked`.
        package func wait() {
            pthread_cond_wait(condition, monitor.mutex)
        }

        /// Lets other threads in until one of them signals, time is up, or for no reason. Only
        /// inside `locked`.
        package func wait(atMost time: Duration) {
            let (seconds, attoseconds) = time.components
            var limit = timespec(
                tv_sec: Int(max(seconds, 0)), tv_nsec: Int(max(attoseconds, 0) / 1_000_000_000))
            #if canImport(Darwin)
                pthread_cond_timedwait_relative_np(condition, monitor.mutex, &limit)
            #else
                var now = timespec()
                clock_gettime(CLOCK_MONOTONIC, &now)
                let nanoseconds = limit.tv_nsec + now.tv_nsec
                limit.tv_sec += now.tv_sec + nanoseconds / 1_000_000_000
                limit.tv_nsec = nanoseconds % 1_000_000_000
                pthread_cond_timedwait(condition, monitor.mutex, &limit)
            #endif
        }

        /// Wakes all threads that wait.
        package func signal() {
            pthread_cond_broadcast(condition)
        }
    }
}
