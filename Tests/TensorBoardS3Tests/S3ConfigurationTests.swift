#if S3
    import Foundation
    import TensorBoard
    import TestSupport
    import Testing

    @testable import TensorBoardS3

    /// What the environment and the files of Amazon's tools say.
    @Suite struct S3ConfigurationTests {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        @Test func settingsOfTheEnvironment() throws {
            let found = try S3Configuration(environment: [
                "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
                "AWS_SESSION_TOKEN": "token",
                "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
                "HOME": folder.path,
            ])
            #expect(found.accessKeyID == "id" && found.secretAccessKey == "key")
            #expect(found.sessionToken == "token" && found.region == "eu-central-1")
            #expect(found.endpoint?.absoluteString == "http://127.0.0.1:9000")
        }

        @Test func noPasswordIsPrinted() {
            let error = #expect(throws: LogDestinationError.self) {
                try S3Configuration(environment: [
                    "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "HOME": "/nowhere",
                    "AWS_ENDPOINT_URL": "http://user:secret@ho st:80",
                ])
            }
            #expect(error?.description.hasPrefix("ho st:80: no address of a server; ") == true)
        }

        @Test func settingsOfFiles() throws {
            try FileManager.default.createDirectory(
                atPath: folder.path(of: ".aws"), withIntermediateDirectories: false)
            let credentials = """
                [default]
                aws_access_key_id = first
                aws_secret_access_key = one
                # a comment
                [work]
                aws_access_key_id=second
                aws_secret_access_key=two
                """
            let config = "[default]\nregion = us-west-2\n[profile work]\nregion=ap-east-1\n"
            try folder.write(Array(credentials.utf8), to: ".aws/credentials")
            try folder.write(Array(config.utf8), to: ".aws/config")
            let standard = try S3Configuration(environment: ["HOME": folder.path])
            #expect(standard.accessKeyID == "first" && standard.region == "us-west-2")
            let work = try S3Configuration(environment: [
                "HOME": folder.path, "AWS_PROFILE": "work",
            ])
            #expect(work.secretAccessKey == "two" && work.region == "ap-east-1")
            let error = #expect(throws: LogDestinationError.self) {
                try S3Configuration(environment: ["HOME": "/nowhere"])
            }
            #expect(error?.description.contains("AWS_ACCESS_KEY_ID") == true)
        }
    }
#endif
