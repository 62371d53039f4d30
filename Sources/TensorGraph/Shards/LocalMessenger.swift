internal import Synchronization
internal import Platform

/// Messages between threads of one program, each of which stands for a process. What is sent is copied when
/// it is received, as large messages between processes are. Whoever waits for one that has ended waits for
/// ever.
///
///     let group = LocalMessenger.Group(count: 4)
///     let communicator = MessageCommunicator(LocalMessenger(rank: 0, group))
public final class LocalMessenger: Messenger {
    /// This one's number.
    public let rank: Int
    /// How many there are.
    public var count: Int { mailboxes.count }
    /// Any thread may send and receive.
    public let wantsThread: Bool
    private let mailboxes: [Mailbox]

    /// One of a group.
    ///
    /// - Parameter wantsThread: whether messages are moved on while others compute.
    public init(rank: Int, _ group: Group, wantsThread: Bool = true) {
        (self.rank, self.wantsThread) = (rank, wantsThread)
        mailboxes = group.mailboxes
    }

    /// Those that speak to each other.
    public final class Group: Sendable {
        fileprivate let mailboxes: [Mailbox]

        /// A group of so many.
        public init(count: Int) { mailboxes = (0..<count).map { _ in Mailbox() } }
    }

    /// Where messages to one of them lie until they are taken.
    fileprivate final class Mailbox: Sendable {
        struct Address: Hashable {
            let sender: Int
            let tag: Int
        }

        let letters = Mutex<[Address: [Letter]]>([:])
    }

    /// A message that was sent: its bytes lie where its sender has them.
    fileprivate final class Letter: PendingMessage, Sendable {
        private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
        private let taken = Atomic(false)

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        func isDone() -> Bool { taken.load(ordering: .acquiring) }

        func take(_ place: UnsafeMutableRawBufferPointer) {
            precondition(bytes.count == place.count, "a message has another length than expected")
            place.copyMemory(from: bytes)
            taken.store(true, ordering: .releasing)
        }
    }

    /// A letter that is waited for.
    private final class Receipt: PendingMessage {
        let mailbox: Mailbox
        let address: Mailbox.Address
        let place: UnsafeMutableRawBufferPointer

        init(
            _ mailbox: Mailbox, _ address: Mailbox.Address, _ place: UnsafeMutableRawBufferPointer
        ) {
            (self.mailbox, self.address, self.place) = (mailbox, address, place)
        }

        func isDone() -> Bool {
            let letter = mailbox.letters.withLock { letters -> Letter? in
                guard var waiting = letters.removeValue(forKey: address) else { return nil }
                let first = waiting.removeFirst()
                if !waiting.isEmpty { letters[address] = waiting }
                return first
            }
            letter?.take(place)
            return letter != nil
        }
    }

    /// Says in the other's mailbox where a message lies.
    public func send(
        _ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int
    ) -> any PendingMessage {
        let letter = Letter(bytes)
        mailboxes[peer].letters.withLock {
            $0[Mailbox.Address(sender: rank, tag: tag), default: []].append(letter)
        }
        return letter
    }

    /// Says where a message is to go.
    public func receive(
        _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
    ) -> any PendingMessage {
        Receipt(mailboxes[rank], Mailbox.Address(sender: peer, tag: tag), bytes)
    }

    /// Gives other threads the processor.
    public func rest(vain: Int) { sched_yield() }
}
