/// Messages between two processes, on which a ``MessageCommunicator`` stands.
///
/// Messages from one process to another arrive in the order in which they were sent.
public protocol Messenger: AnyObject {
    /// This process's number, from 0.
    var rank: Int { get }
    /// How many processes there are.
    var count: Int { get }

    /// Whether messages are moved on by a thread of their own while others compute. It needs one thread to
    /// be allowed to call after another; and it pays where messages travel by themselves in between.
    var wantsThread: Bool { get }

    /// Begins to send; the bytes stay as they are until the message ``PendingMessage/isDone()``.
    func send(
        _ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int
    ) throws -> any PendingMessage
    /// Begins to receive as many bytes as were sent under that tag.
    func receive(
        _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
    ) throws -> any PendingMessage
    /// Called while nothing can be done but wait: gives others the processor, the longer it was called
    /// in vain the longer.
    ///
    /// - Parameter vain: how often it was called since this wait began.
    /// - Throws: what ends the wait where another process does not answer any more.
    func rest(vain: Int) throws
}

/// A message under way.
public protocol PendingMessage: AnyObject {
    /// Whether it has been sent, or received. Asked once more after it was done, it is undefined.
    func isDone() throws -> Bool
}
