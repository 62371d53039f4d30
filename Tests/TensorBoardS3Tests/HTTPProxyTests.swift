#if S3
    import Foundation
    import Synchronization
    import TensorBoard
    import TestSupport
    import Testing

    @testable import TensorBoardS3

    /// Proxies that the environment names.
    @Suite struct HTTPProxyTests {
        func proxy(_ server: String, _ environment: [String: String]) throws -> HTTPProxy? {
            try HTTPProxy(
                for: #require(URLComponents(string: server)), environment: environment)
        }

        @Test(
            arguments: [
                (["https_proxy": "http://p:1"], "https://a", "the proxy http://p:1"),
                (["HTTPS_PROXY": "p:1"], "https://a", "the proxy http://p:1"),
                (["https_proxy": "", "HTTPS_PROXY": "p:1"], "https://a", "the proxy http://p:1"),
                (
                    ["https_proxy": "q:2", "HTTPS_PROXY": "p:1"], "https://a",
                    "the proxy http://q:2"
                ),
                (["HTTP_PROXY": "p:1"], "http://a", "the proxy http://p:1"),
                (["HTTP_PROXY": "p:1"], "https://a", nil),
                (["all_proxy": "socks5://p"], "https://a", "the proxy socks5://p:1080"),
                (["ALL_PROXY": "socks5h://[::1]:9"], "http://a", "the proxy socks5://[::1]:9"),
                (["ALL_PROXY": "q:2", "http_proxy": "p:1"], "http://a", "the proxy http://p:1"),
                (["http_proxy": "http://me:secret@p:1/"], "http://a", "the proxy http://p:1"),
                ([:], "https://a", nil),
            ] as [([String: String], String, String?)])
        func whichOneItIs(environment: [String: String], server: String, name: String?) throws {
            #expect(try proxy(server, environment)?.name == name)
        }

        @Test(arguments: [
            "https://p:1", "ftp://p", "http://", "socks5://me:secret@p:1", "http://a b",
        ])
        func whatIsNoProxy(address: String) throws {
            let error = #expect(throws: LogDestinationError.self) {
                try proxy("http://a", ["http_proxy": address])
            }
            #expect(
                error?.description.hasPrefix(
                    "http_proxy names no proxy that can be used; set it to one such as ") == true)
            #expect(error?.description.contains("secret@p") == false)
        }

        @Test(arguments: [
            ("a.example", "http://a.example", true), ("example", "http://a.example", true),
            (".example", "http://a.example", true), ("xample", "http://a.example", false),
            ("A.EXAMPLE", "http://a.Example", true), ("b, a.example", "http://a.example:9", true),
            ("b a.example", "http://a.example", true), ("*", "https://anything", true),
            ("a.example:9", "http://a.example:9", true),
            ("a.example:9", "http://a.example:90", false),
            ("127.0.0.1", "http://127.0.0.1:9000", true),
            ("127.0.0.0/8", "http://127.9.9.9:9000", true),
            ("10.0.0.0/9", "http://10.128.0.1", false), ("10.0.0.0/9", "http://10.127.0.1", true),
            ("0.0.0.0/0", "http://1.2.3.4", true), ("10.0.0.0/33", "http://10.0.0.0", false),
            ("::1", "http://[::1]:9000", true), ("[::1]", "http://[::1]:9000", true),
            ("[::1]:9000", "http://[::1]:9000", true), ("fd00::/8", "http://[fd12::1]", true),
            ("fd00::/8", "http://[fe12::1]", false), ("10.0.0.0/8", "http://[::1]", false),
            ("", "http://a", false), (",", "http://a", false), (".", "http://a", false),
        ])
        func whoIsReachedWithout(exceptions: String, server: String, isOne: Bool) throws {
            let found = try proxy(server, ["ALL_PROXY": "p:1", "NO_PROXY": exceptions])
            #expect((found == nil) == isOne)
        }

        /// A proxy that makes connections for those who give the password; what it was asked.
        func tunnel(
            to server: String, password: String? = nil, asked: Asked
        ) throws -> LoopbackServer {
            let target = try #require(UInt16(server.split(separator: ":").last ?? ""))
            return try LoopbackServer { connection in
                let request = connection.read(until: "\r\n\r\n")
                asked.lines.withLock { $0.append(request) }
                if let password, !request.contains("Basic \(password)\r\n") {
                    connection.write("HTTP/1.1 407 Say\r\nContent-Length: 0\r\n\r\n")
                    return
                }
                connection.write("HTTP/1.1 200 Connected\r\n\r\n")
                connection.relay(to: target)
            }
        }

        final class Asked: Sendable {
            let lines = Mutex<[String]>([])
        }

        @Test func aProxyIsUsed() throws {
            let server = try ObjectServer()
            let asked = Asked()
            let proxy = try tunnel(to: server.address, asked: asked)
            let environment = ["HTTP_PROXY": proxy.address]
            let destination = try S3Destination.at(server.address, environment: environment)
            try destination.check()
            try destination.check()
            #expect(server.requests.count == 2)
            let host = server.address.replacing("http://", with: "")
            #expect(asked.lines.withLock { $0.count } == 1)
            #expect(
                asked.lines.withLock { $0.first }?.hasPrefix("CONNECT \(host) HTTP/1.1\r\n") == true
            )
            let direct = environment.merging(["no_proxy": "127.0.0.1"]) { $1 }
            try S3Destination.at(server.address, environment: direct).check()
            #expect(asked.lines.withLock { $0.count } == 1)
        }

        @Test func aProxyWithAPassword() throws {
            let server = try ObjectServer()
            let asked = Asked()
            // "me:p@ss".
            let proxy = try tunnel(to: server.address, password: "bWU6cEBzcw==", asked: asked)
            let address = proxy.address.replacing("http://", with: "http://me:p%40ss@")
            try S3Destination.at(server.address, environment: ["http_proxy": address]).check()
            let problem = try #require(
                S3Destination.at(server.address, environment: ["http_proxy": proxy.address])
                    .problem())
            #expect(!problem.isTransient)
            #expect(
                problem.words
                    == "s3://logs/mine: the proxy \(proxy.address) asks for a name and a password; "
                    + "set HTTPS_PROXY or HTTP_PROXY to http://name:password@host:port")
        }

        @Test func aProxyThatRefuses() throws {
            let proxy = try LoopbackServer { connection in
                connection.read(until: "\r\n\r\n")
                connection.write("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            }
            let problem = try #require(
                S3Destination.at("http://a.example", environment: ["http_proxy": proxy.address])
                    .problem())
            #expect(
                problem.words
                    == "s3://logs/mine: the proxy \(proxy.address) makes no connection to "
                    + "http://a.example; have it allow CONNECT, or name the server in NO_PROXY")
        }

        @Test func aProxyThatIsNotThere() throws {
            let problem = try #require(
                S3Destination.at(
                    "http://a.example", environment: ["http_proxy": "http://127.0.0.1:9"]
                ).problem())
            #expect(problem.isTransient)
            #expect(
                problem.words
                    == "s3://logs/mine: the proxy http://127.0.0.1:9 cannot be reached (connection "
                    + "refused); see whether it runs, and HTTP_PROXY, HTTPS_PROXY and NO_PROXY")
        }
    }
#endif
