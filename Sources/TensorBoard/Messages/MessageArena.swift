package import CProtobufC

/// Memory for messages that are put together, packed and forgotten.
///
/// protobuf-c's messages are structures full of pointers: to strings, to arrays, to further
/// messages. All that a message points to comes from one arena, so that nothing is freed too early
/// and nothing one by one.
///
/// ```swift
/// let event = arena.make(tensorflow__event__init) {
///     $0.step = 7
///     $0.file_version = arena.string("brain.Event:2")
///     $0.what_case = TENSORFLOW__EVENT__WHAT_FILE_VERSION
/// }
/// let bytes = event.packed()
/// ```
///
/// Pointers are good until the arena is reset or gone.
package final class MessageArena {
    private var blocks: [(start: UnsafeMutableRawPointer, size: Int)] = []
    /// How much of the last block is taken.
    private var taken = 0
    /// A text that was cut at its first NUL, if there was one.
    private(set) var cutText: String?
    /// Long values that messages point into.
    private var held: [[[UInt8]]] = []

    /// Values of so many bytes are not copied.
    private static let heldLength = 1 << 16

    private static let blockSize = 1 << 16
    private static let alignment = 16

    /// Memory without messages.
    package init() {}

    deinit {
        for block in blocks { block.start.deallocate() }
    }

    /// Takes back all memory, and keeps one ordinary block for the next messages.
    func reset() {
        while let last = blocks.last, blocks.count > 1 || last.size > Self.blockSize {
            last.start.deallocate()
            blocks.removeLast()
        }
        taken = 0
        held = []
    }

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - initialize: The message's generated function of that name.
    ///   - fill: Sets the fields that are not to be empty.
    package func make<Message>(
        _ initialize: (UnsafeMutablePointer<Message>?) -> Void, _ fill: (inout Message) -> Void
    ) -> UnsafeMutablePointer<Message> {
        let message = allocate(Message.self, count: 1)
        initialize(message)
        fill(&message.pointee)
        return message
    }

    /// The value of a field of type `string`, up to the first NUL.
    package func string(_ string: String) -> UnsafeMutablePointer<CChar> {
        if string.hasNUL { cutText = string }
        var string = string
        return string.withUTF8 { utf8 in
            let memory = allocate(UInt8.self, count: utf8.count + 1)
            if let start = utf8.baseAddress { memory.update(from: start, count: utf8.count) }
            memory[utf8.count] = 0
            return UnsafeMutableRawPointer(memory).assumingMemoryBound(to: CChar.self)
        }
    }

    /// The value of a field of type `bytes`.
    package func bytes(_ bytes: some Collection<UInt8>) -> ProtobufCBinaryData {
        let (count, memory) = repeated(bytes)
        return ProtobufCBinaryData(len: count, data: memory)
    }

    /// The value of a field of type `bytes`, of which a long one is not copied: an array's elements
    /// stay where they are for as long as something refers to them, and nobody changes them here.
    package func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        guard bytes.count >= Self.heldLength else {
            let (count, memory) = repeated(bytes)
            return ProtobufCBinaryData(len: count, data: memory)
        }
        held.append([bytes])
        return Self.pointer(to: bytes)
    }

    /// The values of a repeated field of type `bytes`, none of which is copied.
    func repeated(
        _ strings: [[UInt8]]
    ) -> (count: Int, memory: UnsafeMutablePointer<ProtobufCBinaryData>) {
        held.append(strings)
        return repeated(strings.lazy.map { Self.pointer(to: $0) })
    }

    private static func pointer(to bytes: [UInt8]) -> ProtobufCBinaryData {
        bytes.withUnsafeBufferPointer {
            ProtobufCBinaryData(len: $0.count, data: UnsafeMutablePointer(mutating: $0.baseAddress))
        }
    }

    /// The values of a repeated field of numbers or bytes.
    package func repeated<Element>(
        _ elements: some Collection<Element>
    ) -> (count: Int, memory: UnsafeMutablePointer<Element>) {
        let memory = allocate(Element.self, count: elements.count)
        _ = UnsafeMutableBufferPointer(start: memory, count: elements.count)
            .initialize(fromContentsOf: elements)
        return (elements.count, memory)
    }

    /// The values of a repeated field of messages or strings.
    package func repeated<Pointee>(
        _ pointers: [UnsafeMutablePointer<Pointee>]
    ) -> (count: Int, memory: UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>) {
        // A pointer that may be none takes the place of one that may not.
        let memory = pointers.withUnsafeBytes { bytes in
            let memory = allocate(byteCount: bytes.count)
            UnsafeMutableRawBufferPointer(start: memory, count: bytes.count)
                .copyMemory(from: bytes)
            return memory
        }
        return (
            pointers.count,
            memory.bindMemory(to: UnsafeMutablePointer<Pointee>?.self, capacity: pointers.count)
        )
    }

    /// Memory for elements that need no deinitialization.
    private func allocate<Element>(
        _: Element.Type, count: Int
    ) -> UnsafeMutablePointer<Element> {
        allocate(byteCount: count * MemoryLayout<Element>.stride)
            .bindMemory(to: Element.self, capacity: count)
    }

    // Compiled once, rather than into each place where a message is made.
    @inline(never)
    private func allocate(byteCount size: Int) -> UnsafeMutableRawPointer {
        if let block = blocks.last, taken + size <= block.size {
            let memory = block.start + taken
            taken = Self.aligned(taken + size)
            return memory
        }
        let blockSize = max(size, Self.blockSize)
        let start = UnsafeMutableRawPointer.allocate(
            byteCount: blockSize, alignment: Self.alignment)
        blocks.append((start, blockSize))
        taken = Self.aligned(size)
        return start
    }

    private static func aligned(_ count: Int) -> Int {
        (count + alignment - 1) & -alignment
    }
}

extension MessageArena {
    /// - Throws: `Refusal` if a text was cut.
    func checkIsWhole() throws(Refusal) {
        try cutText?.checkHasNoNUL("the text")
    }
}

extension UnsafeMutablePointer {
    /// How many bytes the message takes when packed. Only for protobuf-c's messages.
    var packedByteCount: Int {
        protobuf_c_message_get_packed_size(message)
    }

    /// Writes the message into as many bytes as it takes. Only for protobuf-c's messages.
    func pack(into memory: UnsafeMutableRawBufferPointer) {
        protobuf_c_message_pack(message, memory.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }

    /// Gives the message's bytes to a closure, piece by piece. Only for protobuf-c's messages.
    func pack(_ take: (RawSpan) -> Void) {
        withoutActuallyEscaping(take) { take in
            var pieces = MessagePieces(take: take)
            withUnsafeMutablePointer(to: &pieces) { pieces in
                let buffer = UnsafeMutableRawPointer(pieces)
                    .assumingMemoryBound(to: ProtobufCBuffer.self)
                _ = protobuf_c_message_pack_to_buffer(message, buffer)
            }
        }
    }

    /// The message's bytes. Only for protobuf-c's messages.
    package func packed() -> [UInt8] {
        let byteCount = packedByteCount
        return [UInt8](unsafeUninitializedCapacity: byteCount) { memory, count in
            pack(into: UnsafeMutableRawBufferPointer(memory))
            count = byteCount
        }
    }

    /// The beginning that all messages share.
    private var message: UnsafePointer<ProtobufCMessage> {
        UnsafeRawPointer(self).assumingMemoryBound(to: ProtobufCMessage.self)
    }
}

/// What protobuf-c gives the pieces of a message to. The buffer comes first: its address is that of
/// the whole.
private struct MessagePieces {
    var buffer = ProtobufCBuffer { pieces, count, bytes in
        guard let pieces else { return }
        UnsafeRawPointer(pieces).assumingMemoryBound(to: MessagePieces.self).pointee
            .take(UnsafeRawBufferPointer(start: bytes, count: count).bytes)
    }
    let take: (RawSpan) -> Void
}
