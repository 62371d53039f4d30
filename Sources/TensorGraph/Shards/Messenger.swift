/// Messages between two processes, on which a ``MessageCommunicator`` stands.
///
/// Messages from one process to another arrive in the order in which they were sent.
public protocol Messenger: AnyObject, SendableMetatype {
    /// A message under way.
    associatedtype Message

    /// This process's number, from 0.
    var rank: Int { get }
    /// How many processes there are.
    var count: Int { get }

    /// Whether messages are moved on by a thread of their own while others compute. It needs one thread to
    /// be allowed to call after another; and it pays where messages travel by themselves in between.
    var wantsThread: Bool { get }

    /// Begins to send; the bytes stay as they are until the message ``isDone(_:)``.
    func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws -> Message
    /// Begins to receive as many bytes as were sent under that tag.
    func receive(_ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int) throws -> Message
    /// Whether a message has been sent, or received. Asked once more after it was done, it is
    /// undefined.
    func isDone(_ message: inout Message) throws -> Bool
    /// Called while nothing can be done but wait: gives others the processor, the longer it was called
    /// in vain the longer.
    ///
    /// - Parameter vain: how often it was called since this wait began.
    /// - Throws: what ends the wait where another process does not answer any more.
    func rest(vain: Int) throws
}
