#if MPI
    internal import CMPIMessages
    internal import Platform
    public import TensorGraph

    /// Messages between the processes that an MPI launcher has started: `mpirun`, `mpiexec` or `srun`.
    ///
    /// A wait ends with an error where another process does not live any more: each tells process 0
    /// four times a second that it does, and process 0 all others. Who is silent for
    /// ``patience`` seconds is given up.
    public final class MPIMessenger: Messenger {
        /// This process's number.
        public let rank: Int
        /// How many there are.
        public let count: Int
        /// How many of them are on this host, this one among them.
        public let localCount: Int
        /// Seconds of silence after which a process is given up.
        public var patience: () -> Double = { 10 }
        /// What processes are called in errors, by their numbers.
        public var names: [String]
        /// Whether MPI may be called by one thread after another, and some processes are on other hosts. On
        /// one host a message is copied, which takes a processor's time whenever it is done.
        public var wantsThread: Bool { allowsThreads && localCount < count }
        private let allowsThreads: Bool
        private let hasBeats: Bool
        /// How long a wait asks again and again before it sleeps in between. Where each process of this host
        /// has a processor and none is elsewhere, what is waited for comes soon, and one that sleeps wakes
        /// late.
        private let vigil: Duration
        private var lastTime = ContinuousClock.now

        /// Joins the others.
        ///
        /// - Throws: `CommunicationError`.
        public init() throws {
            var place = mpi_place()
            try check(mpi_messages_start(&place), "MPI cannot be started")
            (rank, count) = (Int(place.rank), Int(place.count))
            localCount = Int(place.local_count)
            allowsThreads = place.allows_threads
            hasBeats = place.has_beats
            let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            vigil = localCount == count && count <= processors ? .milliseconds(4) : .zero
            names = (0..<count).map { "process \($0)" }
        }

        /// Leaves them, when all do.
        public func finish() { mpi_messages_finish() }

        /// Ends all of them, after an error that this one has told.
        public func abort(_ code: Int32) -> Never {
            mpi_messages_tell()
            mpi_messages_abort(code)
        }

        /// The name of this host.
        public static var host: String {
            var name = [CChar](repeating: 0, count: 256)
            mpi_messages_host(&name, name.count)
            return String(
                decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        /// How many processors this process may use by itself: those that it is bound to, or its part
        /// of the machine's.
        public var processorCount: Int {
            let all = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let bound = Int(mpi_messages_processors())
            return max(1, bound < all ? bound : all / localCount)
        }

        // MARK: Messages

        /// A message under way.
        private final class Message: PendingMessage {
            var message = mpi_message()
            private let peer: Int
            private unowned let messenger: MPIMessenger

            init(_ peer: Int, _ messenger: MPIMessenger) {
                (self.peer, self.messenger) = (peer, messenger)
            }

            func isDone() throws -> Bool {
                var isDone = false
                try check(
                    mpi_messages_test(&message, &isDone),
                    "\(messenger.names[peer]) cannot be reached")
                return isDone
            }
        }

        /// Begins to send.
        public func send(
            _ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int
        ) throws -> any PendingMessage {
            let message = Message(peer, self)
            try check(
                mpi_messages_send(
                    bytes.baseAddress, bytes.count, Int32(peer), Int32(tag), &message.message),
                "nothing can be sent to \(names[peer])")
            return message
        }

        /// Begins to receive.
        public func receive(
            _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
        ) throws -> any PendingMessage {
            let message = Message(peer, self)
            try check(
                mpi_messages_receive(
                    bytes.baseAddress, bytes.count, Int32(peer), Int32(tag), &message.message),
                "nothing can be received from \(names[peer])")
            return message
        }

        /// Waits a moment, and gives up a process that is silent.
        public func rest(vain: Int) throws {
            if vain == 0 { lastTime = .now }
            if vain < 500 || lastTime.duration(to: .now) < vigil {
                sched_yield()
                return
            }
            var pause = timespec()
            pause.tv_nsec = vain < 5000 ? 20_000 : 500_000
            nanosleep(&pause, nil)
            guard vain.isMultiple(of: 64) else { return }
            let patience = patience()
            if mpi_messages_is_told() { throw CommunicationError.toldElsewhere }
            guard hasBeats else {
                let limit = 6 * patience
                guard lastTime.duration(to: .now) > .seconds(limit) else { return }
                throw CommunicationError.failed(
                    "another process has not answered for \(Int(limit)) seconds")
            }
            for peer in 0..<count where mpi_messages_silence(Int32(peer)) > patience {
                throw CommunicationError.failed(
                    "\(names[peer]) has died, or its host is cut off: nothing was heard of it for "
                        + "\(Int(patience)) seconds")
            }
        }
    }

    /// Throws an error of MPI's.
    private func check(_ error: Int32, _ what: @autoclosure () -> String) throws {
        guard error != 0 else { return }
        var text = [CChar](repeating: 0, count: 512)
        mpi_messages_error(error, &text, text.count)
        let reason = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        throw CommunicationError.failed("\(what()): \(reason)")
    }
#endif
