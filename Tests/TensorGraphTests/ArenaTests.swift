import Testing

@testable import TensorGraph

/// The layout of a run's memory.
@Suite struct ArenaTests {
    /// Whatever is asked for: places are aligned, inside the whole, and shared only by tensors that
    /// never live together.
    @Test(arguments: 0..<50)
    func nothingOverlaps(_ seed: UInt64) {
        var numbers = SplitMix64(state: seed)
        let requests = (0..<Int.random(in: 0...60, using: &numbers)).map { _ in
            let start = Int.random(in: 0...40, using: &numbers)
            let end = start + Int.random(in: 0...10, using: &numbers)
            return ArenaLayout.Request(
                bytes: Int.random(in: 0...3000, using: &numbers), steps: start...end)
        }
        let layout = ArenaLayout(requests)
        #expect(layout.offsets.count == requests.count)
        let places = zip(requests, layout.offsets).map { $1..<$1 + $0.bytes }
        for (index, place) in places.enumerated() {
            #expect(place.lowerBound.isMultiple(of: 64) && place.upperBound <= layout.size)
            for other in 0..<index where requests[other].steps.overlaps(requests[index].steps) {
                #expect(!places[other].overlaps(place), "\(requests[other]) and \(requests[index])")
            }
        }
    }

    /// A chain of tensors, each needed for the next one only, fits into the memory of two.
    @Test func memoryIsReused() {
        let chain = (0..<20).map { ArenaLayout.Request(bytes: 6400, steps: $0...$0 + 1) }
        #expect(ArenaLayout(chain).size == 2 * 6400)
    }

    /// Smaller ones go between larger ones that live at other times.
    @Test func gapsAreFilled() {
        let layout = ArenaLayout([
            .init(bytes: 640, steps: 0...1), .init(bytes: 320, steps: 1...3),
            .init(bytes: 300, steps: 2...3), .init(bytes: 64, steps: 2...2),
        ])
        #expect(layout.offsets == [0, 640, 0, 320])
        #expect(layout.size == 960)
    }
}
