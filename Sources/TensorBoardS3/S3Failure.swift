import Foundation
import TensorBoard

/// Why a request has brought nothing.
struct S3Failure: Error {
    enum Cause {
        /// The server did not answer.
        case noAnswer(any Error, server: String)
        /// It answered with an error.
        case refused(status: Int, code: String, String)
        /// It answered something that makes no sense.
        case unexpected(String)
        /// The file could not be read.
        case ofFile(LogDestinationError)
    }

    let cause: Cause

    init(_ cause: Cause) {
        self.cause = cause
    }

    /// S3's name of the error, such as `NoSuchBucket`.
    var code: String {
        if case .refused(_, let code, _) = cause { code } else { "" }
    }

    /// What is wrong at a destination, and what to do about it.
    ///
    /// - Parameter file: The name of the file that was to be stored, if one was.
    func destinationError(_ name: String, file: String? = nil) -> LogDestinationError {
        let place = file.map { "\(name)/\($0)" } ?? name
        switch cause {
        case .ofFile(let error): return error
        case .unexpected(let text):
            return LogDestinationError(
                "\(place): the server speaks no S3: \(text); see AWS_ENDPOINT_URL",
                isTransient: false)
        case .noAnswer(let error, let server):
            let error = error as NSError
            let reason = Self.words[error.code] ?? error.localizedDescription
            return LogDestinationError(
                "\(name): \(server) \(reason); see whether the server runs, and AWS_ENDPOINT_URL",
                isTransient: true)
        case .refused(let status, let code, let message):
            let isTransient =
                status >= 500 || status == 429 || status == 408
                || ["SlowDown", "RequestTimeout", "OperationAborted"].contains(code)
            let words = Self.advice[code] ?? Self.generalAdvice(status, code, message)
            return LogDestinationError("\(place): \(words)", isTransient: isTransient)
        }
    }

    private static func generalAdvice(_ status: Int, _ code: String, _ message: String) -> String {
        let name = code.isEmpty ? "HTTP status \(status)" : code
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200)
        return status >= 500 || status == 429
            ? "the server is busy or broken (\(name)); it is tried again"
            : "the server refuses it (\(name)\(line.isEmpty ? "" : ": \(line)")); see the address, "
                + "the keys and the region"
    }

    private static let advice = [
        "NoSuchBucket": "there is no such bucket; make it (aws s3 mb), or name another",
        "InvalidBucketName": "no bucket can have that name; name another",
        "InvalidAccessKeyId": "the server does not know the key; see AWS_ACCESS_KEY_ID",
        "SignatureDoesNotMatch": "the secret key is wrong; see AWS_SECRET_ACCESS_KEY",
        "ExpiredToken": "the keys are valid no more; get new ones, AWS_SESSION_TOKEN among them",
        "InvalidToken": "the session's token is wrong; see AWS_SESSION_TOKEN",
        "AccessDenied":
            "these keys may not write there; ask for s3:PutObject, or name another place",
        "AuthorizationHeaderMalformed":
            "the bucket is in another region; set AWS_REGION to that one",
        "PermanentRedirect": "the bucket is in another region; set AWS_REGION to that one",
        "IllegalLocationConstraintException":
            "the bucket is in another region; set AWS_REGION to that one",
        "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
        "KeyTooLongError": "the name is too long for it; give a shorter address or run",
        "EntityTooLarge": "a file is too long for it; set maximumFileSize",
    ]

    private static let words = [
        NSURLErrorCannotConnectToHost: "cannot be reached",
        NSURLErrorCannotFindHost: "is no server's name",
        NSURLErrorDNSLookupFailed: "is no server's name",
        NSURLErrorTimedOut: "does not answer in time",
        NSURLErrorNetworkConnectionLost: "has closed the connection",
        NSURLErrorSecureConnectionFailed: "cannot be spoken with securely",
        NSURLErrorServerCertificateUntrusted: "has a certificate that is not trusted",
    ]
}
