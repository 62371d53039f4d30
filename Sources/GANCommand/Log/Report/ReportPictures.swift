import TensorBoard

/// The pictures of a report, of each series as many as there is room for.
struct ReportPictures {
    /// A picture.
    struct Picture {
        let step: Int64
        /// Such as `image/png`.
        let type: String
        /// In base 64.
        let file: String
    }

    /// The pictures of each series, by their steps.
    let series: [[Picture]]

    /// The most pictures of a series.
    private static let greatestCount = 400

    /// Takes of each series its last picture, then its first, then those in the middle of what is
    /// between: all series have as many, until there is no room.
    init(of all: [TagValues], room: Int, _ failures: inout Failures) {
        var found: [[(index: Int, picture: Picture)]] = all.map { _ in [] }
        var rest = room
        let orders = all.map { Self.spread($0.stored.count) }
        var isFull = all.map { _ in false }
        for turn in 0..<Self.greatestCount where isFull.contains(false) {
            for (number, values) in all.enumerated() where !isFull[number] {
                guard turn < orders[number].count else {
                    isFull[number] = true
                    continue
                }
                let index = orders[number][turn]
                do {
                    guard let picture = try Self.picture(values.stored[index]) else { continue }
                    let byteCount = picture.file.utf8.count + 40
                    // One that does not fit is left out, and so are those between.
                    guard byteCount <= rest else {
                        isFull[number] = true
                        continue
                    }
                    rest -= byteCount
                    found[number].append((index, picture))
                } catch {
                    failures.add("\(error)")
                }
            }
        }
        series = found.map { $0.sorted { $0.index < $1.index }.map(\.picture) }
    }

    /// The numbers below a count: the last, the first, the one in the middle, those of the quarters and
    /// so on.
    static func spread(_ count: Int) -> [Int] {
        guard count > 1 else { return Array(0..<count) }
        var order = [count - 1, 0]
        var isTaken = [Bool](repeating: false, count: count)
        isTaken[0] = true
        isTaken[count - 1] = true
        var parts = 2
        while order.count < min(count, greatestCount) {
            for part in stride(from: 1, to: parts, by: 2) {
                let index = part * (count - 1) / parts
                if !isTaken[index] {
                    isTaken[index] = true
                    order.append(index)
                }
            }
            parts *= 2
            guard parts <= 4 * count else { break }
        }
        return order
    }

    /// The first picture of a value; `nil` if it has none that a browser shows.
    private static func picture(_ stored: TagValues.StoredValue) throws -> Picture? {
        guard let file = try stored.load().pictures?.first else { return nil }
        let type: String
        switch ImageType(of: file) {
        case .png: type = "image/png"
        case .gif: type = "image/gif"
        case .jpg: type = "image/jpeg"
        case .webp: type = "image/webp"
        case .bmp: type = "image/bmp"
        case .tif, .bin: return nil
        }
        return Picture(step: stored.step, type: type, file: Base64.text(ofBytes: file))
    }
}
