/// A thread of the system's, for work that waits.
package final class BackgroundThread: @unchecked Sendable {
    #if canImport(Darwin)
        private typealias Handle = pthread_t?
    #else
        private typealias Handle = pthread_t
    #endif
    private let handle: Handle

    /// Runs a closure in a new thread.
    ///
    /// - Returns: `nil` if the system has no thread left; the closure has not run then.
    package init?(_ body: sending @escaping () -> Void) {
        let boxed = Unmanaged.passRetained(Body(body))
        #if canImport(Darwin)
            var handle: pthread_t?
        #else
            var handle = pthread_t()
        #endif
        let result = pthread_create(&handle, nil, { Body.run($0) }, boxed.toOpaque())
        self.handle = handle
        if result != 0 {
            boxed.release()
            return nil
        }
    }

    /// Waits until the closure has returned. To be called once.
    package func join() {
        #if canImport(Darwin)
            if let handle { pthread_join(handle, nil) }
        #else
            pthread_join(handle, nil)
        #endif
    }

    private final class Body {
        let body: () -> Void

        init(_ body: @escaping () -> Void) {
            self.body = body
        }

        static func run(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            if let opaque { Unmanaged<Body>.fromOpaque(opaque).takeRetainedValue().body() }
            return nil
        }
    }
}
