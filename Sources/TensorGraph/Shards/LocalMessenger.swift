internal import Synchronization
internal import Platform

/// Messages between threads of one program, each of which stands for a process. Whoever waits for one that
/// has ended waits for ever.
///
///     let group = LocalMessenger.Group(count: 4)
///     let communicator = MessageCommunicator(LocalMessenger(rank: 0, group))
public final class LocalMessenger: Messenger {
    /// This one's number.
    public let rank: Int
    /// How many there are.
    public var count: Int { mailboxes.count }
    /// Any thread may send and receive.
    public var wantsThread: Bool { true }
    private let mailboxes: [Mailbox]

    /// One of a group.
    public init(rank: Int, _ group: Group) {
        self.rank = rank
        mailboxes = group.mailboxes
    }

    /// Those that speak to each other.
    public final class Group: Sendable {
        fileprivate let mailboxes: [Mailbox]

        /// A group of so many.
        public init(count: Int) { mailboxes = (0..<count).map { _ in Mailbox() } }
    }

    /// Where messages to one of them lie until they are fetched.
    fileprivate final class Mailbox: Sendable {
        struct Address: Hashable {
            let sender: Int
            let tag: Int
        }

        let letters = Mutex<[Address: [[UInt8]]]>([:])
    }

    /// A message under way: nothing for one that was sent.
    public struct Message {
        fileprivate var receiving: (from: Int, tag: Int, to: UnsafeMutableRawBufferPointer)?
    }

    /// Leaves a copy in the other's mailbox.
    public func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) -> Message {
        let letter = Array(bytes)
        mailboxes[peer].letters.withLock {
            $0[Mailbox.Address(sender: rank, tag: tag), default: []].append(letter)
        }
        return Message()
    }

    /// Says where a message is to go.
    public func receive(
        _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
    ) -> Message {
        Message(receiving: (peer, tag, bytes))
    }

    /// Whether it is there.
    public func isDone(_ message: inout Message) -> Bool {
        guard let wanted = message.receiving else { return true }
        let address = Mailbox.Address(sender: wanted.from, tag: wanted.tag)
        let letter = mailboxes[rank].letters.withLock { letters -> [UInt8]? in
            guard var waiting = letters.removeValue(forKey: address) else { return nil }
            let first = waiting.removeFirst()
            if !waiting.isEmpty { letters[address] = waiting }
            return first
        }
        guard let letter else { return false }
        precondition(letter.count == wanted.to.count, "a message has another length than expected")
        wanted.to.copyBytes(from: letter)
        return true
    }

    /// Gives other threads the processor.
    public func rest(vain: Int) { sched_yield() }
}
