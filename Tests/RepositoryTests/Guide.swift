import Foundation
import Testing

/// A page of Markdown, taken apart as far as it speaks of the code.
struct Guide: Sendable, CustomTestStringConvertible {
    let path: String
    let text: String
    /// The blocks of code, each with the number of its first line.
    private(set) var blocks: [Block] = []
    /// What stands between single backticks elsewhere.
    private(set) var spans: [Span] = []
    /// What stands between double backticks: links to symbols.
    private(set) var symbols: [Span] = []
    /// What links lead to.
    private(set) var links: [Span] = []

    struct Block: Sendable {
        let language: String
        let line: Int
        let lines: [String]
    }

    struct Span: Sendable {
        let line: Int
        let text: String
    }

    var testDescription: String { path }
    /// The folder of the target that it belongs to: `Sources/TensorGraph`; empty for none.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.first == "Sources" ? parts.prefix(2).joined(separator: "/") : ""
    }

    init(_ path: String) throws {
        self.path = path
        text = try Repository.text(path)
        var block: (language: String, line: Int, lines: [String])?
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                if let ended = block {
                    blocks.append(
                        Block(language: ended.language, line: ended.line, lines: ended.lines))
                    block = nil
                } else {
                    block = (String(line.dropFirst(3)), index + 2, [])
                }
            } else if block != nil {
                block?.lines.append(line)
            } else {
                read(line, number: index + 1)
            }
        }
    }

    private mutating func read(_ line: String, number: Int) {
        for match in line.matches(of: /``([^`]+)``/) {
            symbols.append(Span(line: number, text: String(match.1)))
        }
        for match in line.replacing(/``[^`]+``/, with: "").matches(of: /`([^`]+)`/) {
            spans.append(Span(line: number, text: String(match.1)))
        }
        for match in line.matches(of: /\]\(([^)]+)\)/) {
            links.append(Span(line: number, text: String(match.1)))
        }
        for match in line.matches(of: /<doc:([^>]+)>/) {
            links.append(Span(line: number, text: "doc:\(match.1)"))
        }
    }

    /// What those of the code say that join the project, and the README.
    static let all: [Guide] = {
        let catalogs = Repository.files(in: ["Sources"], endings: ["md"])
            .filter { $0.contains(".docc/") }
        let others = [
            "README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md", ".github/CHANGELOG.md",
        ]
        return (catalogs + others).compactMap { try? Guide($0) }
    }()

    /// Those whose code is held to the sources: all of it is a piece of a file, or of an example that is
    /// compiled and run by these tests.
    static let checked = all.filter { guide in
        guide.path == "README.md"
            || ["TensorGraph", "GAN", "Checkpoints"].contains { guide.target == "Sources/\($0)" }
    }
}

/// The words and the code that there are.
enum Code {
    /// The files of the code, each without white space, by which a piece is found whatever its
    /// indentation.
    static let packed: [(path: String, text: Data)] = paths.compactMap { path in
        guard let data = try? Data(contentsOf: Repository.root.appending(path: path)) else {
            return nil
        }
        return (path, pack(data))
    }

    /// The names that occur in the code, with and without their hyphens.
    static let words: Set<String> = {
        var words: Set<String> = []
        for path in paths + Repository.files(in: ["tools", "proto"], endings: ["", "py", "proto"]) {
            guard let text = try? Repository.text(path) else { continue }
            for hyphens in [false, true] {
                let parts = text.utf8.split { byte in
                    !(byte == 95 || 48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte
                        || hyphens && byte == 45)
                }
                for part in parts { words.insert(String(decoding: part, as: UTF8.self)) }
            }
        }
        return words
    }()

    private static let paths =
        Repository.files(in: ["Sources", "Tests"], endings: ["swift", "c", "h"]) + ["Package.swift"]

    /// Without white space, and without the backslashes by which macros go on.
    static func pack(_ data: Data) -> Data {
        data.withUnsafeBytes { bytes in
            var packed: [UInt8] = []
            packed.reserveCapacity(bytes.count)
            for byte in bytes where byte > 32 && byte != 92 { packed.append(byte) }
            return Data(packed)
        }
    }

    /// Whether a piece of code is part of a file.
    static func contains(_ lines: some Sequence<String>) -> Bool {
        let piece = pack(Data(lines.joined().utf8))
        return packed.contains { $0.text.range(of: piece) != nil }
    }
}
