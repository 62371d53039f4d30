#if S3
    import Foundation
    import TensorBoard
    import TestSupport

    @testable import TensorBoardS3

    extension S3Destination {
        /// A place on a server of a test.
        static func at(
            _ endpoint: String, _ address: String = "s3://logs/mine", timeout: Double = 2,
            environment: [String: String] = [:], authorities: String? = nil
        ) throws -> S3Destination {
            var configuration = S3Configuration(
                accessKeyID: "AKID", secretAccessKey: "secret", region: "us-east-1",
                endpoint: URL(string: endpoint), environment: environment)
            configuration.timeout = timeout
            configuration.certificateAuthorities = authorities
            return try S3Destination(address, configuration: configuration)
        }

        /// What `check` says, and whether it may be another time.
        func problem() -> (words: String, isTransient: Bool)? {
            do {
                try check()
                return nil
            } catch {
                return (error.description, error.isTransient)
            }
        }
    }
#endif
