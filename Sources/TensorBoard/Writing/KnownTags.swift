/// The tags that a writer has logged, with the plugin that shows each: TensorBoard shows a tag by
/// the plugin of its first value, and nothing at all of values that are for another one.
struct KnownTags {
    private struct Entry {
        /// The tag's place among all.
        let number: Int
        /// The plugin's name.
        let plugin: String
    }

    private var entries: [ExactName: Entry] = [:]

    /// Takes up a tag.
    ///
    /// - Returns: The number of the tag, by which the writer's thread knows it, too.
    /// - Throws: `Refusal` if it can't be written, or if it belongs to another plugin.
    mutating func number(
        of tag: String, shownBy plugin: String
    ) throws(Refusal) -> Int {
        let name = ExactName(tag)
        if let entry = entries[name] {
            guard entry.plugin == plugin else {
                throw Refusal(
                    "the tag \(tag.quoted) was logged for \(entry.plugin.plugins), and now for "
                        + "\(plugin.plugins): TensorBoard would not show that; choose another tag")
            }
            return entry.number
        }
        try tag.checkHasNoNUL("the tag")
        let number = entries.count
        entries[name] = Entry(number: number, plugin: plugin)
        return number
    }

    /// Takes up the tags of a summary: all of them, or none.
    ///
    /// - Throws: `Refusal`
    mutating func takeUp(_ values: [(tag: String, plugin: String)]) throws(Refusal) {
        var added: [ExactName] = []
        for (tag, plugin) in values {
            let count = entries.count
            do throws(Refusal) {
                _ = try number(of: tag, shownBy: plugin)
            } catch {
                // The last ones have the highest numbers: what is left has no gap.
                for name in added { entries[name] = nil }
                throw error
            }
            if entries.count > count { added.append(ExactName(tag)) }
        }
    }
}

/// Why a call logs nothing, while others go on.
struct Refusal: Error {
    /// What is wrong, and what to do about it.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
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
