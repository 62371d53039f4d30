/// Where a log is on an object store, and where it is on the disk until it is there.
struct RemoteAddress {
    /// As `--logdir` says it: `s3://bucket/log`.
    let text: String
    /// The bucket and the path in it.
    private let path: String

    static let scheme = "s3://"

    /// An address; `nil` for a folder's path.
    ///
    /// - Throws: `CommandError` for what begins as an address and is none.
    init?(_ text: String) throws(CommandError) {
        guard text.hasPrefix(Self.scheme) else { return nil }
        self.text = text
        var parts = text.dropFirst(Self.scheme.count).unicodeScalars.split(
            separator: "/", omittingEmptySubsequences: false
        ).map { String($0) }
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        guard parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
            throw CommandError("\(text): no address of a bucket; give one such as s3://bucket/log")
        }
        path = parts.joined(separator: "/")
    }

    /// The folder on the disk, in which checkpoints are, too.
    var folder: String { "log-s3/" + path }

    /// A run's address.
    func run(_ name: String) -> String { Self.scheme + path + Self.suffix(name) }

    /// How to remove a run from the object store and from the disk.
    func removal(of name: String) -> String {
        "aws s3 rm --recursive \(run(name).quotedForShell) && "
            + "rm -r \((folder + Self.suffix(name)).quotedForShell)"
    }

    private static func suffix(_ run: String) -> String { run == "." ? "" : "/\(run)" }
}
