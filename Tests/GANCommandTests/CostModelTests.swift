import Testing

@testable import Benchmarks

/// What the model makes of computing and messages, by hand.
@Suite struct CostModelTests {
    /// A link of 1 ms a message and 1 GB/s.
    private let model = CostModel(latency: 1e-3, secondsPerByte: 1e-9)

    private func begins(
        _ milliseconds: Double, _ exchange: CostModel.Exchange = .sum, bytes: Double = 1e6
    ) -> CostModel.Event {
        .init(time: milliseconds / 1e3, kind: .begins(exchange, bytes: bytes))
    }

    private func needs(_ milliseconds: Double, _ number: Int) -> CostModel.Event {
        .init(time: milliseconds / 1e3, kind: .needs(number))
    }

    private func step(
        _ milliseconds: Double, _ events: CostModel.Event..., processes: Int = 2
    ) -> CostModel.Step {
        .init(total: milliseconds / 1e3, events: events, processes: processes)
    }

    private func seconds(_ step: CostModel.Step, processes: Int) -> Double {
        model.steps([step], processes: processes)[0]
    }

    private func expect(_ seconds: Double, milliseconds: Double) {
        #expect(abs(seconds * 1e3 - milliseconds) < 1e-9)
    }

    @Test func aRingsBytes() {
        #expect(model.sent(1000, 2) == 1000)
        #expect(model.sent(1000, 4) == 1500)
        #expect(model.sent(1000, 256) == 1992.1875)
        // Two exchanges, four, and sixteen.
        expect(model.link(1e6, processes: 2), milliseconds: 3)
        expect(model.link(1e6, processes: 4), milliseconds: 5.5)
        expect(model.link(0, processes: 256), milliseconds: 16)
    }

    @Test func oneProcessOnlyComputes() {
        expect(seconds(step(10, begins(1), needs(8, 0)), processes: 1), milliseconds: 10)
    }

    /// What is there last is waited for, and what is made of it comes after it.
    @Test func theLastSumIsNotHidden() {
        expect(seconds(step(10, begins(8), needs(8, 0)), processes: 2), milliseconds: 13)
    }

    @Test func earlySumsAre() {
        // There after 4 and 11 ms; of two for the steps of Adam, one goes by meanwhile.
        let two = step(10, begins(1), begins(8), needs(8, 0), needs(9, 1))
        expect(seconds(two, processes: 2), milliseconds: 12)
        // One after the other: there after 4, 7 and 11 ms.
        let three = step(9, begins(1), begins(2), begins(8), needs(8, 0), needs(8.5, 2))
        expect(seconds(three, processes: 2), milliseconds: 11.5)
    }

    /// What the processor does for a sum delays what it computes, but not what it waits for.
    @Test func theProcessorsPartIsNotHidden() {
        var model = model
        model.processorPerByte = 1e-9
        let hidden = step(10, begins(1), needs(8, 0))
        expect(model.steps([hidden], processes: 2)[0], milliseconds: 11)
        let waited = step(10, begins(8), needs(8, 0))
        expect(model.steps([waited], processes: 2)[0], milliseconds: 13)
    }

    /// Steps of Adam in parts: half of a sum before them, half after them, for which the next step waits
    /// only when it reads the weights.
    @Test func dividedUpdates() {
        // Ready after 8 ms, there after 9.5, changed after 11.5, gathered after 13.
        func own(_ processes: Int, reads time: Double) -> Double {
            let step = step(
                10, needs(time, -1), begins(8, .reduceScatter), needs(8, 0),
                begins(10, .gatherOfUpdates))
            return seconds(step, processes: processes)
        }
        expect(own(2, reads: 5), milliseconds: 11.5)
        expect(own(2, reads: 0), milliseconds: 13)
        // Four change a quarter each: 1 ms in place of 2; four exchanges and 1.5 MB are 5.5 ms.
        expect(own(4, reads: 7), milliseconds: 8 + 2.75 + 1)
        // Of two steps by turns the other one reads what the first gathers.
        let both = model.steps(
            [
                step(
                    10, begins(8, .reduceScatter), needs(8, 0), begins(10, .gatherOfUpdates)),
                step(10, needs(1, -1)),
            ], processes: 2)
        expect(both[0], milliseconds: 11.5)
        expect(both[1], milliseconds: 10.5)
    }

    @Test func aScaledStep() {
        let twice = step(10, begins(2), needs(4, 0)).scaled(by: 2)
        expect(seconds(twice, processes: 1), milliseconds: 20)
        #expect(twice.events.map(\.time) == [4e-3, 8e-3])
        #expect(twice.events[0].kind == .begins(.sum, bytes: 1e6))
    }
}
