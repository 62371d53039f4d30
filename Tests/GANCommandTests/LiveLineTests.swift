import Foundation
import TestSupport
import Testing

/// The line that is redrawn where there is a terminal.
@Suite(.waiting) struct LiveLineTests {
    static let eraseRest = "\u{1b}[J"
    static let (noWrap, wrap) = ("\u{1b}[?7l", "\u{1b}[?7h")

    @Test(arguments: [120, 40, 10])
    func redrawsOneLine(width: Int) throws {
        let outcome = try Command().runInTerminal(
            width: width, "train --train-times 20 --run r")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")

        // A line never goes on in the next row, and what comes after it may.
        let drawn = outcome.output.components(separatedBy: Self.noWrap)
        #expect(drawn.count >= 3)
        #expect(!drawn[0].contains(Self.wrap))
        for part in drawn.dropFirst() {
            let end = try #require(part.range(of: Self.wrap))
            #expect(part[..<end.lowerBound].hasSuffix(Self.eraseRest))
            #expect(!part[..<end.lowerBound].contains("\n"))
            #expect(!part[end.upperBound...].contains(Self.wrap))
        }
        let output = outcome.output.replacing(Self.noWrap, with: "").replacing(Self.wrap, with: "")

        // What is drawn lies between a carriage return and an erasure with another one after it, and
        // stays within the width.
        let start = try #require(output.range(of: "\r\nto watch it: "))
        let end = try #require(output[start.upperBound...].range(of: "\r\n"))
        let parts = output[end.upperBound...].components(separatedBy: Self.eraseRest)
        #expect(parts.count >= 3)
        for part in parts.dropLast() {
            let text = part.drop { $0 == "\r" }
            #expect(part.hasPrefix("\r"))
            #expect(text.utf8.count < width)
            #expect(!text.contains { $0.isNewline })
        }
        // The last of them is empty, so that what follows has the line for itself.
        #expect(parts[parts.count - 2] == "\r\r\u{1b}[2K")
        #expect(parts.last?.hasPrefix("done: 20 of 20 passes in ") == true)
        #expect(
            parts.last?.contains(
                "\r\nthe log is in log/r; to look at it: tensorboard --logdir log\r\nto see ")
                == true)
        if width == 120 {
            #expect(parts[0].hasPrefix("\rwarm-up  training D loss "))
            #expect(
                parts.contains { $0.hasPrefix("\r\rpass ") && $0.contains("/20  training D loss ") }
            )
        }
    }

    @Test func isNotDrawnUnlessWanted() throws {
        let outcome = try Command().runInTerminal(
            width: 80, "train --train-times 1 --no-progress")
        #expect(outcome.status == 0)
        #expect(!outcome.output.contains("\r\u{1b}") && !outcome.output.contains(Self.eraseRest))
        #expect(outcome.output.contains("train times: 1  D_avg_loss: "))
    }
}
