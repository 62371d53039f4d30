import Datasets
import Foundation
import Testing

@testable import Benchmarks

/// What the guides say of the code is true: names, paths, links, code and programs.
@Suite struct GuideTests {
    @Test func thereAreGuides() {
        #expect(Guide.all.count >= 15)
        #expect(Guide.checked.count >= 8)
        #expect(Code.words.isSuperset(of: ["FusedBiases", "kernel_matmul", "fuse-biases"]))
        #expect(Code.contains(["static func leakyRelu(_ slope: " + "Float) -> ElementFunction {"]))
        #expect(
            !Code.contains(["static func leakyRelu(_ slope: " + "Double) -> ElementFunction {"]))
    }

    @Test(arguments: Guide.all)
    func linksLeadSomewhere(_ guide: Guide) throws {
        let folder = URL(filePath: guide.path).deletingLastPathComponent().relativePath
        for link in guide.links where !link.text.contains("://") {
            let target = link.text.split(separator: "#", omittingEmptySubsequences: false)[0]
            if target.isEmpty {
                let titles = guide.text.components(separatedBy: "\n").filter { $0.hasPrefix("#") }
                let anchors = titles.map {
                    $0.drop { "# ".contains($0) }.lowercased().replacing(" ", with: "-")
                }
                #expect(
                    anchors.contains(String(link.text.dropFirst())),
                    "\(guide.path):\(link.line): no title \(link.text)")
                continue
            }
            let path =
                target.hasPrefix("doc:")
                ? "\(folder)/\(target.dropFirst(4)).md"
                : folder.isEmpty ? String(target) : "\(folder)/\(target)"
            #expect(
                Repository.exists(path), "\(guide.path):\(link.line): there is no \(link.text)")
        }
    }

    /// A file or a folder is named as it lies in the repository, or in the target's folder.
    @Test(arguments: Guide.all)
    func filesAreThere(_ guide: Guide) {
        let endings = [".swift", ".c", ".h", ".md", ".py"]
        for span in guide.spans where !span.text.contains(where: { " *<…".contains($0) }) {
            let isFile =
                span.text.contains("/") && endings.contains(where: span.text.hasSuffix)
                || span.text.hasSuffix("/") && span.text.first?.isUppercase == true
                || ["Sources/", "Tests/", "tools/", ".ci/"].contains(where: span.text.hasPrefix)
            guard isFile, !span.text.hasPrefix("tensorflow/") else { continue }
            #expect(
                ["", "Sources/", "\(guide.target)/"].contains {
                    Repository.exists($0 + span.text)
                }, "\(guide.path):\(span.line): there is no \(span.text)")
        }
    }

    /// What stands in backticks and looks like a name is one that occurs in the code.
    @Test(arguments: Guide.checked)
    func namesAreThoseOfTheCode(_ guide: Guide) {
        for span in guide.spans {
            guard
                let match = span.text.wholeMatch(
                    of: /--?[a-z-]+|([A-Za-z_.][\w.-]*)(\([\w:]*\)|\(…\))?(\?|!)?/)
            else { continue }
            // A flag is a property of the command's.
            let name = match.1.map(String.init) ?? Self.camelCase(span.text)
            if Self.ofTheArticleAlone.contains(name) || Repository.exists(span.text) { continue }
            for part in name.split(separator: ".") where !Self.endings.contains(String(part)) {
                #expect(
                    Code.words.contains(String(part)),
                    "\(guide.path):\(span.line): the code has no \(span.text)")
            }
        }
    }

    private static let endings: Set = ["swift", "c", "h", "md", "docc"]
    /// What nothing here bears the name of.
    private static let ofTheArticleAlone: Set = ["layer_batch_norm"]

    private static func camelCase(_ flag: String) -> String {
        let words = flag.split(separator: "-").map(String.init)
        return words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
    }

    /// A link to a symbol names a public declaration of its target, with its labels.
    @Test(arguments: Guide.all.filter { !$0.target.isEmpty })
    func symbolsAreDeclared(_ guide: Guide) throws {
        let sources = try Repository.files(in: [guide.target], endings: ["swift"])
            .reduce(into: Data()) { $0 += try Data(Repository.text($1).utf8) }
        let module = guide.target.split(separator: "/").last.map(String.init)
        for symbol in guide.symbols {
            let last = String(symbol.text.split(separator: "/").last ?? "")
            guard let match = last.wholeMatch(of: /(\w+)(?:\(([\w:]*)\))?(-\w+)?/) else {
                Issue.record("\(guide.path):\(symbol.line): \(symbol.text) is no symbol")
                continue
            }
            let name = String(match.1)
            if name == module { continue }
            let labels = (match.2.map(String.init) ?? "").split(separator: ":").map(String.init)
            let isDeclared = Self.declarations(of: name, in: sources).contains { end in
                var rest = sources[end...].prefix(600)
                return labels.allSatisfy { label in
                    guard let place = rest.range(of: Data(label.utf8)) else { return false }
                    rest = rest[place.upperBound...]
                    return true
                }
            }
            #expect(isDeclared, "\(guide.path):\(symbol.line): \(symbol.text) is not declared")
        }
    }

    /// Where declarations of that name go on behind it.
    private static func declarations(of name: String, in sources: Data) -> [Int] {
        let keywords = [
            "func ", "var ", "let ", "struct ", "class ", "enum ", "protocol ", "typealias ",
            "case ",
        ]
        var ends: [Int] = []
        var start = 0
        while let place = sources[start...].range(of: Data(name.utf8)) {
            start = place.upperBound
            let before = String(
                decoding: sources[max(0, place.lowerBound - 10)..<place.lowerBound], as: UTF8.self)
            let next = sources[place.upperBound...].first.map { Character(UnicodeScalar($0)) }
            let isWhole = next.map { "(<?: ,\n".contains($0) } ?? true
            if isWhole, name == "init" || keywords.contains(where: before.hasSuffix) {
                ends.append(place.upperBound)
            }
        }
        return ends
    }

    /// Code is a piece of a source file, or of an example beside this file. A line with `…` stands for
    /// what is left out; imports are of modules of the package.
    @Test(arguments: Guide.checked)
    func codeIsCompiled(_ guide: Guide) {
        for block in guide.blocks where ["swift", "c"].contains(block.language) {
            // A manifest is a user's.
            if block.lines.contains(where: { $0.contains(".product(") }) { continue }
            let lines = block.lines.filter { !$0.hasPrefix("import ") }
            let pieces = lines.split { $0.contains("…") }
            for piece in pieces {
                #expect(
                    Code.contains(piece),
                    "\(guide.path):\(block.line): no file has these lines: \(piece.first ?? "")")
            }
            for line in block.lines where line.hasPrefix("import ") {
                #expect(Repository.exists("Sources/\(line.dropFirst(7))"), "\(line)")
            }
        }
    }

    /// What is shown of a program is what `gan bench --show-program` prints, but for the numbers of
    /// the values, which any change of a graph moves.
    @Test func programsAreShownAsTheyAre() throws {
        var runners: [Int: StepRunner] = [:]
        var shown = 0
        for guide in Guide.checked {
            for block in guide.blocks {
                let command = (block.lines.first ?? "").split(separator: " ").map(String.init)
                guard command.starts(with: ["$", "gan", "bench", "--show-program"]) else {
                    continue
                }
                try #require(command.count == 9, "\(guide.path):\(block.line)")
                let run = try #require(ShownProgram(rawValue: command[4]))
                let batchSize = try #require(Int(command[6]))
                let runner =
                    try runners[batchSize]
                    ?? StepRunner(batchSize: batchSize, threads: 1, examples: MNIST.sample)
                runners[batchSize] = runner
                let program = try runner.program(run, after: command[8])
                let lines = Set(program.components(separatedBy: "\n").map(Self.withoutNumbers))
                for line in block.lines.dropFirst() where line != "…" {
                    shown += 1
                    #expect(
                        lines.contains(Self.withoutNumbers(line)),
                        "\(guide.path):\(block.line): the program has no line \(line)")
                }
            }
        }
        #expect(shown > 30)
    }

    private static func withoutNumbers(_ line: String) -> String {
        line.replacing(/%[0-9]+/, with: "%").replacing(/[ ]+/, with: " ")
    }
}
