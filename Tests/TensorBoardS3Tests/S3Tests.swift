#if S3
    import Foundation
    import TensorBoard
    import TestSupport
    import Testing

    @testable import TensorBoardS3

    /// What is asked of a server with S3's interface, and what its answers come to.
    @Suite struct S3Tests {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        func destination(
            _ server: ObjectServer, _ address: String = "s3://logs/mine"
        ) throws -> S3Destination {
            var configuration = S3Configuration(
                accessKeyID: "AKID", secretAccessKey: "secret",
                endpoint: URL(string: server.address))
            configuration.timeout = 2
            return try S3Destination(address, configuration: configuration)
        }

        @Test func aRunIsLoggedToAServer() throws {
            let server = try ObjectServer()
            var options = SummaryWriter.Options()
            options.destination = try destination(server)
            let run = folder.path(of: "run")
            let writer = try SummaryWriter(logdir: run, options: options)
            for step in 0..<100 { try writer.addScalar(Float(step), tag: "loss", step: step) }
            try writer.close()
            let name = URL(filePath: writer.path).lastPathComponent
            let local = try Array(Data(contentsOf: URL(filePath: writer.path)))
            #expect(server.objects["/logs/mine/\(name)"] == local)
            let put = try #require(server.requests.last)
            #expect(put.headers["x-amz-content-sha256"] == Signature.hash(local))
            #expect(
                put.headers["authorization"]?.hasPrefix(
                    "AWS4-HMAC-SHA256 Credential=AKID/") == true)
            #expect(server.requests[0].target == "/logs?list-type=2&max-keys=1")
        }

        @Test func namesAreEncodedOnce() throws {
            let server = try ObjectServer()
            let destination = try destination(server, "s3://logs/a b/ü+1")
            let run = folder.path(of: "lr=0.1 & more")
            let writer = try SummaryWriter(logdir: run)
            try writer.close()
            let uploader = LogUploader(folder: folder.path, to: destination) { _ in }
            try uploader.finish()
            let name = URL(filePath: writer.path).lastPathComponent
            #expect(
                Array(server.objects.keys) == [
                    "/logs/a%20b/%C3%BC%2B1/lr%3D0.1%20%26%20more/\(name)"
                ])
        }

        @Test func longFilesGoInParts() throws {
            let server = try ObjectServer()
            let bytes = (0..<S3Destination.partSize + 1000).map {
                UInt8(truncatingIfNeeded: $0 / 7)
            }
            try folder.write(bytes, to: "x.tfevents")
            let uploader = LogUploader(folder: folder.path, to: try destination(server)) { _ in }
            try uploader.finish()
            #expect(server.objects["/logs/mine/x.tfevents"] == bytes)
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "POST /logs/mine/x.tfevents?uploads=",
                    "PUT /logs/mine/x.tfevents?partNumber=1&uploadId=an%20id",
                    "PUT /logs/mine/x.tfevents?partNumber=2&uploadId=an%20id",
                    "POST /logs/mine/x.tfevents?uploadId=an%20id",
                ])
        }

        @Test(arguments: [
            (404, "NoSuchBucket", "there is no such bucket", false),
            (403, "InvalidAccessKeyId", "see AWS_ACCESS_KEY_ID", false),
            (403, "SignatureDoesNotMatch", "see AWS_SECRET_ACCESS_KEY", false),
            (301, "PermanentRedirect", "set AWS_REGION", false),
            (503, "SlowDown", "tried again", true), (500, "InternalError", "tried again", true),
            (418, "ATeapot", "the server refuses it (ATeapot: it is so)", false),
        ])
        func anAnswerBecomesALine(
            status: Int, code: String, words: String, isTransient: Bool
        ) throws {
            let server = try ObjectServer()
            server.answer([.error(status, code)])
            let error = #expect(throws: LogDestinationError.self) {
                try destination(server).check()
            }
            #expect(error?.description.hasPrefix("s3://logs/mine: ") == true)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("\n") == false)
            #expect(error?.isTransient == isTransient)
        }

        @Test func whoMayWriteNeedNotBeAllowedToList() throws {
            let server = try ObjectServer()
            server.answer([.error(403, "AccessDenied")])
            try destination(server).check()
        }

        @Test func aServerThatIsSilentOrGone() throws {
            let server = try ObjectServer()
            server.delay(6)
            let silent = #expect(throws: LogDestinationError.self) {
                try destination(server).check()
            }
            #expect(silent?.isTransient == true)
            #expect(silent?.description.contains("does not answer in time") == true)
            var configuration = S3Configuration(
                accessKeyID: "a", secretAccessKey: "b", endpoint: URL(string: "http://127.0.0.1:9"))
            configuration.timeout = 2
            let gone = try S3Destination("s3://logs", configuration: configuration)
            let error = #expect(throws: LogDestinationError.self) { try gone.check() }
            #expect(error?.isTransient == true)
            #expect(error?.description.contains("cannot be reached") == true)
        }

        @Test func aServerThatFailsForATimeLosesNothing() throws {
            let server = try ObjectServer()
            let destination = try destination(server)
            var options = SummaryWriter.Options()
            options.destination = destination
            options.upload.interval = .milliseconds(50)
            options.failurePolicy = .dropping { _ in }
            let writer = try SummaryWriter(logdir: folder.path(of: "run"), options: options)
            server.answer((0..<2).map { _ in .error(503, "SlowDown") })
            try writer.addScalar(1, tag: "loss")
            try writer.close()
            let name = URL(filePath: writer.path).lastPathComponent
            #expect(
                server.objects["/logs/mine/\(name)"]
                    == (try Array(Data(contentsOf: URL(filePath: writer.path)))))
        }

        @Test func anErrorNamesTheFile() throws {
            let server = try ObjectServer()
            server.answer((0..<9).map { _ in .error(400, "KeyTooLongError") })
            try folder.write([1, 2], to: "x.tfevents")
            let uploader = LogUploader(folder: folder.path, to: try destination(server)) { _ in }
            let error = #expect(throws: LogDestinationError.self) { try uploader.finish() }
            let start = "s3://logs/mine/x.tfevents: the name is too long for it; "
            #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
        }

        @Test(arguments: [
            ("https://host:443", "host"), ("http://host:80/", "host"),
            ("http://host:443", "host:443"),
            ("https://host:80", "host:80"), ("http://host", "host"), ("http://[::1]:80", "[::1]"),
            ("http://[::1]:9000/x", "[::1]:9000"),
        ])
        func theHostIsSignedAsItIsSent(endpoint: String, host: String) throws {
            let configuration = S3Configuration(
                accessKeyID: "a", secretAccessKey: "b", endpoint: URL(string: endpoint))
            let destination = try S3Destination("s3://logs", configuration: configuration)
            #expect(destination.client.place.host == host)
            #expect(destination.client.place.server.hasSuffix("://\(host)"))
        }

        @Test func aSlashMayEndAnAddress() throws {
            let server = try ObjectServer()
            #expect(try destination(server, "s3://logs/mine/").name == "s3://logs/mine")
            #expect(try destination(server, "s3://logs/").name == "s3://logs")
        }

        @Test(arguments: [
            "s3://", "logs", "s3:///x", "s3://a b/c", "http://x", "s3://.", "s3://../x",
            "s3://x/./y",
            "s3://x/../y", "s3://x//y",
        ])
        func whatIsNoAddress(_ address: String) throws {
            let configuration = S3Configuration(accessKeyID: "a", secretAccessKey: "b")
            #expect(throws: LogDestinationError.self) {
                try S3Destination(address, configuration: configuration)
            }
        }
    }
#endif
