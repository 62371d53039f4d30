#if S3
    import Foundation
    import NIOCore
    import NIOHTTP1
    import NIOPosix
    import NIOSSL
    import TestSupport
    import Testing

    @testable import TensorBoardS3

    /// Servers that speak TLS, with the certificates in `Fixtures`, which its `make-certificates` has made.
    @Suite struct TLSTests {
        static func fixture(_ name: String) throws -> String {
            try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)").path
        }

        @Test func aServerWhoseAuthorityIsNamed() throws {
            let server = try SecureServer()
            let authorities = try Self.fixture("authority.pem")
            try S3Destination.at("https://127.0.0.1:\(server.port)", authorities: authorities)
                .check()
            let found = try S3Configuration(environment: [
                "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "HOME": "/nowhere",
                "AWS_CA_BUNDLE": authorities,
                "AWS_ENDPOINT_URL": "https://127.0.0.1:\(server.port)",
            ])
            try S3Destination("s3://logs", configuration: found).check()
        }

        @Test func aServerThatNobodyKnows() throws {
            let server = try SecureServer()
            let address = "https://127.0.0.1:\(server.port)"
            let problem = try #require(S3Destination.at(address).problem())
            #expect(!problem.isTransient)
            #expect(
                problem.words
                    == "s3://logs/mine: \(address) has a certificate that is not trusted (nobody known "
                    + "has signed it, or it has expired); set AWS_CA_BUNDLE to a file with the "
                    + "certificate of who has signed it")
        }

        @Test func aCertificateOfAnotherServer() throws {
            let server = try SecureServer(certificate: "other.pem")
            let address = "https://127.0.0.1:\(server.port)"
            let problem = try #require(
                S3Destination.at(address, authorities: Self.fixture("authority.pem")).problem())
            #expect(!problem.isTransient)
            #expect(
                problem.words.hasPrefix(
                    "s3://logs/mine: \(address) has a certificate that is not trusted (it is another "
                        + "server's); "), "\(problem.words)")
        }

        @Test func aServerWithoutTLS() throws {
            let server = try LoopbackServer { connection in
                if connection.read() != nil { connection.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
            }
            let address = server.address.replacing("http:", with: "https:")
            let problem = try #require(S3Destination.at(address, timeout: 5).problem())
            #expect(
                problem.words.hasPrefix(
                    "s3://logs/mine: \(address) cannot be spoken with securely ("),
                "\(problem.words)")
            #expect(problem.words.contains("http://: see AWS_ENDPOINT_URL"))
        }

        @Test func aServerThatIsAskedWithoutTLS() throws {
            let server = try SecureServer()
            let problem = try #require(
                S3Destination.at("http://127.0.0.1:\(server.port)").problem())
            #expect(
                ["answers in no HTTP", "has closed the connection"].contains {
                    problem.words.contains($0)
                }, "\(problem.words)")
        }

        @Test(arguments: ["authority.pem/nowhere", "make-certificates", "server.key"])
        func aFileWithoutCertificates(name: String) throws {
            let path = try Self.fixture(name)
            let error = #expect(throws: (any Error).self) {
                try S3Destination.at("https://127.0.0.1:9", authorities: path)
            }
            #expect(
                "\(try #require(error))"
                    == "\(path): no certificates can be read there; see AWS_CA_BUNDLE")
        }
    }

    /// Answers every request with an empty document, over TLS.
    private final class SecureServer: Sendable {
        private let channel: any Channel

        var port: Int { channel.localAddress?.port ?? 0 }

        init(certificate: String = "server.pem") throws {
            let certificates = try NIOSSLCertificate.fromPEMFile(TLSTests.fixture(certificate))
            let key = try NIOSSLPrivateKey(file: TLSTests.fixture("server.key"), format: .pem)
            let context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: certificates.map { .certificate($0) },
                    privateKey: .privateKey(key)))
            channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handlers = channel.pipeline.syncOperations
                        try handlers.addHandler(NIOSSLServerHandler(context: context))
                        try handlers.configureHTTPServerPipeline()
                        try handlers.addHandler(Answers())
                    }
                }
                .bind(host: "127.0.0.1", port: 0).wait()
        }

        deinit {
            channel.close(promise: nil)
        }

        private final class Answers: ChannelInboundHandler {
            typealias InboundIn = HTTPServerRequestPart
            typealias OutboundOut = HTTPServerResponsePart

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                guard case .end = unwrapInboundIn(data) else { return }
                let head = HTTPResponseHead(
                    version: .http1_1, status: .ok, headers: ["content-length": "0"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
#endif
