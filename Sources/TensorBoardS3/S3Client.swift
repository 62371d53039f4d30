import Foundation
import TensorBoard

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What a server is asked.
struct S3Request {
    let method: String
    /// The object; empty for the bucket.
    var key = ""
    var query: [(String, String)] = []
    var body: [UInt8] = []
}

/// What a server answers.
struct S3Answer {
    /// By names in lowercase.
    let headers: [String: String]
    let body: String

    /// What stands in the first XML element of a name.
    func element(_ name: String) -> String? { Self.element(name, in: body) }

    static func element(_ name: String, in text: String) -> String? {
        guard let start = text.range(of: "<\(name)>"),
            let end = text.range(of: "</\(name)>", range: start.upperBound..<text.endIndex)
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }
}

/// Asks a server for what belongs to one bucket.
final class S3Client: Sendable {
    let bucket: String
    let configuration: S3Configuration
    private let session: URLSession
    /// Scheme, host and port, and the path below which keys are.
    let base: (server: String, host: String, path: String)

    init(bucket: String, configuration: S3Configuration) throws(LogDestinationError) {
        self.bucket = bucket
        self.configuration = configuration
        let ephemeral = URLSessionConfiguration.ephemeral
        ephemeral.timeoutIntervalForRequest = configuration.timeout
        ephemeral.timeoutIntervalForResource = 3600
        ephemeral.urlCache = nil
        ephemeral.httpCookieStorage = nil
        session = URLSession(configuration: ephemeral)
        if let endpoint = configuration.endpoint, let host = endpoint.host {
            let scheme = endpoint.scheme?.lowercased() ?? "https"
            let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
            // The scheme's own port is not sent in the header, so it must not be signed.
            let number = endpoint.port ?? Self.port(of: scheme)
            let port = number == Self.port(of: scheme) ? "" : ":\(number)"
            let path =
                endpoint.path.hasSuffix("/") ? String(endpoint.path.dropLast()) : endpoint.path
            base = (
                "\(scheme)://\(name)\(port)", name + port,
                "\(Signature.encoded(path, keeping: "/"))/\(bucket)"
            )
        } else {
            let domain =
                configuration.region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
            let service = "s3.\(configuration.region).\(domain)"
            // A bucket with dots has no certificate of its own.
            base =
                bucket.contains(".")
                ? ("https://\(service)", service, "/\(bucket)")
                : ("https://\(bucket).\(service)", "\(bucket).\(service)", "")
        }
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Sends a request and waits for the answer.
    func send(_ request: S3Request) throws(S3Failure) -> S3Answer {
        let signed = try signed(request)
        let semaphore = DispatchSemaphore(value: 0)
        let box = AnswerBox()
        let task = session.dataTask(with: signed) { data, response, error in
            box.put(data, response as? HTTPURLResponse, error)
            semaphore.signal()
        }
        task.resume()
        semaphore.wait()
        let (data, response, error) = box.value
        if let error { throw S3Failure(.noAnswer(error, server: base.server)) }
        guard let response else { throw S3Failure(.unexpected("it has not answered in HTTP")) }
        let text = String(decoding: data ?? Data(), as: UTF8.self)
        guard (200..<300).contains(response.statusCode) else {
            // The client keeps what a redirection says to itself.
            let isElsewhere = (300..<400).contains(response.statusCode)
            throw S3Failure(
                .refused(
                    status: response.statusCode,
                    code: S3Answer.element("Code", in: text)
                        ?? (isElsewhere ? "PermanentRedirect" : ""),
                    S3Answer.element("Message", in: text) ?? ""))
        }
        let headers = response.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
        return S3Answer(headers: Dictionary(headers) { $1 }, body: text)
    }

    private func signed(_ request: S3Request) throws(S3Failure) -> URLRequest {
        let key = request.key.isEmpty ? "" : "/" + Signature.encoded(request.key, keeping: "/")
        let path = base.path + key
        let query = Signature.canonicalQuery(request.query)
        let address = base.server + (path.isEmpty ? "/" : path) + (query.isEmpty ? "" : "?\(query)")
        guard let url = URL(string: address) else {
            throw S3Failure(.unexpected("\(address) is no address"))
        }
        let time = Self.timestamp()
        var headers = [
            "host": base.host, "x-amz-date": time,
            "x-amz-content-sha256": Signature.hash(request.body),
        ]
        headers["x-amz-security-token"] = configuration.sessionToken
        let signature = Signature(
            accessKeyID: configuration.accessKeyID,
            secretAccessKey: configuration.secretAccessKey, region: configuration.region,
            time: time)
        let authorization = signature.authorization(
            method: request.method, path: path.isEmpty ? "/" : path, query: request.query,
            headers: headers)
        var signed = URLRequest(url: url, timeoutInterval: configuration.timeout)
        signed.httpMethod = request.method
        headers["host"] = nil
        for (name, value) in headers { signed.setValue(value, forHTTPHeaderField: name) }
        signed.setValue(authorization, forHTTPHeaderField: "Authorization")
        if !request.body.isEmpty || request.method != "GET" {
            signed.httpBody = Data(request.body)
            signed.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
        }
        return signed
    }

    /// The port where an address names none.
    private static func port(of scheme: String) -> Int { scheme == "http" ? 80 : 443 }

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

/// What came back, from the session's thread to the one that waits for it.
private final class AnswerBox: @unchecked Sendable {
    private let lock = NSLock()
    private var data: Data?
    private var response: HTTPURLResponse?
    private var error: (any Error)?

    func put(_ data: Data?, _ response: HTTPURLResponse?, _ error: (any Error)?) {
        lock.withLock { (self.data, self.response, self.error) = (data, response, error) }
    }

    var value: (Data?, HTTPURLResponse?, (any Error)?) { lock.withLock { (data, response, error) } }
}
