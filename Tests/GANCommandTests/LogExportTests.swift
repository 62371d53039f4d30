import Foundation
import TensorBoard
import TestSupport
import Testing

/// `gan log export` on files that others could have written.
@Suite(.waiting) struct LogExportTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    func write(_ events: RawEvents, to run: String = "log", file: Int = 1) throws {
        try command.write("", to: "\(run)/note")
        try command.folder.write(events.bytes, to: "\(run)/events.out.tfevents.\(file).h")
    }

    func rows(_ arguments: String...) throws -> [String] {
        let outcome = try command.run(["log", "export", "--csv", "-"] + arguments)
        return outcome.output.split(separator: "\n").dropFirst().map { String($0) }
    }

    /// Whole seconds, some of which a `Float` has, too, and others whose `Float` looks shorter.
    @Test func wallTimesAreExact() throws {
        var file = RawEvents()
        let times = [1795878270, 1795878272, 1795878274, 0.1, Double(Float(0.1)), 1e300]
        for (step, time) in times.enumerated() {
            file.add(step: Int64(step), wallTime: time, .scalar(0.1, "x"))
        }
        try write(file)
        let cells = try rows().map { $0.split(separator: ",") }
        #expect(cells.map { Double($0[3]) } == times)
        #expect(cells.map { Float($0[4]) } == times.map { _ in 0.1 })
        #expect(cells[1][3] == "1795878272.0" && cells[0][4] == "0.1")
        _ = try command.run("log", "export", "--json", "lines")
        let lines = try String(decoding: command.folder.read("lines"), as: UTF8.self)
        #expect(lines.contains("\"wall_time\":1795878272.0,\"value\":0.1}"))
    }

    /// JSON has no numbers for them; the Python reader shows such events.
    @Test func wallTimesThatAreNotFinite() throws {
        var file = RawEvents()
        let written: [Double] = [.nan, .infinity, -.infinity, 7]
        for (step, time) in written.enumerated() {
            file.add(step: Int64(step), wallTime: time, .scalar(1, "x"))
        }
        try write(file)
        let outcome = try command.run("log", "export", "--json", "-", "--as", "python")
        let times = outcome.output.split(separator: "\n").map { line in
            line.split(separator: ",").first { $0.hasPrefix("\"wall_time\":") }
                .map { String($0.dropFirst(12)) }
        }
        #expect(times == ["\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "7.0"])
    }

    /// The data server ends a file there; what is behind it is to be had by asking.
    @Test func aTimeThatIsNotANumberEndsTheFile() throws {
        var file = RawEvents()
        for (step, time) in [1, .infinity, 3, .nan, 5].enumerated() {
            file.add(step: Int64(step), wallTime: time, .scalar(1, "x"))
        }
        try write(file)
        func steps(_ arguments: String...) throws -> [String] {
            let lines = try command.run(["log", "export", "--csv", "-"] + arguments).output
            return lines.split(separator: "\n").dropFirst().map { "\($0.split(separator: ",")[2])" }
        }
        #expect(try steps() == ["0", "2"])
        #expect(try steps("--as", "all") == ["0", "1", "2", "3", "4"])
        #expect(try steps("--as", "python") == ["0", "1", "2", "3", "4"])
        let outcome = try command.run("log", "export", "--csv", "-")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == """
                gan: log/events.out.tfevents.1.h: the event at byte \(file.offsets[2]) has an infinite \
                time; TensorBoard's default reader leaves it out; to take all: --as all
                gan: log/events.out.tfevents.1.h: the event at byte \(file.offsets[4]) has a time that \
                is not a number; TensorBoard's default reader ends there; to take all: --as all

                """)
        let list = try command.run("log", "list", "--tags")
        #expect(list.output.contains("x    scalars       2           0          2"))
        #expect(try command.run("log", "check").status == 1)
    }

    /// A log of a program that writes tensors without metadata: TensorBoard shows nothing of it.
    @Test func tensorsWithoutMetadata() throws {
        var file = RawEvents()
        for step in 0..<5 as Range<Int64> {
            file.add(
                step: step, wallTime: 100 + Double(step),
                .tensor(
                    "x", plugin: nil, type: 1, field(5, little(Float(step).bitPattern))))
        }
        try write(file)
        let named = "log/events.out.tfevents.1.h"
        for rules in ["default", "python"] {
            let outcome = try command.run("log", "export", "--csv", "-", "--as", rules)
            #expect(outcome.status == 1)
            #expect(outcome.output == "run,tag,step,wall_time,value\n")
            #expect(
                outcome.errors == """
                    gan: .: x: 5 values are of no kind, for no metadata say of which, and \
                    TensorBoard shows nothing of them; to export numbers: --as all; to have them \
                    shown: gan log repair

                    """)
            let list = try command.run("log", "list", "--tags", "--as", rules)
            #expect(list.status == 1 && list.output.contains("x    unknown"))
        }
        let check = try command.run("log", "check")
        #expect(check.status == 1)
        #expect(
            check.errors == """
                gan: \(named): the first value of the tag "x", at byte \(file.offsets[1]), has no \
                metadata that name a plugin, and TensorBoard's default reader shows nothing of that \
                tag; a repair gives them to scalars, histograms and images

                """)
        #expect(try rows("--as", "all") == (0..<5).map { ".,x,\($0),\(100 + $0).0,\($0).0" })
        #expect(try command.run("log", "repair", "--to", "new").status == 0)
        #expect(try command.run("log", "check", "new").status == 0)
        #expect(try rows("new") == (0..<5).map { ".,x,\($0),\(100 + $0).0,\($0).0" })
    }

    /// A pipe among the event files of a folder: the others are read, and the exit code says it.
    @Test func aPipeNamedLikeAnEventFile() throws {
        var file = RawEvents()
        file.add(step: 3, .scalar(1, "x"))
        try write(file)
        try #require(mkfifo(command.folder.path(of: "log/x.tfevents"), 0o600) == 0)
        for arguments in [
            ["list"], ["list", "--tags"], ["check"], ["export", "--csv", "-"],
            ["repair", "--to", "new"],
        ] {
            let outcome = try command.run(["log"] + arguments)
            #expect(outcome.status == 1, "\(arguments)")
            #expect(
                outcome.errors.hasPrefix(
                    "gan: log/x.tfevents: is a pipe, not a file; check the path\n"))
            #expect(!outcome.output.isEmpty)
        }
        #expect(try rows() == [".,x,3,1.0,1.0"])
    }

    /// Two kinds under one tag, by two programs: `check` names both files, `export` what is shown.
    @Test func oneTagOfTwoKinds() throws {
        var curve = RawEvents()
        var text = RawEvents()
        curve.add(step: 1, .scalar(1, "x"))
        text.add(step: 2, .tensor("x", plugin: "text", type: 7, field(8, Array("t".utf8))))
        try write(curve, file: 1)
        try write(text, file: 2)
        let check = try command.run("log", "check")
        #expect(check.status == 1)
        #expect(
            check.errors == """
                gan: log/events.out.tfevents.2.h: the tag "x" has a value for the plugin text at byte \
                \(text.offsets[1]), but its first one is for scalars, at byte \(curve.offsets[1]) of \
                log/events.out.tfevents.1.h: TensorBoard shows the tag's scalars alone; log the others \
                under another tag

                """)
        #expect(try rows() == [".,x,1,1.0,1.0"])
        // The other way round, the curve is not shown.
        var later = RawEvents()
        later.add(step: 3, .scalar(1, "x"))
        try write(text, file: 1)
        try write(later, file: 2)
        let outcome = try command.run("log", "list", "--tags")
        #expect(outcome.output.contains("x    text       1"))
        #expect(
            outcome.errors == """
                gan: .: x: a value is left out: a number is no value of the kind text, and TensorBoard \
                shows the tag as its first value has it

                """)
        #expect(try rows() == [])
    }

    /// Types by TensorFlow's numbers, the field of `TensorProto` with the element, and its text.
    @Test(
        arguments: [
            ("float", 1, [0x2d] + little(Float(0.1).bitPattern), "0.1"),
            ("double", 2, [0x31] + little(Double(Float(0.1)).bitPattern), "0.10000000149011612"),
            ("double", 2, [0x31] + little(16_777_217.0.bitPattern), "16777217.0"),
            ("int64", 9, [0x50] + varint(9_007_199_254_740_993), "9007199254740993"),
            ("int64", 9, [0x50] + varint(1 << 63), "-9223372036854775808"),
            ("int32", 3, [0x38] + varint(UInt64(bitPattern: -7)), "-7"),
            ("uint8", 4, [0x38] + varint(255), "255"), ("int16", 5, [0x38] + varint(7), "7"),
            ("int8", 6, [0x38] + varint(UInt64(bitPattern: -128)), "-128"),
            ("uint16", 17, [0x38] + varint(65535), "65535"),
            ("uint32", 22, field(16, varint(4_294_967_295)), "4294967295"),
            ("uint64", 23, field(17, varint(.max)), "18446744073709551615"),
            ("half", 19, [0x68] + varint(0x2e66), "0.099975586"),
            ("bfloat16", 14, [0x68] + varint(0x3dcd), "0.100097656"),
            ("bool", 10, [0x58, 1], "1"),
            (
                "complex64", 8,
                field(9, little(Float(1.5).bitPattern) + little(Float(-2).bitPattern)),
                "1.5-2.0j"
            ),
            ("float", 1, [0x2d] + little(Float.infinity.bitPattern), "Infinity"),
        ] as [(String, Int, [UInt8], String)])
    func numbersOfEveryType(name: String, type: Int, content: [UInt8], text: String) throws {
        var file = RawEvents()
        file.add(step: 1, .tensor(name, plugin: "scalars", type: type, content))
        file.add(step: 2, .tensor(name, plugin: nil, type: type, shape: [1, 1], content))
        try write(file)
        #expect(try rows() == [".,\(name),1,1.0,\(text)", ".,\(name),2,1.0,\(text)"])
        let json = try command.run("log", "export", "--json", "-", "--tag", name)
        let quoted = text.hasSuffix("j") || text == "Infinity" ? "\"\(text)\"" : text
        #expect(json.output.hasPrefix(#"{"run":".","tag":"\#(name)","step":1,"#))
        #expect(json.output.contains("\"value\":\(quoted)}\n"))
        #expect(json.status == 0 && json.errors == "")
    }

    @Test func whatIsNoPointOfACurveIsNamed() throws {
        var file = RawEvents()
        file.add(step: 1, .scalar(1, "x"))
        file.add(step: 2, .tensor("x", plugin: nil, type: 7, field(8, [65])))
        file.add(step: 3, .tensor("vector", plugin: "scalars", type: 1, shape: [2], field(5, [])))
        try write(file)
        let outcome = try command.run("log", "export", "--csv", "-")
        #expect(outcome.output == "run,tag,step,wall_time,value\n.,x,1,1.0,1.0\n")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == """
                gan: .: x: a value is left out: a tensor of type string and shape [] is no point of a \
                curve, and TensorBoard shows the tag as its first value has it
                gan: .: vector: a value is left out: a tensor of type float32 and shape [2] is no \
                point of a curve, and TensorBoard shows the tag as its first value has it

                """)
    }

    @Test func readersDifferWhereAProgramStartedAgain() throws {
        var first = RawEvents()
        first.start(step: 1)
        for step in 1...3 as ClosedRange<Int64> {
            first.add(step: step, .scalar(Float(step), "loss"), .scalar(0, "queue"))
        }
        var second = RawEvents()
        second.start(step: 1)
        second.add(step: 1, .scalar(9, "loss"))
        try write(first, to: "log/r", file: 1)
        try write(second, to: "log/r", file: 2)
        let loss = "r,loss,1,1.0,9.0"
        let queue = (1...3).map { "r,queue,\($0),1.0,0.0" }
        #expect(try rows() == [loss] + queue)
        #expect(try rows("--as", "default") == [loss] + queue)
        #expect(try rows("--as", "python") == [loss])
        let all = (1...3).map { "r,loss,\($0),1.0,\($0).0" }
        #expect(try rows("--as", "all") == all + [loss] + queue)
        let wrong = try command.run("log", "export", "--csv", "-", "--as", "rust")
        #expect(wrong.status == 64 && wrong.errors.contains("'rust' is invalid"))
    }

    @Test func damageIsLeftOutAndNamed() throws {
        var file = RawEvents()
        for step in 0...3 as ClosedRange<Int64> { file.add(step: step, .scalar(0, "loss")) }
        file.damageData(ofRecord: 2, byte: 1)
        try write(file)
        let outcome = try command.run("log", "export", "--csv", "-")
        #expect(
            outcome.output.split(separator: "\n").dropFirst().map { $0.prefix(8) } == [
                ".,loss,0", ".,loss,2", ".,loss,3",
            ])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("damaged at byte \(file.offsets[2]): "))
        #expect(outcome.errors.contains("left out there: 1 record ("))
        #expect(outcome.errors.hasSuffix("; to take it as it is: --no-checksum\n"))
        #expect(try rows("--no-checksum").count == 4)
        #expect(try command.run("log", "export", "--csv", "-", "--no-checksum").status == 0)
        #expect(try rows("--as", "python").count == 1)
    }

    // MARK: Names

    /// Characters that mean something to a shell, to CSV or to JSON.
    static let names = [
        "a[1]", "back\\slash", "caf\u{e9}", "cafe\u{301}", "quote\"\u{301}", "comma,",
        "line\r\nend", "\u{7f}", "😀", "star*",
    ]

    @Test(arguments: names)
    func aNameIsTakenLiterally(name: String) throws {
        var file = RawEvents()
        for (step, other) in Self.names.enumerated() {
            file.add(step: Int64(step), .scalar(0, other))
        }
        // Brackets are no pattern: these are not meant.
        file.add(step: 99, .scalar(0, "a1"))
        try write(file)
        let outcome = try command.run("log", "export", "--json", "-", "--tag", name)
        let lines = try outcome.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: NSObject])
        }
        #expect(lines.map { ($0["tag"] as? String).map { Array($0.utf8) } } == [Array(name.utf8)])
        #expect(outcome.status == 0)
        let csv = try command.run("log", "export", "--csv", "-", "--tag", name).output
        let cell = csv.dropFirst("run,tag,step,wall_time,value\n.,".utf8.count)
        let isQuoted = [",", "\"", "\r"].contains { name.unicodeScalars.contains($0) }
        let doubled = name.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined()
        let expected = isQuoted ? "\"\(doubled)\"" : name
        #expect(Array(cell.utf8).starts(with: Array("\(expected),".utf8)))
    }

    @Test func aFilterThatFindsNothingSaysWhatThereIs() throws {
        var file = RawEvents()
        file.add(step: 1, .scalar(0, "loss"), .scalar(0, "a[0]"))
        try write(file, to: "log/one")
        try write(file, to: "log/two")
        let tag = try command.run("log", "export", "--csv", "points", "--tag", "lost")
        #expect(tag.status == 1)
        #expect(tag.errors == "gan: --tag lost: no such tag; there is loss, a[0]\n")
        #expect(try command.names() == ["log"])
        let run = try command.run("log", "export", "--csv", "points", "--run", "t?")
        #expect(run.errors == "gan: --run t?: no such run; there is one, two\n")
        #expect(run.status == 1)
        // One of two finds something.
        let half = try command.run(
            "log", "export", "--csv", "-", "--tag", "loss", "--tag", "l[o]ss", "--run", "one")
        #expect(half.output.hasSuffix("one,loss,1,1.0,0.0\n"))
        #expect(half.errors == "gan: --tag l[o]ss: no such tag; there is loss, a[0]\n")
        #expect(half.status == 1)
    }

    // MARK: Images

    /// Pictures whose paths would be one, a tag that looks like a picture's file, and a long name.
    @Test func noTwoImagesGetOneFileName() throws {
        let long = String(repeating: "\u{4e00}", count: 29)
        let deep = String(repeating: "part/", count: 300)
        var root = RawEvents()
        var value: UInt8 = 0
        var tags = ["val/samples", "x", "X", "x/1.png", "../up", "/", "a//b", "a\0", ".", long]
        tags += [long + "!", String(repeating: "t", count: 5000), deep + "a", deep + "b"]
        for tag in tags {
            value += 1
            root.add(step: 1, .image([0x89, 0x50, 0x4e, 0x47, value], tag))
        }
        var below = RawEvents()
        below.add(step: 1, .image([0x89, 0x50, 0x4e, 0x47, 200], "samples"))
        below.add(step: 1, .image([0x47, 0x49, 0x46, 0x38, 201], "samples"))
        below.add(step: 2, .image([0xff, 0xd8, 0xff, 202], "samples"))
        try write(root)
        try write(below, to: "log/val")
        let outcome = try command.run(
            "log", "export", "log", "--images", "pictures", "--as", "all")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "pictures: \(tags.count + 3) images\n")
        var found: [UInt8: String] = [:]
        let files = try #require(
            FileManager.default.enumerator(atPath: command.folder.path(of: "pictures")))
        for case let file as String in files {
            guard let bytes = try? command.folder.read("pictures/\(file)"), let last = bytes.last
            else { continue }
            found[last] = file
        }
        #expect(found.count == tags.count + 3)
        #expect(found[1] == "val/samples/1.png")
        #expect(found[200] == "val/samples~2/1.png")
        #expect(found[201] == "val/samples~2/1~2.gif")
        #expect(found[202] == "val/samples~2/2.jpg")
        #expect(found[2] == "x/1.png" && found[3] == "X~2/1.png")
        #expect(found[4] == "x/1%2Epng/1.png")
        #expect(found[5] == "%2E%2E/up/1.png")
        #expect(Set(found.values.map { $0.lowercased() }).count == found.count)
        #expect(found.values.allSatisfy { $0.utf8.count < 1100 })
    }

    @Test func oneFailureDoesNotEndAll() throws {
        var file = RawEvents()
        file.add(step: 1, .image([1], "blocked"), .image([2], "free"))
        file.add(step: 2, .tensor("free", plugin: nil, type: 7, shape: [1], field(8, [65])))
        file.add(step: 3, .image([3], "free"))
        try write(file)
        try command.write("", to: "pictures/blocked")
        let outcome = try command.run("log", "export", "--images", "pictures")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("gan: pictures/blocked: "))
        #expect(outcome.errors.contains("gan: no picture under free, step 2, of .\n"))
        #expect(outcome.errors.contains("pictures: 2 images\n"))
        #expect(try command.names("pictures/free") == ["1.bin", "3.bin"])
    }

    @Test(arguments: ["--csv", "--json"])
    func aFolderThatIsNotThere(option: String) throws {
        var file = RawEvents()
        file.add(step: 1, .scalar(0, "loss"))
        try write(file)
        let outcome = try command.run("log", "export", option, "missing/points")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("gan: missing/points: cannot "))
        #expect(outcome.errors.contains("No such file or directory"))
    }
}
