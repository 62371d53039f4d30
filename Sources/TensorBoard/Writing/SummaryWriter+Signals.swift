import Platform
import RecordIO

extension SummaryWriter {
    /// Has all writers of the program flushed when one of these signals comes, before the signal
    /// does what it would have done: end the program, with the status that tells which signal it
    /// was, or run the handler that the program has installed before.
    ///
    /// What the program ignores it goes on ignoring. A handler that the program installs later takes
    /// the place of this one. A second signal does not wait: who presses Control-C twice means it.
    ///
    /// ```swift
    /// SummaryWriter.flushOnSignals()
    /// ```
    ///
    /// - Parameter signals: The signals' numbers; SIGINT and SIGTERM unless given.
    public static func flushOnSignals(_ signals: [Int32]? = nil) {
        for signal in signals ?? [SIGINT, SIGTERM] { SignalWatch.shared?.watch(signal) }
    }
}

/// Flushes when signals come.
///
/// A handler may do next to nothing. So it writes the signal's number into a pipe, at whose other
/// end a thread waits and does the rest.
private final class SignalWatch: @unchecked Sendable {
    /// `nil` if the system has no pipe or thread left.
    static let shared = SignalWatch()

    /// What the handler works with; complete before it is installed, and never freed.
    struct HandlerState {
        var pipe: Int32
        /// What the program had installed, by signal.
        var earlier: UnsafeMutablePointer<sigaction>
        /// Whether a signal came.
        var hasCome: UnsafeMutablePointer<Bool>
        /// The process that the thread is in; a copy shares the pipe, and must leave it alone.
        var generation: Int
    }
    nonisolated(unsafe) static var state: HandlerState?

    private static let signalCount = 65
    /// Held while a handler is installed.
    private let watching = Locked(())

    private init?() {
        guard let pipe = Descriptor.pipe() else { return nil }
        let earlier = UnsafeMutablePointer<sigaction>.allocate(capacity: Self.signalCount)
        earlier.initialize(repeating: sigaction(), count: Self.signalCount)
        let hasCome = UnsafeMutablePointer<Bool>.allocate(capacity: Self.signalCount)
        hasCome.initialize(repeating: false, count: Self.signalCount)
        Self.state = HandlerState(
            pipe: pipe.writing, earlier: earlier, hasCome: hasCome,
            generation: Fork.generation)
        let reading = pipe.reading
        guard BackgroundThread({ Self.wait(at: reading) }) != nil else { return nil }
    }

    func watch(_ signal: Int32) {
        guard let state = Self.state, signal > 0, signal < Self.signalCount else { return }
        watching.withLock { _ in
            var earlier = sigaction()
            guard sigaction(signal, nil, &earlier) == 0, !earlier.isOurs, !earlier.isIgnored
            else { return }
            state.earlier[Int(signal)] = earlier
            var ours = sigaction()
            ours.setHandler(Self.handler)
            ours.sa_mask = earlier.sa_mask
            sigaction(signal, &ours, nil)
        }
    }

    /// The handler, under the one address that it has.
    fileprivate static let handler: sigaction.Informed = { SignalWatch.handle($0, $1, $2) }

    private static func handle(
        _ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?,
        _ context: UnsafeMutableRawPointer?
    ) {
        guard let state else { return }
        let errorNumber = errno
        let isFirst = !state.hasCome[Int(signal)] && state.generation == Fork.generation
        state.hasCome[Int(signal)] = true
        if isFirst {
            var number = UInt8(signal)
            _ = write(state.pipe, &number, 1)
        }
        let earlier = state.earlier[Int(signal)]
        if earlier.isDefault {
            if !isFirst { SignalWatch.die(by: signal) }
        } else {
            state.hasCome[Int(signal)] = false
            earlier.call(signal, info, context)
        }
        errno = errorNumber
    }

    private static func wait(at reading: Int32) {
        var number: UInt8 = 0
        while true {
            let count = read(reading, &number, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1, let state else { return }
            OpenWriters.all.flushAll()
            if state.earlier[Int(number)].isDefault { die(by: Int32(number)) }
        }
    }

    /// Does what the signal does when nobody handles it.
    private static func die(by signal: Int32) {
        var action = sigaction()
        action.setDefault()
        sigaction(signal, &action, nil)
        kill(getpid(), signal)
    }
}

/// The two forms that handlers have share their memory; Swift sees it under names that differ by
/// system.
extension sigaction {
    private typealias Plain = @convention(c) (Int32) -> Void
    fileprivate typealias Informed =
        @convention(c) (
            Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?
        ) -> Void

    /// The handler's address: 0 for the default, 1 for none.
    private var address: UInt {
        #if canImport(Darwin)
            unsafeBitCast(__sigaction_u, to: UInt.self)
        #elseif canImport(Musl)
            unsafeBitCast(__sa_handler, to: UInt.self)
        #else
            unsafeBitCast(__sigaction_handler, to: UInt.self)
        #endif
    }

    fileprivate var isDefault: Bool { address == 0 }
    fileprivate var isIgnored: Bool { address == 1 }
    fileprivate var isOurs: Bool {
        var ours = sigaction()
        ours.setHandler(SignalWatch.handler)
        return address == ours.address
    }

    fileprivate mutating func setHandler(_ handler: Informed) {
        #if canImport(Darwin)
            __sigaction_u.__sa_sigaction = handler
        #elseif canImport(Musl)
            __sa_handler.sa_sigaction = handler
        #else
            __sigaction_handler.sa_sigaction = handler
        #endif
        sa_flags = SA_SIGINFO | SA_RESTART
    }

    fileprivate mutating func setDefault() {
        self = sigaction()
    }

    fileprivate func call(
        _ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?,
        _ context: UnsafeMutableRawPointer?
    ) {
        guard let function = UnsafeRawPointer(bitPattern: address) else { return }
        if sa_flags & Int32(SA_SIGINFO) != 0 {
            unsafeBitCast(function, to: Informed.self)(signal, info, context)
        } else {
            unsafeBitCast(function, to: Plain.self)(signal)
        }
    }
}
