import Platform
import Synchronization

/// What a writer's thread tells those that log.
final class WriterStatus: Sendable {
    private let currentPath: Locked<String>
    private let dropped = Atomic<Int>(0)

    init(path: String) {
        currentPath = Locked(path)
    }

    /// The file that is being written.
    var path: String {
        get { currentPath.withLock { $0 } }
        set { currentPath.withLock { $0 = newValue } }
    }

    /// How many events were not written.
    var droppedEvents: Int { dropped.load(ordering: .relaxed) }

    /// Counts events that are not written.
    func drop(_ count: Int) {
        dropped.wrappingAdd(count, ordering: .relaxed)
    }
}

/// Lines for whoever started the program, where nobody can be thrown an error.
enum StandardError {
    /// Writes a line.
    static func write(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = bytes.withUnsafeBytes { buffer in
            Platform.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
        }
    }
}
