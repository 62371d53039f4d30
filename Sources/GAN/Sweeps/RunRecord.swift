internal import RecordIO

/// What is known of a run of a sweep, as a file of its folder has it: the whole of what processes that
/// share a sweep tell each other.
///
/// A text of a line for each thing, `word values`; a line that is not known is passed over:
/// ```
/// flag --learning-rate=0.0001
/// flag --seed=3
/// mark 500 0.9134 1.2034 48.25 48.25
/// passes 500
/// seconds 61.5
/// end done
/// ```
public struct RunRecord: Sendable, Equatable {
    /// The flags that make the run what it is.
    public var flags: [String] = []
    /// What was measured at rungs and at the end, by passes.
    public var marks: [Mark] = []
    /// Passes done, as it was said last.
    public var passes = 0
    /// How long it was trained, in seconds, without pauses.
    public var seconds = 0.0
    /// How it ended, if it has.
    public var end: End?
    /// In words why it ended early.
    public var reason = ""

    /// What was measured after some passes.
    public struct Mark: Sendable, Equatable {
        /// Passes done.
        public var passes: Int
        /// The losses of both networks in the last of them.
        public var discriminatorLoss, generatorLoss: Double
        /// The Fréchet distance of the samples, and the lowest of the run until then; `nil` where
        /// they were not judged.
        public var distance, bestDistance: Double?

        /// A measurement.
        public init(
            passes: Int, discriminatorLoss: Double, generatorLoss: Double, distance: Double?,
            bestDistance: Double?
        ) {
            self.passes = passes
            (self.discriminatorLoss, self.generatorLoss) = (discriminatorLoss, generatorLoss)
            (self.distance, self.bestDistance) = (distance, bestDistance)
        }
    }

    /// How a run ended.
    public enum End: String, Sendable, CaseIterable {
        /// All its passes are done.
        case done
        /// The time is up that it was given.
        case timeIsUp = "time-is-up"
        /// A loss stands still.
        case stalled
        /// Its generator has collapsed.
        case collapsed
        /// A loss is no number any more.
        case diverged
        /// Something else went wrong, which may go well another time.
        case failed
    }

    /// A record of a run that begins.
    public init(flags: [String] = []) { self.flags = flags }

    /// The first measurement after so many passes or more.
    public func mark(after passes: Int) -> Mark? {
        marks.filter { $0.passes >= passes }.min { $0.passes < $1.passes }
    }

    /// The last measurement.
    public var last: Mark? { marks.max { $0.passes < $1.passes } }

    /// Adds a measurement, in place of those after as many passes or more.
    public mutating func add(_ mark: Mark) {
        marks.removeAll { $0.passes >= mark.passes }
        marks.append(mark)
    }
}

extension RunRecord {
    /// The name of the file.
    public static let fileName = "sweep.txt"

    /// The record that a text is.
    public init(text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1).map { String($0) }
            guard let word = words.first else { continue }
            let rest = words.count > 1 ? words[1] : ""
            switch word {
            case "flag": flags.append(rest)
            case "mark": if let mark = Mark(text: rest) { marks.append(mark) }
            case "passes": if let number = Int(rest), number >= 0 { passes = number }
            case "seconds": if let number = Double(rest), number >= 0 { seconds = number }
            case "end": end = End(rawValue: rest)
            case "reason": reason = rest
            default: continue
            }
        }
    }

    /// The record as a text.
    public var text: String {
        var lines = flags.map { "flag \($0)" } + marks.map { "mark \($0.text)" }
        lines.append("passes \(passes)")
        lines.append("seconds \(seconds)")
        if let end { lines.append("end \(end.rawValue)") }
        if !reason.isEmpty { lines.append("reason \(reason)") }
        // A line stays one whatever a path has in it.
        return lines.map { line in
            let scalars = line.unicodeScalars.map { $0 == "\n" ? " " : $0 }
            return String(String.UnicodeScalarView(scalars)) + "\n"
        }.joined()
    }

    /// Reads the record in a run's folder; `nil` where there is none.
    ///
    /// - Throws: `FileError` where it cannot be read.
    public init?(folder: String) throws {
        let path = FilePath.joining(folder, Self.fileName)
        guard Folder.exists(path) else { return nil }
        let bytes = try InputFile.contents(of: path, limit: 1 << 20)
        // One that is empty was lost with its machine, before it was on the disk.
        if bytes.isEmpty { return nil }
        self.init(text: FileName.text(of: bytes))
    }

    /// Writes the record into a run's folder, in place of one that is there: whole, or not at all.
    ///
    /// - Parameter isDurable: Whether to wait until it is on the disk.
    /// - Throws: `FileError` where it cannot be written.
    public func write(to folder: String, isDurable: Bool = true) throws {
        let file = try StagedFile(FilePath.joining(folder, Self.fileName))
        try file.append(FileName.bytes(of: text).span.bytes)
        if isDurable { try file.synchronize() }
        try file.commit()
    }
}

extension RunRecord.Mark {
    fileprivate init?(text: String) {
        let words = text.split(separator: " ")
        guard words.count == 5, let passes = Int(words[0]), passes >= 0,
            let discriminatorLoss = Double(words[1]), let generatorLoss = Double(words[2])
        else { return nil }
        self.init(
            passes: passes, discriminatorLoss: discriminatorLoss, generatorLoss: generatorLoss,
            distance: Double(words[3]), bestDistance: Double(words[4]))
    }

    fileprivate var text: String {
        func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "-" }
        return "\(passes) \(discriminatorLoss) \(generatorLoss) \(text(distance)) "
            + text(bestDistance)
    }
}
