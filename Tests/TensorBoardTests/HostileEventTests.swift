import RecordIO
import TensorBoard
import TestSupport
import Testing

/// Records with right checksums that hold anything: an event or an error, never a crash.
@Suite struct HostileEventTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: ["tensorflow1.tfevents", "tensorflow2.tfevents"])
    func cutAndChangedEvents(fixture: String) throws {
        var generator = SeededGenerator(seed: 1)
        var reader = try RecordReader(opening: Fixtures.path(fixture))
        var records = RecordBuffer()
        var count = 0
        while let record = try reader.next() {
            for length in stride(from: 0, to: record.data.count, by: 7) {
                records.append(record.data.span.bytes.extracting(first: length))
                var changed = record.data
                for _ in 1...Int.random(in: 1...4, using: &generator) {
                    let position = Int.random(in: 0..<changed.count, using: &generator)
                    changed[position] = UInt8.random(in: 0...255, using: &generator)
                }
                records.append(changed.span.bytes)
                count += 2
            }
        }
        let path = try folder.write(
            records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "hostile.tfevents")
        var (events, errors) = (0, 0)
        var hostile = try EventFileReader(path: path)
        while true {
            do throws(EventFileError) {
                guard try hostile.next() != nil else { break }
                events += 1
            } catch {
                #expect(error.problem == .notAnEvent)
                errors += 1
            }
        }
        #expect(events + errors == count)
        #expect(errors > count / 4)
    }

    @Test func messagesOfNothing() throws {
        // Length-delimited fields with nothing in them; twice the same; a member of the union after
        // another; a group; a field number of 0.
        let messages: [[UInt8]] = [
            [], [0x2a, 0], [0x2a, 2, 0x0a, 0], [0x2a, 4, 0x0a, 2, 0x2a, 0], [0x1a, 0, 0x1a, 0],
            [0x22, 1, 7, 0x2a, 0], [0x2a, 0, 0x22, 1, 7], [0x3a, 0, 0x3a, 0], [0x0b, 0x0c],
            [0x02, 0],
            [0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0a],
        ]
        var records = RecordBuffer()
        for message in messages { records.append(message.span.bytes) }
        let path = try folder.write(
            records.withBytes { $0.withUnsafeBytes(Array.init) }, to: "odd.tfevents")
        var reader = try EventFileReader(path: path)
        var kinds: [String] = []
        for _ in messages {
            do throws(EventFileError) {
                kinds.append(try reader.next() == nil ? "end" : "event")
            } catch {
                kinds.append("error")
            }
        }
        #expect(
            kinds
                == Array(repeating: "event", count: 8) + ["error", "error", "error", "error"])
        #expect(try reader.next() == nil)
    }
}
