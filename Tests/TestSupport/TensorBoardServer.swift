public import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A real TensorBoard that serves a log folder on the loopback, until nothing refers to it any more.
public final class TensorBoardServer {
    /// The program, as the environment's `TENSORBOARD` names it.
    public static let program = ProcessInfo.processInfo.environment["TENSORBOARD"]

    private let process = Process()
    private let folder: TemporaryFolder
    private let address: URL
    private let session: URLSession

    /// How long TensorBoard may take for anything: its Python modules alone take seconds to load.
    private static let patience: TimeInterval = 90

    /// It did not do what was asked of it.
    public struct Failure: Error, CustomStringConvertible {
        /// What was asked, and what came.
        public let description: String
    }

    /// Starts it on a port that the system chooses, and waits until it listens.
    ///
    /// - Parameters:
    ///   - logdir: The folder of all runs.
    ///   - options: Further arguments.
    /// - Throws: ``Failure`` if there is no TensorBoard, or if it does not start.
    public init(logdir: String, options: [String] = []) throws {
        guard let program = Self.program else {
            throw Failure(description: "the environment has no TENSORBOARD")
        }
        folder = try TemporaryFolder()
        let output = try folder.write([], to: "output")
        let stream = try FileHandle(forWritingTo: URL(filePath: output))
        process.executableURL = URL(filePath: program)
        process.arguments = ["--logdir", logdir, "--host", "127.0.0.1", "--port", "0"] + options
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = stream
        process.standardError = stream
        try process.run()

        let deadline = Date(timeIntervalSinceNow: Self.patience)
        var printed = ""
        var found: URL?
        while found == nil, process.isRunning, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.05)
            printed = String(decoding: try folder.read("output"), as: UTF8.self)
            found = printed.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+\//).flatMap {
                URL(string: String($0.output))
            }
        }
        guard let found else {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            throw Failure(description: "TensorBoard did not start: \(printed)")
        }
        address = found
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.patience
        session = URLSession(configuration: configuration)
    }

    deinit {
        session.invalidateAndCancel()
        // It inherits what signals Foundation blocks, SIGTERM among them; this one it cannot.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// What it answers to `/data/<path>?<query>`, asked again until the answer is as it should be:
    /// TensorBoard reads logs while it serves them.
    ///
    /// - Parameter body: What is posted with each question, in JSON, if anything.
    /// - Throws: ``Failure`` if no answer was so in time.
    public func data(
        _ path: String, _ query: KeyValuePairs<String, String> = [:], posting body: Data? = nil,
        until isReady: (Data) -> Bool = { _ in true }
    ) async throws -> Data {
        let url = address.appending(path: "data/\(path)").appending(
            queryItems: query.map { URLQueryItem(name: $0.key, value: $0.value) })
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        var last = ""
        while process.isRunning, Date() < deadline {
            var request = URLRequest(url: url)
            if let body {
                request.httpMethod = "POST"
                request.httpBody = body
                request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            }
            let (data, response) = try await session.data(for: request)
            let status = (response as? HTTPURLResponse)?.statusCode
            if status == 200, isReady(data) { return data }
            last = "status \(status ?? 0), \(String(decoding: data.prefix(500), as: UTF8.self))"
            try await Task.sleep(for: .milliseconds(200))
        }
        throw Failure(description: "TensorBoard's last answer to \(url): \(last)")
    }

    /// What it answers in JSON, asked again until the answer is as it should be.
    ///
    /// - Throws: ``Failure`` if no answer was so in time.
    public func json<Answer: Decodable>(
        _ path: String, _ query: KeyValuePairs<String, String> = [:],
        as type: Answer.Type = Answer.self, until isReady: (Answer) -> Bool
    ) async throws -> Answer {
        let data = try await data(path, query) { data in
            (try? JSONDecoder().decode(type, from: data)).map(isReady) ?? false
        }
        return try JSONDecoder().decode(type, from: data)
    }
}
