import Foundation
import Synchronization

/// A server on the loopback that keeps what is put there, as far as S3's interface goes for that: PUT,
/// GET of the bucket, uploads in parts. It looks at no signature.
public final class ObjectServer: Sendable {
    /// An answer that is given in place of the right one.
    public struct Answer: Sendable {
        let status: Int
        let headers: [(String, String)]
        let body: String

        /// An error with S3's code.
        public static func error(_ status: Int, _ code: String) -> Answer {
            text(
                status,
                "<Error><Code>\(code)</Code><Message>it is so</Message></Error>")
        }

        /// Another answer.
        public static func text(
            _ status: Int, _ body: String, headers: [(String, String)] = []
        ) -> Answer {
            Answer(status: status, headers: headers, body: body)
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

    private let state: Shared
    private let server: LoopbackServer

    /// The address: `http://127.0.0.1:<port>`.
    public var address: String { server.address }
    /// How many connections there were.
    public var connectionCount: Int { server.connectionCount }

    /// Starts it on a port that the system chooses.
    ///
    /// - Parameter isVersion6: Whether it is at `[::1]`.
    public init(isVersion6: Bool = false) throws {
        let state = Shared()
        self.state = state
        server = try LoopbackServer(isVersion6: isVersion6) { state.serve($0) }
    }

    /// What is kept, by paths.
    public var objects: [String: [UInt8]] { state.lock.withLock(\.objects) }
    /// What was asked so far.
    public var requests: [Request] { state.lock.withLock(\.requests) }

    /// Answers the next requests so.
    public func answer(_ answers: [Answer]) {
        state.lock.withLock { $0.answers = answers }
    }

    /// Lets all answers wait for so many seconds.
    public func delay(_ seconds: Double) { state.lock.withLock { $0.delay = seconds } }

    /// What connections share, which may outlive the server.
    private final class Shared: Sendable {
        let lock = Mutex(State())

        func serve(_ client: LoopbackServer.Connection) {
            var buffer: [UInt8] = []
            while let request = ObjectServer.read(client, &buffer) {
                let (answer, delay) = lock.withLock { state -> (Answer, Double) in
                    state.requests.append(request)
                    let given = state.answers.isEmpty ? nil : state.answers.removeFirst()
                    return (given ?? ObjectServer.answer(to: request, &state), state.delay)
                }
                if delay > 0 { Thread.sleep(forTimeInterval: delay) }
                let body = Array(answer.body.utf8)
                let headers = answer.headers.map { "\($0): \($1)\r\n" }.joined()
                let head =
                    "HTTP/1.1 \(answer.status) X\r\nContent-Length: \(body.count)\r\n"
                    + "ETag: \"tag\"\r\n\(headers)\r\n"
                guard client.write(Array(head.utf8) + body) else { return }
            }
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
            return .text(
                200,
                "<InitiateMultipartUploadResult><UploadId>an id</UploadId>"
                    + "</InitiateMultipartUploadResult>")
        case "POST":
            let all = (state.parts.removeValue(forKey: path) ?? [:]).sorted { $0.key < $1.key }
            state.objects[path] = all.flatMap(\.value)
            return .text(200, "<CompleteMultipartUploadResult/>")
        default: return .text(200, "<ListBucketResult/>")
        }
    }

    private static func read(
        _ client: LoopbackServer.Connection, _ buffer: inout [UInt8]
    ) -> Request? {
        func more() -> Bool {
            guard let piece = client.read() else { return false }
            buffer += piece
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
        if headers["expect"] != nil { client.write("HTTP/1.1 100 Continue\r\n\r\n") }
        while buffer.count < head.upperBound + length { if !more() { return nil } }
        let body = Array(buffer[head.upperBound..<head.upperBound + length])
        buffer.removeSubrange(..<(head.upperBound + length))
        return Request(
            method: String(first[0]), target: String(first[1]), headers: headers, body: body)
    }
}
