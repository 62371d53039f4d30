import Platform
import RecordIO

/// What the event files of a run say of its Custom Scalars tab, whoever writes them.
///
/// Of all layouts of a run TensorBoard shows the last one, in the order of the files' names. So who
/// adds to it has to say all of it again, in a file that comes after the others.
struct LayoutHistory {
    /// The run's folder.
    let folder: String
    /// What is known of each file, by its path.
    private var files: [ExactName: Reading] = [:]

    private struct Reading {
        var layout: CustomScalars?
        /// How far the file was searched; `nil` for one of the writer's own, which tells.
        var offset: Int?
    }

    init(folder: String) {
        self.folder = folder
    }

    /// Notes what a file of the writer's own says; `nil` for nothing yet.
    mutating func note(_ layout: CustomScalars?, in path: String) {
        files[ExactName(path)] = Reading(layout: layout, offset: nil)
    }

    /// The layout that TensorBoard shows, and the file that has it; `nil` if there is none.
    ///
    /// - Complexity: Reads what was added to the run's files since the last call, from the last file
    ///   back to the one that has the layout.
    mutating func last() -> (layout: CustomScalars, path: String)? {
        for path in RunHistory(folder: folder).paths.reversed() {
            let name = ExactName(path)
            var reading = files[name] ?? Reading(offset: 0)
            if let offset = reading.offset {
                Self.search(path, from: offset, &reading)
                files[name] = reading
            }
            if let layout = reading.layout { return (layout, path) }
        }
        return nil
    }

    /// Searches a file for its last layout. What cannot be read says nothing.
    private static func search(_ path: String, from offset: Int, _ reading: inout Reading) {
        guard var reader = try? EventFileReader(path: path, at: offset) else { return }
        defer { reading.offset = reader.offset }
        let decoder = reader.decoder
        while true {
            do throws(RecordError) {
                let next: Void? = try reader.records.next { data, _ in
                    guard data.contains(CustomScalars.tag) else { return }
                    let event = decoder.event(data, atOffset: 0)
                    for value in event?.values ?? [] where value.tag == CustomScalars.tag {
                        if let layout = value.layout { reading.layout = layout }
                    }
                }
                guard next != nil else { return }
            } catch {
                if case .truncated = error.problem { return }
                guard (try? reader.skipDamage())?.isEmpty == false else { return }
            }
        }
    }
}

extension Event.Value {
    /// What the Custom Scalars tab shows.
    fileprivate var layout: CustomScalars? {
        guard case .tensor(let tensor) = content, case .strings(let strings) = tensor.elements,
            let bytes = strings.first
        else { return nil }
        return CustomScalars(serialized: bytes)
    }
}

extension RawSpan {
    /// Whether a text stands somewhere in the bytes: most events need not be decoded.
    func contains(_ text: String) -> Bool {
        withUnsafeBytes { bytes in
            let tag = Array(text.utf8)
            guard var place = bytes.baseAddress else { return false }
            let end = place + bytes.count
            while end - place >= tag.count,
                let next = memchr(place, Int32(tag[0]), end - place - tag.count + 1)
            {
                if memcmp(next, tag, tag.count) == 0 { return true }
                place = UnsafeRawPointer(next) + 1
            }
            return false
        }
    }
}
