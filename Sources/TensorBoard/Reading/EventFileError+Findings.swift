import RecordIO

extension EventFileError {
    /// The error of an event, or of what stands in place of one.
    init(path: String, offset: Int, event problem: Problem) {
        let event = "the event at byte \(offset)"
        let description =
            switch problem {
            case .timeIsNotANumber:
                "\(event) has a time that is not a number; TensorBoard's default reader ends there"
            case .timeIsInfinite:
                "\(event) has an infinite time; TensorBoard's default reader leaves it out"
            case .notText:
                "\(event) has a string that is not UTF-8; TensorBoard's readers end there"
            case .invalidValue:
                "\(event) has a histogram with more limits than counts, or fewer; TensorBoard's "
                    + "default reader does not show it"
            case _ where offset == 0:
                "the record at byte 0 holds no event; is it a file of other records, such as "
                    + "TensorFlow's examples?"
            default:
                "the record at byte \(offset) holds no event"
            }
        self.init(path: path, offset: offset, problem: problem, description: description)
    }

    /// The error of a file that is no event file.
    init(path: String, foreign file: ForeignFile) {
        let advice = file.advice(otherwise: "name the folder that has the event files")
        self.init(
            path: path, offset: 0, problem: .otherFormat,
            description: "is \(file.name), not an event file; \(advice)")
    }

    /// The error of a file that TensorBoard does not read, because it is compressed.
    init(compressed file: InflatedFile) {
        self.init(
            path: file.path, offset: 0, problem: .compressed,
            description:
                "is compressed (\(file.format.rawValue)), and TensorBoard shows nothing of "
                + "it; a repair unpacks it"
                + (file.format == .gzip ? ", or gunzip after a name that ends in .gz" : ""))
    }

    /// The error of a compressed file whose stream is damaged.
    init(damagedStream file: InflatedFile, at offset: Int) {
        self.init(
            path: file.path, offset: offset, problem: .damagedData,
            description: "the compressed data are damaged before byte \(offset); what is behind "
                + "cannot be unpacked")
    }
}

extension EventFileReader {
    /// The error of a record, and what its cause is if the file tells.
    func explained(_ error: RecordError) -> EventFileError {
        let plain = EventFileError(error)
        if case .unreadable = error.problem { return plain }
        guard inflated == nil else { return plain }
        if error.offset == 0, let foreign = try? foreign {
            return EventFileError(path: path, foreign: foreign)
        }
        guard let cause = try? cause(of: error) else { return plain }
        return EventFileError(
            path: plain.path, offset: plain.offset, problem: plain.problem,
            wholeDescription: "\(plain.description); \(cause)")
    }

    /// What the file is if it is no event file.
    private var foreign: ForeignFile? {
        get throws(FileError) {
            let end = max(0, try file.byteCount() - ForeignFile.endByteCount)
            return ForeignFile(
                insteadOfBinary: try file.bytes(ForeignFile.byteCount, at: 0),
                endingWith: try file.bytes(ForeignFile.endByteCount, at: end))
        }
    }

    /// What a damaged place looks like; `nil` for nothing known.
    private func cause(of error: RecordError) throws(FileError) -> String? {
        let bytes = try file.bytes(Self.lookedAt, at: error.offset)
        if bytes.count >= 12, bytes.prefix(12).allSatisfy({ $0 == 0 }) {
            return "there are zeros, as a full disk or a crash of the system leaves them"
        }
        // Further on it is known already.
        guard error.offset < Self.translatedStart,
            let change = TransferDamage.change(of: bytes)
        else { return nil }
        return "\(change): copy the file again as binary data"
    }

    private static var lookedAt: Int { 1 << 16 }
    /// Where the first damage is that a copy in text mode makes.
    private static var translatedStart: Int { 1 << 14 }
}
