#if S3
    import AsyncHTTPClient
    import NIOCore
    import NIOHTTP1
    import Synchronization

    /// What a server answers.
    struct HTTPAnswer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    /// Collects the answer to one request, and gives the request up when nothing has been sent or
    /// received for some time.
    ///
    /// The client's own limits are none for a server that stops reading in the middle of a body.
    final class HTTPExchange: HTTPClientResponseDelegate {
        /// An answer is longer than any of a store.
        struct AnswerTooLong: Error {}

        private struct State {
            var head: HTTPResponseHead?
            var body: [UInt8] = []
            var watch: Scheduled<Void>?
        }

        private let patience: TimeAmount
        private let state = Mutex(State())

        private static let longestBody = 4 << 20

        init(patience: TimeAmount) {
            self.patience = patience
        }

        func didSendRequestHead(task: HTTPClient.Task<HTTPAnswer>, _ head: HTTPRequestHead) {
            watch(task)
        }

        func didSendRequestPart(task: HTTPClient.Task<HTTPAnswer>, _ part: IOData) {
            watch(task)
        }

        func didReceiveHead(
            task: HTTPClient.Task<HTTPAnswer>, _ head: HTTPResponseHead
        ) -> EventLoopFuture<Void> {
            watch(task)
            state.withLock { $0.head = head }
            return task.eventLoop.makeSucceededVoidFuture()
        }

        func didReceiveBodyPart(
            task: HTTPClient.Task<HTTPAnswer>, _ buffer: ByteBuffer
        ) -> EventLoopFuture<Void> {
            watch(task)
            let isTooLong = state.withLock { state in
                state.body += buffer.readableBytesView
                return state.body.count > Self.longestBody
            }
            return isTooLong
                ? task.eventLoop.makeFailedFuture(AnswerTooLong())
                : task.eventLoop.makeSucceededVoidFuture()
        }

        func didFinishRequest(task: HTTPClient.Task<HTTPAnswer>) throws -> HTTPAnswer {
            try state.withLock { state in
                state.watch?.cancel()
                guard let head = state.head else { throw HTTPClientError.remoteConnectionClosed }
                return HTTPAnswer(
                    status: Int(head.status.code), headers: head.headers, body: state.body)
            }
        }

        func didReceiveError(task: HTTPClient.Task<HTTPAnswer>, _ error: any Error) {
            state.withLock { $0.watch?.cancel() }
        }

        /// Begins to wait anew.
        private func watch(_ task: HTTPClient.Task<HTTPAnswer>) {
            state.withLock { state in
                state.watch?.cancel()
                state.watch = task.eventLoop.scheduleTask(in: patience) {
                    task.fail(reason: HTTPClientError.readTimeout)
                }
            }
        }
    }
#endif
