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
    init(path: String, format: ForeignFormat) {
        self.init(
            path: path, offset: 0, problem: .otherFormat,
            description: "is \(format.name), not an event file; \(format.advice)")
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
        if error.offset == 0, let format = try? ForeignFormat(file) {
            return EventFileError(path: path, format: format)
        }
        guard let cause = try? cause(of: error) else { return plain }
        return EventFileError(
            path: plain.path, offset: plain.offset, problem: plain.problem,
            wholeDescription: "\(plain.description); \(cause)")
    }

    /// What a damaged place looks like; `nil` for nothing known.
    private func cause(of error: RecordError) throws(FileError) -> String? {
        let bytes = try file.bytes(Self.lookedAt, at: error.offset)
        if bytes.count >= 12, bytes.prefix(12).allSatisfy({ $0 == 0 }) {
            return "there are zeros, as a full disk or a crash of the system leaves them"
        }
        // Further on it is known already.
        guard error.offset < Self.translatedStart else { return nil }
        if let binary = Self.latin1(bytes), RecordReader.beginsWithRecord(binary.span.bytes) {
            return
                "each byte above 127 was made a character of UTF-8, as a program does that takes "
                + "the file for text: copy the file again as binary data"
        }
        guard bytes.contains(0x0d) else { return nil }
        var translated: [UInt8] = []
        for byte in bytes {
            if byte == 0x0a, translated.last == 0x0d { translated.removeLast() }
            translated.append(byte)
        }
        // A long record cannot be seen whole, but all that line feeds have before them.
        let lineFeeds = bytes.indices.dropFirst().filter { bytes[$0] == 0x0a }
        let isTranslated = lineFeeds.count >= 8 && lineFeeds.allSatisfy { bytes[$0 - 1] == 0x0d }
        guard isTranslated || RecordReader.beginsWithRecord(translated.span.bytes) else {
            return nil
        }
        return
            "a carriage return stands before each line feed, as a copy in text mode leaves them: "
            + "copy the file again as binary data"
    }

    /// The bytes that were taken for Latin-1 and written as UTF-8; `nil` if that cannot have been.
    private static func latin1(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(where: { $0 > 127 }) else { return nil }
        // The last character may be cut.
        let whole = bytes.last.map { $0 > 0xbf } == true ? bytes.dropLast() : bytes[...]
        guard let text = String(validating: whole, as: UTF8.self) else { return nil }
        let values = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
        return values.count == text.unicodeScalars.count ? values : nil
    }

    private static var lookedAt: Int { 1 << 16 }
    /// Where the first damage is that a copy in text mode makes.
    private static var translatedStart: Int { 1 << 12 }
}
