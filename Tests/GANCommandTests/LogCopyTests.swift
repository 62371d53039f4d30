import Foundation
import TensorBoard
import TestSupport
import Testing

/// What `gan log` writes: repaired logs, curves and images.
@Suite(.waiting) struct LogCopyTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Writes a run with two curves and an image, and returns its event file's path in the command's
    /// folder.
    @discardableResult
    func writeRun(_ name: String) throws -> String {
        let writer = try SummaryWriter(logdir: command.folder.path(of: name))
        try writer.addScalar(0.1, tag: "loss", step: 1, wallTime: 1000.5)
        try writer.addScalar(.nan, tag: "loss", step: 2, wallTime: 1001)
        try writer.addScalar(1e-20, tag: "a,\"b\"", step: -3, wallTime: 1002)
        let image = Image(height: 1, width: 2, channels: 1, pixels: [1, 2])
        try writer.add(Summary([.image(image, tag: "../up/x y")]), step: 4)
        try writer.close()
        return String(writer.path.dropFirst(command.folder.path.count + 1))
    }

    @Test func exportsCurves() throws {
        try writeRun("log/one")
        try writeRun("log/two")
        let csv = try command.run("log", "export", "--csv", "-", "--run", "o*")
        #expect(csv.status == 0)
        #expect(csv.errors == "")
        #expect(
            csv.output == """
                run,tag,step,wall_time,value
                one,loss,1,1000.5,0.1
                one,loss,2,1001.0,NaN
                one,"a,""b\""",-3,1002.0,1e-20

                """)
        let json = try command.run("log", "export", "--json", "points", "--tag", "loss")
        #expect(json.status == 0)
        #expect(json.errors == "points: 4 points\n")
        let lines = try String(decoding: command.folder.read("points"), as: UTF8.self)
            .split(separator: "\n")
        let objects = try lines.map {
            try #require(
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: NSObject])
        }
        #expect(objects.map { $0["run"] as? String } == ["one", "one", "two", "two"])
        #expect(objects[0]["value"] as? Double == 0.1)
        #expect(objects[1]["value"] as? String == "NaN")
        #expect(objects[1]["wall_time"] as? Double == 1001)
    }

    /// A tag may be what a path may not.
    @Test func exportsImages() throws {
        try writeRun("log/one")
        #expect(try command.run("log", "export", "--images", "pictures").status == 0)
        let path = "pictures/one/%2E%2E/up/x%20y/4.png"
        #expect(try DecodedPNG(command.folder.read(path)).pixels == [1, 2])
        #expect(try command.names("pictures") == ["one"])
        #expect(try command.names() == ["log", "pictures"])
    }

    @Test func neverWritesOverAFileUnasked() throws {
        try writeRun("log")
        try command.write("mine", to: "points")
        let refused = try command.run("log", "export", "--csv", "points")
        #expect(refused.status == 1)
        #expect(refused.errors == "gan: points: exists; name another, or say --overwrite\n")
        #expect(try command.folder.read("points") == Array("mine".utf8))
        let both = try command.run("log", "export", "--csv", "new", "--json", "points")
        #expect(both.errors == refused.errors)
        #expect(try command.names() == ["log", "points"])
        let done = try command.run("log", "export", "--csv", "points", "--overwrite")
        #expect(done.status == 0)
        #expect(try command.folder.read("points").starts(with: "run,".utf8))
        let nothing = try command.run("log", "export")
        #expect(nothing.status == 64)
        #expect(
            nothing.errors
                == "gan: nothing to export; name --csv, --json, --images, --hparams, --histograms, "
                + "--text, --audio or --embeddings\n")
    }

    @Test func repairsIntoANewLog() throws {
        let path = try writeRun("log/one")
        let whole = try writeRun("log/two")
        let original = try command.folder.read(path)
        let offsets = try self.offsets(of: path)
        // A length and data of the third record, and the end of the file.
        var damaged = original
        damaged[offsets[2] + 1] ^= 0x40
        damaged[offsets[2] + 14] ^= 0x40
        damaged.removeLast(3)
        try command.folder.write(damaged, to: path)

        let outcome = try command.run("log", "repair", "--to", "new")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let last = offsets[offsets.count - 1]
        let (first, second) = (offsets[3] - offsets[2], damaged.count - last)
        let file = path.dropFirst("log/".count)
        let other = whole.dropFirst("log/".count)
        #expect(
            outcome.output == """
                new/\(file): \(offsets.count - 2) events kept
                  left out: \(first) bytes from byte \(offsets[2]) on
                  left out: \(second) bytes from byte \(last) on
                new/\(other): \(offsets.count) events kept
                left out \(first + second) bytes; to look at the rest: tensorboard --logdir new

                """)
        let kept = original[..<offsets[2]] + original[offsets[3]..<last]
        #expect(try command.folder.read("new/\(file)") == Array(kept))
        #expect(try command.folder.read(path) == damaged)
        #expect(try command.folder.read("new/\(other)") == command.folder.read(whole))

        let again = try command.run("log", "repair", "--to", "new")
        #expect(again.status == 1)
        #expect(again.errors == "gan: new/\(file): exists; name another folder with --to\n")
    }

    /// What is no event file is named, the others are repaired; the exit code says so.
    @Test func repairsWhatItCan() throws {
        try command.write("<html>sign in</html>", to: "log/a/x.tfevents")
        try command.write("\u{1}\u{2}nonsense that is no text", to: "log/b/x.tfevents")
        let path = try writeRun("log/c")
        try writeRun("log/d")
        try command.write("in the way", to: "new/d")
        let outcome = try command.run("log", "repair", "--to", "new")
        #expect(outcome.status == 1)
        let file = path.dropFirst("log/".count)
        #expect(outcome.output.hasPrefix("new/\(file): "))
        #expect(outcome.output.contains("events kept\nleft out "))
        let errors = outcome.errors.split(separator: "\n")
        #expect(errors.count == 3)
        #expect(errors[0].hasPrefix("gan: log/a/x.tfevents: is a web page, not an event file; "))
        #expect(
            errors[1] == "gan: log/b/x.tfevents: damaged, and no event of it is whole: nothing is "
                + "kept")
        #expect(errors[2].hasPrefix("gan: new/d: cannot create: "))
        #expect(try command.names("new") == ["a", "b", "c", "d"])
        #expect(try command.names("new/a") == [] && command.names("new/b") == [])

        let nothing = try command.run("log", "repair", "log/a", "--to", "other")
        #expect(nothing.status == 1)
        #expect(nothing.output == "nothing could be kept\n")
    }

    @Test func showsPointsAsTheyCome() throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/one"))
        for step in 1...5 { try writer.addScalar(0.5, tag: "loss", step: Int64(step)) }
        try writer.flush()
        let tail = try command.start(
            "log", "tail", "--lines", "2", "--every", "0.05", "--tag", "l*", until: "5  0.5")
        let late = try SummaryWriter(logdir: command.folder.path(of: "log/late"))
        try writer.addScalar(0.25, tag: "loss", step: 100)
        try writer.addScalar(0.25, tag: "other", step: 100)
        try late.addScalar(-1, tag: "loss", step: 7)
        try writer.flush()
        try late.flush()
        try command.wait(for: tail, until: "-1.0")
        try command.wait(for: tail, until: "100  0.25")
        tail.interrupt()
        let outcome = try command.outcome(of: tail)
        #expect(outcome.status == 130)
        #expect(outcome.errors == "")
        let lines = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ").dropFirst().joined(separator: " ")
        }
        #expect(lines.prefix(2) == ["one loss 4 0.5", "one loss 5 0.5"])
        #expect(Set(lines.dropFirst(2)) == ["one loss 100 0.25", "late loss 7 -1.0"])
    }

    /// Where each event of a file starts.
    private func offsets(of path: String) throws -> [Int] {
        var reader = try EventFileReader(path: command.folder.path(of: path))
        var offsets: [Int] = []
        while let event = try reader.next() { offsets.append(event.offset) }
        return offsets
    }
}
