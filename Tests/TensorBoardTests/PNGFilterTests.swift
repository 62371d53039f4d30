import CPNGFilter
import TestSupport
import Testing

/// The kernel beside the standard's five ways, byte by byte (ISO/IEC 15948, chapter 9).
@Suite struct PNGFilterTests {
    /// What a way guesses of three neighbours.
    func guess(_ way: Int, _ left: Int, _ up: Int, _ upLeft: Int) -> Int {
        switch way {
        case 1: return left
        case 2: return up
        case 3: return (left + up) / 2
        case 4:
            let guess = left + up - upLeft
            let far = [abs(guess - left), abs(guess - up), abs(guess - upLeft)]
            if far[0] <= far[1] && far[0] <= far[2] { return left }
            return far[1] <= far[2] ? up : upLeft
        default: return 0
        }
    }

    /// A row as a way leaves it, and how far off its guesses are.
    func filtered(
        _ way: Int, _ row: [UInt8], _ above: [UInt8], _ pixelLength: Int
    ) -> (bytes: [UInt8], cost: Int) {
        var (bytes, cost): ([UInt8], Int) = ([], 0)
        for index in pixelLength..<row.count {
            let left = index - pixelLength
            let guess = guess(way, Int(row[left]), Int(above[index]), Int(above[left]))
            let difference = row[index] &- UInt8(guess)
            bytes.append(difference)
            cost += min(Int(difference), 256 - Int(difference))
        }
        return (bytes, cost)
    }

    /// Rows that each way is the best for, and longer ones than sums of 16 bits hold.
    @Test(arguments: 1...4, [16, 32, 112, 4080, 4096, 12_000])
    func findsTheBestWay(pixelLength: Int, count: Int) {
        var random = SeededGenerator(seed: UInt64(pixelLength * count))
        var above = [UInt8](repeating: 0, count: pixelLength + count)
        var ways: Set<Int> = []
        for turn in 0..<20 {
            var row = above
            for index in pixelLength..<row.count {
                let left = Int(row[index - pixelLength])
                let (up, upLeft) = (Int(above[index]), Int(above[index - pixelLength]))
                let noise = turn < 5 ? Int.random(in: 0..<256, using: &random) : turn % 3
                row[index] = UInt8((guess(turn % 5, left, up, upLeft) + noise) & 255)
            }
            let all = (0..<5).map { filtered($0, row, above, pixelLength) }
            let least = all.map(\.cost).min()
            let best = all.firstIndex { $0.cost == least }
            var result = [UInt8](repeating: 0, count: count)
            let way = Int(png_filter_row(row, above, pixelLength, count, &result))
            #expect(way == best)
            #expect(result == all[way].bytes)
            ways.insert(way)
            above = row
        }
        #expect(ways.count > 2)
    }
}
