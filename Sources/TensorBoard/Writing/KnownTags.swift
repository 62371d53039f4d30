/// The tags that a writer has logged, with the plugin that shows each: TensorBoard shows a tag by
/// the plugin of its first value, and nothing at all of values that are for another one.
struct KnownTags {
    private var entries: [ExactName: KnownTag] = [:]
    /// The last tag of a point of a curve: the next point often has it, too.
    private var lastCurve: Unmanaged<KnownTag>?
    /// What all writers of the folder have logged; `nil` if there was no folder yet.
    private let folder: FolderTagsMembership?
    private let status: WriterStatus

    /// - Parameters:
    ///   - folder: The run's folder.
    ///   - status: Which file is written.
    init(folder: String, status: WriterStatus) {
        self.folder = FolderTagsMembership(folder: folder)
        self.status = status
    }

    /// Takes up the tag of a curve.
    ///
    /// - Returns: The tag, which stays for as long as these are kept.
    /// - Throws: `Refusal` if it can't be written, or if it belongs to another plugin.
    mutating func curve(_ tag: String) throws(Refusal) -> Unmanaged<KnownTag> {
        let name = ExactName(tag)
        if let lastCurve, lastCurve._withUnsafeGuaranteedRef({ $0.name == name }) {
            return lastCurve
        }
        let curve: Unmanaged<KnownTag>
        if let known = try known(name, for: "scalars") {
            curve = .passUnretained(known)
        } else {
            let added = try add(name, for: "scalars")
            try share([added])
            curve = .passUnretained(added)
        }
        lastCurve = curve
        return curve
    }

    /// Takes up the tags of a summary: all of them, or none.
    ///
    /// - Returns: The tags, in the same order.
    /// - Throws: `Refusal`
    mutating func takeUp(
        _ values: [(tag: String, plugin: String)]
    ) throws(Refusal) -> [KnownTag] {
        var added: [KnownTag] = []
        var all: [KnownTag] = []
        all.reserveCapacity(values.count)
        do throws(Refusal) {
            for (tag, plugin) in values {
                let name = ExactName(tag)
                if let known = try known(name, for: plugin) {
                    all.append(known)
                } else {
                    added.append(try add(name, for: plugin))
                    all.append(added[added.count - 1])
                }
            }
        } catch {
            remove(added)
            throw error
        }
        if !added.isEmpty { try share(added) }
        return all
    }

    /// The tag, if it was taken up before.
    ///
    /// - Throws: `Refusal` if that was for another plugin.
    private func known(_ name: ExactName, for plugin: String) throws(Refusal) -> KnownTag? {
        guard let known = entries[name] else { return nil }
        if known.plugin == plugin { return known }
        throw Refusal(tag: name.string, for: plugin, loggedFor: known.plugin)
    }

    /// - Throws: `Refusal` if the tag cannot be written.
    private mutating func add(
        _ name: ExactName, for plugin: String
    ) throws(Refusal) -> KnownTag {
        try name.string.checkHasNoNUL("the tag")
        let known = KnownTag(name: name, plugin: plugin, number: entries.count)
        entries[name] = known
        return known
    }

    /// Lets the folder's other writers know of the tags that were added last.
    ///
    /// - Throws: `Refusal` if one belongs to another plugin there; then none is kept here.
    private mutating func share(_ added: [KnownTag]) throws(Refusal) {
        do throws(Refusal) {
            try folder?.tags.takeUp(
                added.map { ($0.name.string, $0.plugin) }, in: status.path)
        } catch {
            remove(added)
            throw error
        }
    }

    /// Forgets the tags that were added last: the numbers of the others have no gap.
    private mutating func remove(_ added: [KnownTag]) {
        for tag in added { entries[tag.name] = nil }
    }
}

/// A tag that a writer has logged. What changes of it is for those who hold the queue's monitor.
final class KnownTag: @unchecked Sendable {
    /// The tag.
    let name: ExactName
    /// The plugin's name.
    let plugin: String
    /// Its place among all tags of the writer.
    let number: Int
    /// The step of the last value that was put; `nil` before there is one.
    @exclusivity(unchecked) var lastStep: Int64?
    /// When a value was recorded last, in seconds since 1970, where not all are.
    @exclusivity(unchecked) var lastRecord: Double?

    fileprivate init(name: ExactName, plugin: String, number: Int) {
        self.name = name
        self.plugin = plugin
        self.number = number
    }
}

/// Why a call logs nothing, while others go on.
struct Refusal: Error {
    /// What is wrong, and what to do about it.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    /// - Parameters:
    ///   - tag: The tag of a value.
    ///   - plugin: The plugin that shows the value.
    ///   - earlier: The one that shows the tag's first value.
    ///   - file: The file with that one, if it is another writer's.
    init(tag: String, for plugin: String, loggedFor earlier: String, in file: String? = nil) {
        self.init(
            "the tag \(tag.quoted) was logged for \(earlier.plugins)"
                + (file.map { " in \($0)" } ?? "") + ", and now for \(plugin.plugins): "
                + "TensorBoard would not show that; choose another tag")
    }

    /// - Parameter time: Seconds since 1970, but not finite.
    init(ofTime time: Double) {
        self.init(
            "a time of \(time), for which TensorBoard drops values; give seconds since 1970, or none"
        )
    }
}

extension String {
    /// The text as an error's message names it: on one line, and not longer than that.
    var quoted: String {
        let shown = unicodeScalars.prefix(80).map { scalar in
            scalar.properties.generalCategory == .control
                ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return "\"\(shown.joined())\(unicodeScalars.count > 80 ? "…" : "")\""
    }

    /// - Parameter what: What the text is.
    /// - Throws: `Refusal` if there is a NUL, where libprotobuf-c ends a text.
    @inline(never)
    func checkHasNoNUL(_ what: @autoclosure () -> String) throws(Refusal) {
        if hasNUL { throw Refusal("\(what()) \(quoted) has a NUL, which ends it; leave it out") }
    }

    /// Whether there is a NUL.
    var hasNUL: Bool {
        utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0)
    }

    /// A plugin, as an error's message names it.
    fileprivate var plugins: String {
        isEmpty ? "no plugin" : "the plugin \(self)"
    }
}
