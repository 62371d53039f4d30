import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct SummaryTests {
    struct ScalarRow: Decodable {
        let value: Data
        let summary: Data
    }

    @Test func scalarsEqualTensorFlow() throws {
        for row in try Fixtures.rows("scalars.json", ScalarRow.self) {
            let value: Float = row.value.numbers()[0]
            let summary = Summary([.scalar(value, tag: "tag")])
            #expect(summary.serialized() == [UInt8](row.summary), "\(value)")
        }
    }

    /// The merged summary of the article's program, put together again from what it says:
    /// histograms and scalars come out with TensorFlow's bytes, pictures with its pixels.
    @Test func articleSummaryEqualsTensorFlow() throws {
        let values = try WireMessage(Fixtures.bytes("summary.pb")).messages(1)
        #expect(values.count == 24)
        for value in values {
            let tag = value.string(1)
            if let histogram = try value.messages(5).first {
                let rebuilt = Histogram(
                    minimum: histogram.double(1), maximum: histogram.double(2),
                    count: histogram.double(3), sum: histogram.double(4),
                    sumOfSquares: histogram.double(5),
                    buckets: zip(
                        Data(histogram.bytes(6)).numbers(Double.self),
                        Data(histogram.bytes(7)).numbers(Double.self)
                    ).map { .init(limit: $0, count: $1) })
                let content = Summary.Content.histogram(.counted(rebuilt))
                #expect(try message(Summary([.init(tag: tag, content: content)])) == value)
            } else if let image = try value.messages(4).first {
                let decoded = try DecodedPNG(image.bytes(4))
                #expect((decoded.height, decoded.width, decoded.channels) == (28, 28, 1))
                let ours = Image(height: 28, width: 28, channels: 1, pixels: decoded.pixels)
                let written = try message(Summary([.image(ours, tag: tag)])).messages(4)[0]
                #expect(try DecodedPNG(written.bytes(4)) == decoded)
                #expect(written.fields.dropLast() == image.fields.dropLast())
                #expect([254, 255].contains(decoded.pixels.max()))
            } else {
                #expect(try message(Summary([.scalar(value.float(2), tag: tag)])) == value)
            }
        }
    }

    /// The bucket limits of a file of TensorFlow's are found again when the middle of each bucket
    /// is counted.
    @Test func articleHistogramsUseOurLimits() throws {
        for value in try WireMessage(Fixtures.bytes("summary.pb")).messages(1) {
            guard let histogram = try value.messages(5).first else { continue }
            let limits = Data(histogram.bytes(6)).numbers(Double.self)
            let counts = Data(histogram.bytes(7)).numbers(Double.self)
            let numbers = counts.indices.flatMap { index in
                Array(repeating: limits[index].nextDown, count: Int(counts[index]))
            }
            let counted = Histogram(counting: numbers).buckets
            #expect(counted.map(\.limit) == limits, "\(value.string(1))")
            #expect(counted.map(\.count) == counts, "\(value.string(1))")
        }
    }

    @Test func picturesWithoutPixelsAreLeftOut() {
        let empty = Image(height: 0, width: 3, channels: 1, pixels: [])
        let summary = Summary([.image(empty, tag: "empty"), .scalar(1, tag: "kept")])
        #expect(summary.serialized() == Summary([.scalar(1, tag: "kept")]).serialized())
    }

    private func message(_ summary: Summary) throws -> WireMessage {
        try WireMessage(summary.serialized()).messages(1)[0]
    }
}

@Suite struct LongTextTests {
    /// What is logged, of many short pieces or of a long one.
    enum Long: String, CaseIterable, Codable {
        case text, cell, plainTable, markdownTable, strings, description, serialized

        /// About how many bytes.
        var length: Int { self == .plainTable ? 20 << 20 : 60 << 20 }

        /// Logs it: what is given to the writer counts, too.
        func add(to writer: SummaryWriter) throws {
            let pieces = (0..<length >> 10).map { _ in String(repeating: "x y", count: 1024 / 3) }
            switch self {
            case .text:
                try writer.addText(String(repeating: "x", count: length), tag: "long", step: 1)
            case .cell:
                let cell = "*" + String(repeating: "x y", count: length / 3)
                try writer.addText(table: [["a", cell]], tag: "long", step: 1)
            case .plainTable:
                try writer.addText(table: pieces.map { [$0] }, tag: "long", step: 1)
            case .markdownTable:
                try writer.addText(table: [["*a*"]] + pieces.map { [$0] }, tag: "long", step: 1)
            case .strings:
                try writer.addTensor(
                    TensorValue(strings: pieces, shape: [pieces.count]),
                    plugin: Summary.Plugin(name: "text"), tag: "long", step: 1)
            case .description:
                let description = String(repeating: "x", count: length)
                try writer.addText(
                    "a", tag: "long", step: 1, metadata: .init(description: description))
            case .serialized:
                // A field that no reader knows.
                let time: [UInt8] = [9, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
                try writer.add(
                    event: time + field(15, [UInt8](repeating: 0x61, count: length)))
            }
        }
    }

    /// In memory there are what is logged and a form of it that is written piece by piece.
    @Test(arguments: Long.allCases)
    func whatIsLongTakesThriceItsSizeAtMost(long: Long) async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .exitCode(3)) {
            [path = folder.path as String, long = long as Long] in
            let writer = try SummaryWriter(logdir: path)
            let before = peakMemory()
            try long.add(to: writer)
            try writer.close()
            let taken = peakMemory() - before
            print("\(taken >> 20) MiB for a \(long) of \(long.length >> 20) MiB")
            exit(taken < 3 * long.length ? 3 : 4)
        }
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let report = EventLog.check(run.files[0])
        #expect(report.problem == nil)
        #expect(report.eventCount == 3)
        let value = try events(of: run.files[0]).last?.values.first
        let x = UInt8(ascii: "x")
        switch long {
        case .text: #expect(value?.text?.first?.utf8.count == long.length)
        case .cell:
            #expect(value?.text?.map(\.utf8.count) == [1, 1 + long.length / 3 * 3])
        case .plainTable:
            let text = try #require(value?.text?.first)
            #expect(text.utf8.count { $0 == x } == (long.length >> 10) * 341)
            #expect(text.hasSuffix("x y</p></td>\n</tr>\n</tbody>\n</table>"))
        case .markdownTable:
            #expect(value?.text?.count == 1 + (long.length >> 10))
            #expect(value?.text?.last?.utf8.count == 1023)
        case .strings:
            #expect(value?.text?.count == long.length >> 10)
            #expect(value?.text?.allSatisfy { $0.utf8.count == 1023 } == true)
        case .description: #expect(value?.metadata?.description.utf8.count == long.length)
        case .serialized: #expect(report.byteCount > long.length)
        }
    }

    /// A long record that does not fit is taken away again, and what follows is written.
    @Test func aLongRecordThatIsCut() async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .exitCode(3)) { [path = folder.path as String] in
            let writer = try SummaryWriter(logdir: path)
            try writer.addScalar(1, tag: "loss", step: 1)
            try writer.flush()
            #if canImport(Glibc)
                let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            #else
                let resource = RLIMIT_FSIZE
            #endif
            var limit = rlimit(rlim_cur: 6 << 20, rlim_max: 6 << 20)
            setrlimit(resource, &limit)
            do {
                try writer.addText(String(repeating: "x", count: 10 << 20), tag: "long", step: 2)
                try writer.flush()
            } catch {
                try? writer.close()
                exit(3)
            }
        }
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let report = EventLog.check(run.files[0])
        #expect(report.problem == nil)
        #expect(report.eventCount == 3)
        #expect(report.byteCount < 1000)
    }
}

/// The most bytes of memory that the process has had.
private func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        return Int(usage.ru_maxrss)
    #elseif canImport(Glibc)
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Int(usage.ru_maxrss) * 1024
    #else
        getrusage(RUSAGE_SELF, &usage)
        return Int(usage.ru_maxrss) * 1024
    #endif
}
