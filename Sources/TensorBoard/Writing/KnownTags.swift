/// The tags that a writer has logged, with the plugin that shows each: TensorBoard shows a tag by
/// the plugin of its first value, and nothing at all of values that are for another one.
struct KnownTags {
    fileprivate struct Entry {
        /// The tag's place among all.
        let number: Int
        /// The plugin's name.
        let plugin: String
    }

    private var entries: [ExactName: Entry] = [:]
    /// The last tag of a point of a curve: the next point often has it, too.
    private var lastCurve: (tag: ExactName, number: Int)?
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
    /// - Returns: The number of the tag, by which the writer's thread knows it, too.
    /// - Throws: `Refusal` if it can't be written, or if it belongs to another plugin.
    mutating func number(ofCurve tag: String) throws(Refusal) -> Int {
        let name = ExactName(tag)
        if let lastCurve, lastCurve.tag == name { return lastCurve.number }
        let plugin = "scalars"
        if let entry = entries[name] {
            try entry.check(tag, plugin)
            lastCurve = (name, entry.number)
        } else {
            try takeUp([(tag, plugin)])
            lastCurve = (name, entries.count - 1)
        }
        return lastCurve?.number ?? 0
    }

    /// Takes up the tags of a summary: all of them, or none.
    ///
    /// - Throws: `Refusal`
    mutating func takeUp(_ values: [(tag: String, plugin: String)]) throws(Refusal) {
        var added: [(tag: String, plugin: String)] = []
        do throws(Refusal) {
            for (tag, plugin) in values {
                let name = ExactName(tag)
                if let entry = entries[name] {
                    try entry.check(tag, plugin)
                } else {
                    try tag.checkHasNoNUL("the tag")
                    entries[name] = Entry(number: entries.count, plugin: plugin)
                    added.append((tag, plugin))
                }
            }
            if !added.isEmpty { try folder?.tags.takeUp(added, in: status.path) }
        } catch {
            // The last ones have the highest numbers: what is left has no gap.
            for (tag, _) in added { entries[ExactName(tag)] = nil }
            throw error
        }
    }
}

extension KnownTags.Entry {
    fileprivate func check(_ tag: String, _ plugin: String) throws(Refusal) {
        if self.plugin != plugin { throw Refusal(tag: tag, for: plugin, loggedFor: self.plugin) }
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
