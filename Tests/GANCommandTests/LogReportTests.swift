import Foundation
import TensorBoard
import TestSupport
import Testing

/// `gan log report`: a page that holds all it shows.
@Suite(.waiting) struct LogReportTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Two runs with curves, images and hyperparameters.
    func log(images: Int = 3, side: Int = 4) throws {
        for (run, rate) in [("first", 0.1), ("second", 0.5)] {
            let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
            try writer.addHParams(["rate": rate, "name": "<b>", "same": 1])
            for step in 0..<20 {
                try writer.addScalar(rate * Double(step), tag: "loss/train", step: step)
            }
            try writer.addScalar(Double.nan, tag: "loss/odd", step: 0)
            for step in 0..<images {
                let pixels = (0..<side * side).map { _ in UInt8.random(in: 0...255) }
                try writer.addImage(pixels, shape: .hw(side, side), tag: "x", step: step * 10)
            }
            try writer.addText("</script><script>alert(1)</script>", tag: "about", step: 0)
            try writer.endHParams()
            try writer.close()
        }
    }

    /// The data in a page.
    func data(_ name: String = "report.html") throws -> [String: Any] {
        let page = String(decoding: try command.folder.read(name), as: UTF8.self)
        let start = try #require(page.range(of: "id=\"data\">"))
        let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        let json = Data(page[start.upperBound..<end.lowerBound].utf8)
        return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    }

    func floats(_ text: Any?) -> [Float] {
        let data = (text as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
        return numbers(data)
    }

    @Test func holdsCurvesImagesHyperparametersAndTexts() throws {
        try log()
        let outcome = try command.run("log", "report", "log")
        #expect(outcome.status == 0)
        #expect(outcome.errors.hasPrefix("report.html: 2 runs, 2 curves, 1 image tag, "))
        let data = try data()
        #expect(data["title"] as? String == "log")
        let runs = try #require(data["runs"] as? [[String: Any]])
        #expect(runs.map { $0["name"] as? String } == ["first", "second"])
        #expect(runs.map { $0["status"] as? String } == ["done", "done"])
        let hparams = try #require(runs[1]["hparams"] as? [[Any]])
        #expect(hparams[0][0] as? String == "rate" && hparams[0][1] as? Double == 0.5)
        #expect(hparams[1][1] as? String == "<b>")
        let scalars = try #require(data["scalars"] as? [[String: Any]])
        #expect(scalars.map { $0["tag"] as? String } == ["loss/train", "loss/odd"])
        let curves = try #require(scalars[0]["curves"] as? [[String: Any]])
        #expect(curves.map { $0["run"] as? Int } == [0, 1])
        #expect(floats(curves[1]["values"]) == (0..<20).map { Float(0.5 * Double($0)) })
        #expect(curves[1]["last"] as? Double == 9.5)
        let odd = try #require(scalars[1]["curves"] as? [[String: Any]])
        #expect(floats(odd[0]["values"]).first?.isNaN == true)
        let images = try #require(data["images"] as? [[String: Any]])
        let series = try #require(images[0]["series"] as? [[String: Any]])
        #expect(series[0]["steps"] as? [Int] == [0, 10, 20])
        #expect(series[0]["types"] as? [String] == Array(repeating: "image/png", count: 3))
        let files = try #require(series[0]["files"] as? [String])
        let stored = try EventLog(folder: command.folder.path(of: "log/first")).runs[0].values()[
            "x"]?
            .stored.first
        #expect(
            Data(base64Encoded: files[0]).map(Array.init) == (try stored?.load().pictures?.first))
        let texts = try #require(data["texts"] as? [[String: Any]])
        #expect(texts[0]["text"] as? String == "</script><script>alert(1)</script>")
    }

    @Test func needsNoNetworkAndTakesNothingForItsOwn() throws {
        try log()
        _ = try command.run("log", "report", "log", "--title", "<i>a & b</i>")
        let page = String(decoding: try command.folder.read("report.html"), as: UTF8.self)
        #expect(page.contains("default-src 'none'"))
        #expect(!page.contains("http://") && !page.contains("https://"))
        #expect(page.contains("<title>&lt;i&gt;a &amp; b&lt;/i&gt;</title>"))
        #expect(page.components(separatedBy: "<script").count == 3)
        #expect(!page.contains("alert(1)</script>"))
    }

    /// A scalar that goes before others makes one character with what follows it.
    @Test func nothingOfALogBecomesAScript() throws {
        let text = "a\u{600}</script>\u{600}<script>document.title = 'b'//\u{600}</script>\u{2028}"
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/r\u{600}<b>"))
        let tag = text.replacing("\u{2028}", with: "")
        try writer.addScalar(1, tag: tag, step: 0)
        try writer.addText(text, tag: "about", step: 0)
        try writer.addHParams([text: .string(text)])
        try writer.close()
        #expect(try command.run("log", "report", "log").status == 0)
        let page = String(decoding: try command.folder.read("report.html"), as: UTF8.self)
        // As a browser looks for them, by scalars.
        let scalars = page.unicodeScalars.map { String($0) }
        let count = scalars.indices.count { start in
            scalars[start...].prefix(7).joined() == "<script"
        }
        #expect(count == 2)
        let texts = try #require(try data()["texts"] as? [[String: Any]])
        #expect(texts[0]["text"] as? String == text)
    }

    @Test func imagesTakeWhatIsLeft() throws {
        try log(images: 100, side: 64)
        let outcome = try command.run("log", "report", "log", "--max-size", "0.3")
        #expect(outcome.status == 0)
        #expect(try command.folder.read("report.html").count <= 300_000)
        let images = try #require(try data()["images"] as? [[String: Any]])
        let series = try #require(images[0]["series"] as? [[String: Any]])
        for one in series {
            let steps = try #require(one["steps"] as? [Int])
            #expect(steps.count > 5 && steps.count < 100)
            #expect(steps.first == 0 && steps.last == 990)
            // Spread evenly: no gap is much longer than the others.
            let gaps = zip(steps.dropFirst(), steps).map { $0 - $1 }
            #expect((gaps.max() ?? 0) <= 2 * (gaps.min() ?? 0) + 20)
        }
    }

    @Test func longCurvesKeepTheirExtremes() throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log"))
        for step in 0..<20_000 {
            try writer.addScalar(step == 7_777 ? 100 : sin(Double(step)), tag: "wave", step: step)
        }
        try writer.close()
        _ = try command.run("log", "report", "log")
        let scalars = try #require(try data()["scalars"] as? [[String: Any]])
        let curves = try #require(scalars[0]["curves"] as? [[String: Any]])
        let values = floats(curves[0]["values"])
        #expect(values.count <= 2000 && values.count > 1900)
        #expect(values.max() == 100)
        #expect(values.first == 0)
    }

    @Test func whatGoesWrongIsALine() throws {
        try log()
        #expect(try command.run("log", "report", "log").status == 0)
        let exists = try command.run("log", "report", "log")
        #expect(exists.status == 1)
        #expect(exists.errors == "gan: report.html: exists; name another, or say --overwrite\n")
        #expect(try command.run("log", "report", "log", "--overwrite").status == 0)
        try FileManager.default.createDirectory(
            atPath: command.folder.path(of: "empty"), withIntermediateDirectories: false)
        let none = try command.run("log", "report", "empty", "--to", "e.html")
        #expect(none.status == 1)
        #expect(none.errors.contains("no event files in it"))
        #expect(!FileManager.default.fileExists(atPath: command.folder.path(of: "e.html")))
        let tag = try command.run("log", "report", "log", "--to", "e.html", "--tag", "nothing")
        #expect(tag.status == 1 && tag.errors.contains("--tag nothing: no such tag"))
        let full = try command.run("log", "report", "log", "--to", "/dev/full", "--overwrite")
        #expect(full.status == 1)
        #expect(
            full.errors.split(separator: "\n").last?.contains("/dev/full: cannot be written")
                == true)
        let size = try command.run("log", "report", "log", "--max-size", "0")
        #expect(size.status == 64)
    }
}

/// Numbers of `float` as they lie in bytes.
func numbers(_ data: Data) -> [Float] {
    stride(from: 0, to: data.count - 3, by: 4).map { start in
        data[data.startIndex + start..<data.startIndex + start + 4].withUnsafeBytes {
            $0.loadUnaligned(as: Float.self)
        }
    }
}
