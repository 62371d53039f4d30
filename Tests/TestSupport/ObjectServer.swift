import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A server on the loopback that keeps what is put there, as far as S3's interface goes for that: PUT,
/// GET of the bucket, uploads in parts. It looks at no signature.
public final class ObjectServer: @unchecked Sendable {
    /// An answer that is given in place of the right one.
    public struct Answer: Sendable {
        let status: Int
        let body: String

        /// An error with S3's code.
        public static func error(_ status: Int, _ code: String) -> Answer {
            Answer(
                status: status,
                body: "<Error><Code>\(code)</Code><Message>it is so</Message></Error>")
        }

        /// Another answer.
        public static func text(_ status: Int, _ body: String) -> Answer {
            Answer(status: status, body: body)
        }
    }

    /// What a client has asked.
    public struct Request: Sendable {
        /// Such as `PUT`.
        public let method: String
        /// Path and query, as they were sent.
        public let target: String
        /// By names in lowercase.
        public let headers: [String: String]
        /// What was sent.
        public let body: [UInt8]
    }

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var parts: [String: [Int: [UInt8]]] = [:]
        var requests: [Request] = []
        var answers: [Answer] = []
        var delay: Double = 0
    }

    private let socket: Int32
    private let state = Mutex(State())
    /// The address: `http://127.0.0.1:<port>`.
    public let address: String

    /// Starts it on a port that the system chooses.
    public init() throws {
        #if os(Linux)
            socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let isBound = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) == 0 }
        }
        guard isBound, listen(socket, 16) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        var length = size
        _ = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length)
            }
        }
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else { return }
                guard let server = self else {
                    close(client)
                    return
                }
                Thread.detachNewThread { server.serve(client) }
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    /// What is kept, by paths.
    public var objects: [String: [UInt8]] { state.withLock(\.objects) }
    /// What was asked so far.
    public var requests: [Request] { state.withLock(\.requests) }

    /// Answers the next requests so.
    public func answer(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

    /// Lets all answers wait for so many seconds.
    public func delay(_ seconds: Double) { state.withLock { $0.delay = seconds } }

    private func serve(_ client: Int32) {
        defer { close(client) }
        var buffer: [UInt8] = []
        while let request = read(client, &buffer) {
            let (answer, delay) = state.withLock { state -> (Answer, Double) in
                state.requests.append(request)
                let given = state.answers.isEmpty ? nil : state.answers.removeFirst()
                return (given ?? Self.answer(to: request, &state), state.delay)
            }
            if delay > 0 { Thread.sleep(forTimeInterval: delay) }
            let body = Array(answer.body.utf8)
            let head =
                "HTTP/1.1 \(answer.status) X\r\nContent-Length: \(body.count)\r\n"
                + "ETag: \"tag\"\r\n\r\n"
            let bytes = Array(head.utf8) + body
            guard bytes.withUnsafeBytes({ send(client, $0.baseAddress, $0.count, 0x4000) }) > 0
            else { return }
        }
    }

    private static func answer(to request: Request, _ state: inout State) -> Answer {
        let parts = request.target.split(separator: "?", maxSplits: 1)
        let path = String(parts[0])
        let query = parts.count > 1 ? parts[1].split(separator: "&").map(String.init) : []
        func value(_ name: String) -> String? {
            query.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
        }
        switch request.method {
        case "PUT":
            if let number = value("partNumber").flatMap({ Int($0) }) {
                state.parts[path, default: [:]][number] = request.body
            } else {
                state.objects[path] = request.body
            }
            return .text(200, "")
        case "POST" where value("uploads") != nil:
            return .text(200, "<X><UploadId>an id</UploadId></X>")
        case "POST":
            let all = (state.parts.removeValue(forKey: path) ?? [:]).sorted { $0.key < $1.key }
            state.objects[path] = all.flatMap(\.value)
            return .text(200, "<CompleteMultipartUploadResult/>")
        default: return .text(200, "<ListBucketResult/>")
        }
    }

    private func read(_ client: Int32, _ buffer: inout [UInt8]) -> Request? {
        func more() -> Bool {
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(client, &piece, piece.count, 0)
            guard count > 0 else { return false }
            buffer += piece[..<count]
            return true
        }
        let end = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            head = buffer.firstRange(of: end)
            if head == nil, !more() { return nil }
        }
        guard let head else { return nil }
        let lines = String(decoding: buffer[..<head.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        let first = lines[0].split(separator: " ")
        guard first.count >= 2 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        if headers["expect"] != nil {
            _ = "HTTP/1.1 100 Continue\r\n\r\n".withCString { send(client, $0, strlen($0), 0x4000) }
        }
        while buffer.count < head.upperBound + length { if !more() { return nil } }
        let body = Array(buffer[head.upperBound..<head.upperBound + length])
        buffer.removeSubrange(..<(head.upperBound + length))
        return Request(
            method: String(first[0]), target: String(first[1]), headers: headers, body: body)
    }
}
