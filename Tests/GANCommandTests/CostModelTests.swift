import Testing

@testable import Benchmarks

/// What the model makes of computing and messages, by hand.
@Suite struct CostModelTests {
    /// A link of 1 ms a message and 1 GB/s.
    private let model = CostModel(latency: 1e-3, secondsPerByte: 1e-9)

    private func computing(
        _ milliseconds: Double, ready: [Double], bytes: Double = 1e6
    ) -> CostModel.Computing {
        .init(
            total: milliseconds / 1e3, ready: ready.map { $0 / 1e3 },
            bytes: ready.map { _ in bytes })
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
        expect(model.step(computing(10, ready: [1, 8]), processes: 1), milliseconds: 10)
    }

    /// What is there last is waited for, and what is made of it comes after it.
    @Test func theLastSumIsNotHidden() {
        expect(model.step(computing(10, ready: [8]), processes: 2), milliseconds: 13)
        #expect(abs(model.hidden(computing(10, ready: [8]), processes: 2)) < 1e-9)
    }

    @Test func earlySumsAre() {
        let early = computing(10, ready: [1, 8])
        // There after 4 and 11 ms; of two for the steps of Adam, one goes by meanwhile.
        expect(model.step(early, processes: 2), milliseconds: 12)
        #expect(abs(model.hidden(early, processes: 2) - 4.0 / 6) < 1e-9)
        // One after the other: there after 4, 7 and 11 ms.
        let three = computing(9, ready: [1, 2, 8])
        expect(model.step(three, processes: 2), milliseconds: 11 + 1.0 / 3)
    }

    /// What the processor does for a sum delays what it computes.
    @Test func theProcessorsPartIsNotHidden() {
        var model = model
        model.processorPerByte = 1e-9
        expect(model.step(computing(10, ready: [1, 8]), processes: 2), milliseconds: 13)
    }

    @Test func nothingIsSummedTwiceAsFast() {
        let step = computing(10, ready: [2, 4])
        expect(model.step(step.scaled(by: 2), processes: 1), milliseconds: 20)
        #expect(
            step.scaled(by: 0.5).ready == [1e-3, 2e-3] && step.scaled(by: 0.5).bytes == step.bytes)
    }
}
