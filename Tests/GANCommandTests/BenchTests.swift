import Foundation
import TestSupport
import Testing

/// `gan bench`, as roughly and as little of it as it can be asked for.
@Suite(.waiting) struct BenchTests {
    func tables(_ arguments: String...) throws -> [[String: Any]] {
        let outcome = try Command().run(["bench", "--quick", "--json"] + arguments)
        #expect(outcome.errors == "")
        try #require(outcome.status == 0)
        let tables = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(tables as? [[String: Any]])
    }

    func rows(_ table: [String: Any]) throws -> [[String: Any]] {
        try #require(table["rows"] as? [[String: Any]])
    }

    @Test func measuresSteps() throws {
        let tables = try tables("--only", "steps", "--batch-size", "2", "--threads", "1", "2")
        #expect(tables.map { $0["name"] as? String } == ["steps"])
        let rows = try rows(tables[0])
        let steps = ["D step + loss", "D step + loss", "G step + loss", "G step + loss"]
        #expect(rows.map { $0["step"] as? String } == steps)
        #expect(rows.map { $0["threads"] as? Int } == [1, 2, 1, 2])
        for row in rows {
            let median = try #require(row["median ms"] as? Double)
            let minimum = try #require(row["min ms"] as? Double)
            #expect(0 < minimum && minimum <= median)
        }
    }

    @Test func findsTheExpensiveNodes() throws {
        let tables = try tables("--only", "nodes", "--batch-size", "2", "--threads", "1")
        #expect(tables.count == 3)  // of either step, and of a summary
        for table in tables {
            let rows = try rows(table)
            let shares = rows.compactMap { $0["share of the nodes' time %"] as? Double }
            #expect(shares.count == rows.count)
            #expect(shares.dropLast().elementsEqual(shares.dropLast().sorted(by: >)))
        }
    }

    /// Each kernel is checked against plain loops in this, on shapes that no other test has.
    @Test func putsKernelsBesideTheirBounds() throws {
        let tables = try tables("--only", "kernels", "--batch-size", "2", "--threads", "2")
        #expect(tables.map { $0["name"] as? String } == ["bounds", "kernels", "step bounds"])
    }

    /// A number for each row, or for all, costs what a row for all does, whatever the machine does
    /// meanwhile: within a factor of three, where it was 66 when it went element by element.
    @Test func broadcastsAtTheSpeedOfMemory() throws {
        let tables = try tables("--only", "broadcasting")
        let rows = try rows(tables[0])
        #expect(
            rows.map { $0["y"] as? String }.prefix(4) == ["[784]", "[64, 1]", "[1]", "[64, 784]"])
        for row in rows { #expect(try #require(row["beside rows"] as? Double) < 3) }
    }

    @Test func measuresTheStartInAProcessOfItsOwn() throws {
        let tables = try tables("--only", "start", "summary", "--threads", "1")
        #expect(tables.map { $0["name"] as? String } == ["start", "summary"])
        let start = try rows(tables[0])
        #expect(start.compactMap { $0["unit"] as? String } == ["ms", "ms", "MB"])
    }

    /// A DCGAN's steps are counted by what they multiply, and convolutions are checked first.
    @Test func putsADCGANBesideTheBound() throws {
        let table = try tables("--only", "dcgan", "--batch-size", "1", "--threads", "1")[0]
        let rows = try rows(table)
        #expect(
            rows.map { $0["network"] as? String } == ["dcgan", "dcgan", "dcgan-wide", "dcgan-wide"])
        #expect(rows.map { $0["step"] as? String } == ["D", "G", "D", "G"])
        #expect(rows.allSatisfy { ($0["share of the bound %"] as? Double ?? 0) > 0 })
    }

    /// What a process computes, and what the model makes of it for many machines.
    @Test func predictsManyMachines() throws {
        let tables = try tables("--processes", "--width", "2", "--threads", "1")
        #expect(tables.map { $0["name"] as? String } == ["computing", "model-2"])
        let computed = try rows(tables[0])
        #expect(computed.map { $0["images"] as? Int } == [8, 32, 128])
        let rows = try rows(tables[1])
        #expect(rows.count == 16)
        #expect(rows.prefix(8).map { $0["machines"] as? Int } == [2, 4, 8, 16, 32, 64, 128, 256])
        let alone = try #require(computed[2]["alone ms"] as? Double)
        let divided = try #require(computed[2]["as one of two ms"] as? Double)
        func seconds(_ row: [String: Any]) throws -> Double {
            try #require(row["128 each ms"] as? Double)
        }
        for row in rows {
            let efficiency = try #require(row["efficiency %"] as? Double)
            let expected = try alone / seconds(row) * 100
            #expect(abs(efficiency / expected - 1) < 0.02)
            // Of what is computed, the updates alone become less.
            #expect(try seconds(row) > divided / 2)
        }
        // The slower link and the faster one.
        for (slow, fast) in zip(rows.prefix(8), rows.suffix(8)) {
            #expect(try seconds(slow) >= seconds(fast) * 0.99)
        }
    }

    @Test func refusesWhatItCannotMeasure() throws {
        for (arguments, message) in [
            (["--width", "4"], "--width and --shards say what --processes measures"),
            (["--processes", "--shards", "3"], "it must be a power of two"),
            (["--processes", "--shards", "16", "--batch-size", "8"], "a batch of 8 cannot be cut"),
            (["--only", "weather"], "it must be one of start, steps, dcgan, nodes, summary"),
            (["--batch-size", "1001"], "--batch-size must be at most 1000"),
        ] {
            let outcome = try Command().run(["bench"] + arguments)
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains(message))
        }
    }
}
