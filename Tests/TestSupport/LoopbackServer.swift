import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A server on the loopback that serves each connection in a thread of its own.
public final class LoopbackServer: Sendable {
    private let socket: Int32
    private let accepted = Atomic<Int>(0)
    /// Where it listens.
    public let port: UInt16
    /// Its host, as an address has it.
    public let host: String

    /// The address: `http://127.0.0.1:<port>`.
    public var address: String { "http://\(host):\(port)" }
    /// How many connections there were.
    public var connectionCount: Int { accepted.load(ordering: .relaxed) }

    /// Starts it on a port that the system chooses.
    ///
    /// - Parameters:
    ///   - isVersion6: Whether it is at `[::1]`.
    ///   - receiveBuffer: How many bytes of a client may wait, if the system is not to choose.
    ///   - serve: Serves a connection, which is closed after it.
    public init(
        isVersion6: Bool = false, receiveBuffer: Int32? = nil,
        serve: @escaping @Sendable (Connection) -> Void
    ) throws {
        let socket = Self.makeSocket(isVersion6 ? AF_INET6 : AF_INET)
        if var receiveBuffer {
            setsockopt(
                socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer,
                socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.isBound(socket, isVersion6), listen(socket, 16) == 0 else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.socket = socket
        port = Self.port(of: socket)
        host = isVersion6 ? "[::1]" : "127.0.0.1"
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else { return }
                guard let self else {
                    close(client)
                    return
                }
                accepted.add(1, ordering: .relaxed)
                Thread.detachNewThread {
                    serve(Connection(client))
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    /// A client's end of it.
    public struct Connection: Sendable {
        private let socket: Int32

        init(_ socket: Int32) {
            self.socket = socket
        }

        /// Waits for some bytes.
        ///
        /// - Returns: `nil` at the end.
        public func read(atMost count: Int = 1 << 16) -> [UInt8]? {
            var piece = [UInt8](repeating: 0, count: count)
            let read = recv(socket, &piece, piece.count, 0)
            return read > 0 ? Array(piece[..<read]) : nil
        }

        /// Waits until a text was sent; what comes after it is lost.
        ///
        /// - Returns: All that was read.
        @discardableResult
        public func read(until text: String) -> String {
            var all: [UInt8] = []
            while all.firstRange(of: Array(text.utf8)) == nil, let piece = read() { all += piece }
            return String(decoding: all, as: UTF8.self)
        }

        /// Sends bytes.
        ///
        /// - Returns: Whether all of them could be sent.
        @discardableResult
        public func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, 0x4000) }
                guard sent > 0 else { return false }
                rest = rest.dropFirst(sent)
            }
            return true
        }

        /// Sends a text.
        @discardableResult
        public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// Hands on what comes from here to another server on the loopback, and what comes from that.
        public func relay(to port: UInt16) {
            guard let other = Self.connection(to: port) else { return }
            let isOver = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                while let piece = other.read(), write(piece) {}
                shutdown(socket, Int32(SHUT_RDWR))
                isOver.signal()
            }
            while let piece = read(), other.write(piece) {}
            shutdown(other.socket, Int32(SHUT_RDWR))
            isOver.wait()
            close(other.socket)
        }

        private static func connection(to port: UInt16) -> Connection? {
            let socket = LoopbackServer.makeSocket(AF_INET)
            var place = LoopbackServer.version4
            place.sin_port = port.bigEndian
            let isConnected = LoopbackServer.withAddress(place) { connect(socket, $0, $1) == 0 }
            if isConnected { return Connection(socket) }
            close(socket)
            return nil
        }
    }

    // MARK: Addresses

    private static func makeSocket(_ family: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(family, Int32(SOCK_STREAM.rawValue), 0)
        #elseif canImport(Musl)
            Musl.socket(family, SOCK_STREAM, 0)
        #else
            Darwin.socket(family, SOCK_STREAM, 0)
        #endif
    }

    private static func isBound(_ socket: Int32, _ isVersion6: Bool) -> Bool {
        isVersion6
            ? withAddress(version6) { bind(socket, $0, $1) == 0 }
            : withAddress(version4) { bind(socket, $0, $1) == 0 }
    }

    private static var version4: sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return place
    }

    private static var version6: sockaddr_in6 {
        var place = sockaddr_in6()
        place.sin6_family = sa_family_t(AF_INET6)
        place.sin6_addr = in6addr_loopback
        return place
    }

    private static func withAddress<Address>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Both kinds of addresses have the port at the same place.
    private static func port(of socket: Int32) -> UInt16 {
        var place = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length)
            }
        }
        return UInt16(bigEndian: place.sin6_port)
    }
}
