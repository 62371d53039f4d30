#if S3
    import NIOHTTP1
    import TensorBoard

    /// Why a request has brought nothing.
    enum S3Failure: Error {
        /// The server did not answer.
        case noAnswer(HTTPProblem)
        /// It answered with an error.
        case refused(S3Refusal)
        /// It answered something that makes no sense.
        case unexpected(String)
        /// The file could not be read.
        case ofFile(LogDestinationError)

        /// S3's name of the error, such as `NoSuchBucket`.
        var code: String {
            if case .refused(let refusal) = self { refusal.code } else { "" }
        }

        /// What is wrong at a destination, and what to do about it.
        ///
        /// - Parameter file: The name of the file that was to be stored, if one was.
        func destinationError(_ name: String, file: String? = nil) -> LogDestinationError {
            let place = file.map { "\(name)/\($0)" } ?? name
            return switch self {
            case .ofFile(let error): error
            case .unexpected(let text):
                LogDestinationError(
                    "\(place): the server speaks no S3: \(text); see AWS_ENDPOINT_URL",
                    isTransient: false)
            case .noAnswer(let problem):
                LogDestinationError("\(name): \(problem.words)", isTransient: problem.isTransient)
            case .refused(let refusal):
                LogDestinationError(
                    "\(place): \(refusal.words)", isTransient: refusal.isTransient)
            }
        }
    }

    /// An answer by which a server says no.
    struct S3Refusal {
        let status: Int
        /// S3's name of the error, such as `NoSuchBucket`; empty if the server says none.
        let code: String
        private let message: String
        /// The region in which the bucket is, if the server says it.
        private let region: String?
        /// Where the server sends those who ask.
        private let location: String?

        init(status: Int, headers: HTTPHeaders, document: XMLTexts) {
            func clean(_ text: String?) -> String? {
                text.map { Self.line($0) }.flatMap { $0.isEmpty ? nil : $0 }
            }
            self.status = status
            code = clean(document["Error", "Code"]) ?? ""
            message = clean(document["Error", "Message"]) ?? ""
            region = clean(
                headers.first(name: "x-amz-bucket-region") ?? document["Error", "Region"])
            location = clean(headers.first(name: "location"))
        }

        /// Whether it may be another time.
        var isTransient: Bool {
            status >= 500 || status == 429 || status == 408
                || ["SlowDown", "RequestTimeout", "OperationAborted", "TemporaryRedirect"].contains(
                    code)
        }

        /// What is wrong, and what to do about it.
        var words: String {
            if let advice = Self.advice[code] { return advice }
            let isRedirection = (300..<400).contains(status)
            if isTransient {
                let name = code.isEmpty ? "HTTP status \(status)" : code
                return "the server is busy or broken (\(name)); it is tried again"
            }
            if Self.namesAnotherRegion.contains(code) || isRedirection && region != nil {
                return "the bucket is in another region; set AWS_REGION to "
                    + (region ?? "that one")
            }
            if isRedirection, let location {
                return "the server sends elsewhere, to \(location); set AWS_ENDPOINT_URL to the "
                    + "address of the store itself"
            }
            if isRedirection {
                return "the bucket is in another region; set AWS_REGION to that one"
            }
            let name = code.isEmpty ? "HTTP status \(status)" : code
            return
                "the server refuses it (\(name)\(message.isEmpty ? "" : ": \(message)")); see the "
                + "address, the keys and the region"
        }

        /// A text of the server as a part of a line.
        private static func line(_ text: String) -> String {
            let kept = text.unicodeScalars.map { scalar -> Unicode.Scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: return " "
                default: return scalar
                }
            }
            let words = String(String.UnicodeScalarView(kept)).split(separator: " ")
            return String(words.joined(separator: " ").prefix(200))
        }

        private static let namesAnotherRegion = [
            "AuthorizationHeaderMalformed", "PermanentRedirect",
            "IllegalLocationConstraintException",
        ]

        private static let advice = [
            "NoSuchBucket": "there is no such bucket; make it (aws s3 mb), or name another",
            "InvalidBucketName": "no bucket can have that name; name another",
            "InvalidAccessKeyId": "the server does not know the key; see AWS_ACCESS_KEY_ID",
            "SignatureDoesNotMatch": "the secret key is wrong; see AWS_SECRET_ACCESS_KEY",
            "ExpiredToken":
                "the keys are valid no more; get new ones, AWS_SESSION_TOKEN among them",
            "InvalidToken": "the session's token is wrong; see AWS_SESSION_TOKEN",
            "AccessDenied":
                "these keys may not write there; ask for s3:PutObject, or name another place",
            "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
            "KeyTooLongError": "the name is too long for it; give a shorter address or run",
            "EntityTooLarge": "a file is too long for it; set maximumFileSize",
        ]
    }
#endif
