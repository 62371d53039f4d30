/// All events of a log folder, for as long as someone asks for them.
///
/// ```swift
/// for try await update in EventUpdates(folder: "log") {
///     if case .event(let event) = update.news { print(update.run, event.step) }
/// }
/// ```
///
/// It has no end but the end of the task that iterates it. Memory holds what one look at the folder
/// found; the first look finds all that is there.
public struct EventUpdates: AsyncSequence, Sendable {
    /// What is new, one by one.
    public typealias Element = EventFollower.Update

    private let folder: String
    private let interval: Duration

    /// Begins to follow a log folder, which need not exist yet.
    ///
    /// - Parameters:
    ///   - folder: The log folder.
    ///   - interval: How long to wait after a look that found nothing.
    public init(folder: String, every interval: Duration = .seconds(1)) {
        self.folder = folder
        self.interval = interval
    }

    /// Starts with everything that the log holds.
    public func makeAsyncIterator() -> Iterator {
        Iterator(follower: EventFollower(folder: folder), interval: interval)
    }

    /// Goes through the news of a log.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var follower: EventFollower
        fileprivate let interval: Duration
        private var news: [Element] = []

        fileprivate init(follower: EventFollower, interval: Duration) {
            self.follower = follower
            self.interval = interval
        }

        /// Waits for the next update; `nil` once the task is cancelled.
        ///
        /// - Throws: `EventFileError` if a folder cannot be read.
        public mutating func next() async throws -> Element? {
            while news.isEmpty {
                if Task.isCancelled { return nil }
                try follower.poll { news.append($0) }
                if !news.isEmpty {
                    news.reverse()
                    break
                }
                do {
                    try await Task.sleep(for: interval)
                } catch {
                    return nil
                }
            }
            return news.removeLast()
        }
    }
}
