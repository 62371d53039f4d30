#if S3
    import Foundation
    import NIOHTTP1
    import TensorBoard

    /// What a server is asked.
    struct S3Request {
        let method: HTTPMethod
        /// The object; empty for the bucket.
        var key = ""
        var query: [(String, String)] = []
        var body: [UInt8] = []
    }

    /// What a server answers.
    struct S3Answer {
        let headers: HTTPHeaders
        let document: XMLTexts
    }

    /// Asks a server for what belongs to one bucket.
    final class S3Client: Sendable {
        let configuration: S3Configuration
        let place: S3Place
        private let transport: HTTPTransport
        private let proxy: HTTPProxy?

        init(bucket: String, configuration: S3Configuration) throws(LogDestinationError) {
            self.configuration = configuration
            place = S3Place(of: bucket, configuration)
            proxy = try URLComponents(string: place.server).flatMap {
                server throws(LogDestinationError) in
                try HTTPProxy(for: server, environment: configuration.environment)
            }
            transport = try HTTPTransport(
                timeout: configuration.timeout, proxy: proxy,
                authorities: configuration.certificateAuthorities)
        }

        /// Sends a request and waits for the answer.
        func send(_ request: S3Request) throws(S3Failure) -> S3Answer {
            let answer: HTTPAnswer
            do {
                answer = try transport.send(
                    request.method, address(of: request), headers: signedHeaders(of: request),
                    body: request.body)
            } catch {
                throw S3Failure.noAnswer(
                    HTTPProblem(error, server: place.server, proxy: proxy))
            }
            let document = XMLTexts(answer.body)
            guard (200..<300).contains(answer.status) else {
                throw S3Failure.refused(
                    S3Refusal(status: answer.status, headers: answer.headers, document: document))
            }
            return S3Answer(headers: answer.headers, document: document)
        }

        private func path(of request: S3Request) -> String {
            let key = request.key.isEmpty ? "" : "/" + Signature.encoded(request.key, keeping: "/")
            let path = place.path + key
            return path.isEmpty ? "/" : path
        }

        private func address(of request: S3Request) -> String {
            let query = Signature.canonicalQuery(request.query)
            return place.server + path(of: request) + (query.isEmpty ? "" : "?\(query)")
        }

        private func signedHeaders(of request: S3Request) -> HTTPHeaders {
            let time = Self.timestamp()
            var headers = [
                "host": place.host, "x-amz-date": time,
                "x-amz-content-sha256": Signature.hash(request.body),
            ]
            headers["x-amz-security-token"] = configuration.sessionToken
            let signature = Signature(
                accessKeyID: configuration.accessKeyID,
                secretAccessKey: configuration.secretAccessKey, region: configuration.region,
                time: time)
            headers["authorization"] = signature.authorization(
                method: request.method.rawValue, path: path(of: request), query: request.query,
                headers: headers)
            if !request.body.isEmpty { headers["content-type"] = "application/octet-stream" }
            return HTTPHeaders(headers.sorted { $0.key < $1.key })
        }

        /// The time of day as signatures have it.
        private static func timestamp() -> String {
            var now = time(nil)
            var utc = tm()
            gmtime_r(&now, &utc)
            func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return "\(utc.tm_year + 1900)\(two(utc.tm_mon + 1))\(two(utc.tm_mday))T"
                + "\(two(utc.tm_hour))\(two(utc.tm_min))\(two(utc.tm_sec))Z"
        }
    }
#endif
