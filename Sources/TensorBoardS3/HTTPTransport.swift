#if S3
    import AsyncHTTPClient
    import Foundation
    import NIOCore
    import NIOHTTP1
    import NIOPosix
    import NIOSSL
    import TensorBoard

    /// Sends requests to a server, each over a connection that is kept for the next one, and waits for
    /// the answers.
    final class HTTPTransport: Sendable {
        private let client: HTTPClient
        private let patience: TimeAmount

        /// Bodies are sent in pieces of so many bytes, each of which counts as a sign of life.
        private static let pieceSize = 128 << 10

        /// Prepares to talk to servers.
        ///
        /// - Parameters:
        ///   - timeout: How many seconds a server may be silent.
        ///   - proxy: What stands between, if anything.
        ///   - authorities: A PEM file with the certificates that are trusted; `nil` for the system's.
        /// - Throws: `LogDestinationError` if there are no certificates in the file.
        init(
            timeout: Double, proxy: HTTPProxy?, authorities: String?
        ) throws(LogDestinationError) {
            // A day at the most; what is no number is none.
            patience = .milliseconds(timeout > 0 ? Int64(min(timeout, 86_400) * 1000) : 1)
            var configuration = HTTPClient.Configuration(
                redirectConfiguration: .disallow, timeout: .init(connect: patience),
                proxy: proxy?.configuration)
            configuration.httpVersion = .http1Only
            // What tries again is the uploader, which tells why.
            configuration.connectionPool.retryConnectionEstablishment = false
            // So what is accepted has been sent for the most part, and is a sign of life.
            configuration.http1_1ConnectionDebugInitializer = { connection in
                connection.setOption(
                    .tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: Self.pieceSize)
            }
            if let authorities {
                var security = TLSConfiguration.makeClientConfiguration()
                security.trustRoots = .certificates(try Self.certificates(in: authorities))
                configuration.tlsConfiguration = security
            }
            client = HTTPClient(
                eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        }

        deinit {
            // Not waited for: whoever drops the last reference may be a thread that must not wait.
            client.shutdown { _ in }
        }

        private static func certificates(
            in path: String
        ) throws(LogDestinationError) -> [NIOSSLCertificate] {
            if let found = try? NIOSSLCertificate.fromPEMFile(path), !found.isEmpty { return found }
            throw LogDestinationError(
                "\(path): no certificates can be read there; see AWS_CA_BUNDLE", isTransient: false)
        }

        /// Sends a request and waits for the answer. A connection that the server has closed meanwhile
        /// is replaced by another, where asking twice is asking once.
        func send(
            _ method: HTTPMethod, _ address: String, headers: HTTPHeaders, body: [UInt8]
        ) throws -> HTTPAnswer {
            var request = try HTTPClient.Request(url: address, method: method, headers: headers)
            if !body.isEmpty {
                request.body = .stream(contentLength: Int64(body.count)) { writer in
                    Self.write(body[...], to: writer)
                }
            }
            func answer() throws -> HTTPAnswer {
                try client.execute(
                    request: request, delegate: HTTPExchange(patience: patience)
                ).wait()
            }
            do {
                return try answer()
            } catch let error as HTTPClientError
                where error == .remoteConnectionClosed && method != .POST
            {
                return try answer()
            }
        }

        /// Writes piece by piece, as fast as the connection takes them.
        private static func write(
            _ bytes: ArraySlice<UInt8>, to writer: HTTPClient.Body.StreamWriter
        ) -> EventLoopFuture<Void> {
            let written = writer.write(.byteBuffer(ByteBuffer(bytes: bytes.prefix(pieceSize))))
            let rest = bytes.dropFirst(pieceSize)
            return rest.isEmpty ? written : written.flatMap { write(rest, to: writer) }
        }
    }
#endif
