#if S3
    import Foundation
    import NIOCore
    import NIOPosix
    import Synchronization
    @testable import TensorBoard
    import TestSupport
    import Testing

    @testable import TensorBoardS3

    /// Connections, and servers that do something else than answer.
    @Suite struct HTTPTransportTests {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        /// A file that is longer than what a connection takes before it is read.
        func longFile() throws -> LogFile {
            let bytes = [UInt8](repeating: 7, count: S3Destination.partSize)
            return try LogFile(name: "x", path: folder.write(bytes, to: "x"))
        }

        @Test func aConnectionIsKept() throws {
            let server = try ObjectServer()
            let destination = try S3Destination.at(server.address)
            let file = try LogFile(name: "x", path: folder.write([1, 2, 3], to: "x"))
            for _ in 0..<5 { try destination.store(file) }
            #expect(server.requests.count == 5)
            #expect(server.connectionCount == 1)
        }

        @Test func aConnectionThatTheServerClosesIsReplaced() throws {
            let count = Atomic<Int>(0)
            let server = try LoopbackServer { connection in
                // Closes the first one when it is asked for the second time.
                for request in 0..<(count.add(1, ordering: .relaxed).oldValue == 0 ? 2 : 9) {
                    guard !connection.read(until: "\r\n\r\n").isEmpty else { return }
                    if request == 1 { return }
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            }
            let destination = try S3Destination.at(server.address)
            try destination.check()
            try destination.check()
            #expect(server.connectionCount == 2)
        }

        @Test func aServerThatClosesEveryConnection() throws {
            let server = try LoopbackServer { $0.read(until: "\r\n\r\n") }
            let problem = try #require(S3Destination.at(server.address).problem())
            #expect(problem.isTransient)
            #expect(
                problem.words
                    == "s3://logs/mine: \(server.address) has closed the connection; see whether the "
                    + "server runs, and AWS_ENDPOINT_URL")
        }

        @Test func aServerThatStopsReading() throws {
            let server = try LoopbackServer { connection in
                connection.read(until: "\r\n\r\n")
                Thread.sleep(forTimeInterval: 20)
            }
            let destination = try S3Destination.at(server.address, timeout: 1)
            let start = ContinuousClock.now
            let error = #expect(throws: LogDestinationError.self) {
                try destination.store(longFile())
            }
            #expect(ContinuousClock.now - start < .seconds(15))
            #expect(error?.isTransient == true)
            #expect(
                error?.description.contains("does not answer in time") == true,
                "\(error?.description ?? "")")
        }

        /// Slower in all than a server may be silent.
        @Test func aServerThatReadsSlowly() throws {
            let server = try LoopbackServer(receiveBuffer: 1 << 15) { connection in
                let begin = connection.read(until: "\r\n\r\n")
                let body = begin.firstRange(of: "\r\n\r\n").map { begin[$0.upperBound...] }
                var left = S3Destination.partSize - (body?.utf8.count ?? 0)
                while left > 0, let piece = connection.read(atMost: 1 << 20) {
                    left -= piece.count
                    Thread.sleep(forTimeInterval: 0.01)
                }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            let start = ContinuousClock.now
            try S3Destination.at(server.address, timeout: 1).store(longFile())
            #expect(ContinuousClock.now - start > .seconds(1))
        }

        @Test func anAnswerThatComesByteByByte() throws {
            let server = try LoopbackServer { connection in
                connection.read(until: "\r\n\r\n")
                let body = "<Error><Code>NoSuchBucket</Code></Error>"
                connection.write("HTTP/1.1 404 X\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
                for byte in body.utf8 {
                    connection.write([byte])
                    Thread.sleep(forTimeInterval: 0.05)
                }
            }
            let problem = try #require(S3Destination.at(server.address, timeout: 1).problem())
            #expect(problem.words.contains("there is no such bucket"), "\(problem.words)")
        }

        @Test(arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "* OK IMAP4 ready\r\n\r\n", "\u{0}\u{1}\u{2}\n",
        ])
        func aServerOfAnotherKind(greeting: String) throws {
            let server = try LoopbackServer { connection in
                connection.write(greeting)
                connection.read(until: "\r\n\r\n")
            }
            let problem = try #require(S3Destination.at(server.address).problem())
            #expect(!problem.isTransient)
            #expect(
                problem.words
                    == "s3://logs/mine: \(server.address) answers in no HTTP; see AWS_ENDPOINT_URL")
        }

        @Test func anAnswerWithoutEnd() throws {
            let server = try LoopbackServer { connection in
                connection.read(until: "\r\n\r\n")
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                let chunk = "10000\r\n" + String(repeating: "x", count: 1 << 16) + "\r\n"
                while connection.write(chunk) {}
            }
            let problem = try #require(S3Destination.at(server.address).problem())
            #expect(problem.words.contains("answers in no HTTP"), "\(problem.words)")
        }

        /// Of a body that the server does not want, no more is sent than the connection holds.
        @Test func aRefusalBeforeTheBodyIsRead() throws {
            let server = try LoopbackServer { connection in
                connection.read(until: "\r\n\r\n")
                let body = "<Error><Code>KeyTooLongError</Code></Error>"
                connection.write(
                    "HTTP/1.1 400 X\r\nContent-Length: \(body.utf8.count)\r\n"
                        + "Connection: close\r\n\r\n\(body)")
                while connection.read() != nil {}
            }
            let error = #expect(throws: LogDestinationError.self) {
                try S3Destination.at(server.address).store(longFile())
            }
            #expect(
                error?.description.contains("the name is too long for it") == true,
                "\(error?.description ?? "")")
        }

        @Test func aServerAtVersion6() throws {
            let server = try ObjectServer(isVersion6: true)
            #expect(server.address.hasPrefix("http://[::1]:"))
            try S3Destination.at(server.address + "/store").check()
            let request = try #require(server.requests.first)
            #expect(request.target == "/store/logs?list-type=2&max-keys=1")
            #expect("http://" + (request.headers["host"] ?? "") == server.address)
        }

        @Test(arguments: [
            ("http://127.0.0.1:9", "cannot be reached (connection refused)"),
            ("http://[::1]:9", "cannot be reached (connection refused)"),
            ("http://localhost:9", "cannot be reached (connection refused)"),
            ("http://no-such-host.invalid", "is no server's name"),
            ("https://no-such-host.invalid:9000/path", "is no server's name"),
        ])
        func aServerThatIsNotThere(address: String, words: String) throws {
            let problem = try #require(S3Destination.at(address).problem())
            #expect(problem.isTransient)
            let server = address.replacing("/path", with: "")
            #expect(
                problem.words.hasPrefix("s3://logs/mine: \(server) \(words); see "),
                "\(problem.words)")
            #expect(problem.words.contains("AWS_ENDPOINT_URL"))
        }

        @Test(arguments: [0, -1, .nan, .infinity, 1e300]) func anyTimeoutIsOne(seconds: Double)
            throws
        {
            let server = try ObjectServer()
            let destination = try S3Destination.at(server.address, timeout: seconds)
            // One that is none ends at once, and is not taken for a long one.
            let problem = destination.problem()
            #expect(problem == nil || !(seconds > 1))
        }

        @Test func secretsAreNotPrinted() throws {
            let server = try ObjectServer()
            var configuration = S3Configuration(
                accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "tok\nen",
                region: "us-east-1", endpoint: URL(string: server.address), environment: [:])
            configuration.timeout = 2
            let destination = try S3Destination("s3://logs", configuration: configuration)
            let problem = try #require(destination.problem())
            #expect(
                problem.words
                    == "s3://logs: the keys hold a character that none can have; see "
                    + "AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN")
            #expect(server.requests.isEmpty)
        }

        /// The last reference goes on a thread of the client's own, where nothing may wait.
        @Test func aDestinationIsDroppedAnywhere() throws {
            let server = try ObjectServer()
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let held = Mutex<S3Destination?>(try S3Destination.at(server.address))
            try held.withLock { $0 }?.check()
            try loop.submit { held.withLock { $0 = nil } }.wait()
            // And another one is none the worse.
            try S3Destination.at(server.address).check()
            #expect(server.requests.count == 2)
        }
    }
#endif
