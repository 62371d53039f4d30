/// Filters rows of bytes so that they deflate well, as PNG does it (ISO/IEC 15948, chapter 9): each
/// byte less a guess from its neighbours, by that one of five ways of guessing which comes closest.
struct PNGRowFilter {
    /// Bytes from a pixel to the next one.
    private let pixelLength: Int
    /// The row and the one above it, each after the zeros that stand to the left of it.
    private var current: [UInt8]
    private var above: [UInt8]
    /// The row as the best filter so far leaves it, and as the next one does.
    private var best: [UInt8]
    private var candidate: [UInt8]

    /// Makes a filter for the rows of a picture, from the top.
    init(rowLength: Int, pixelLength: Int) {
        self.pixelLength = pixelLength
        current = [UInt8](repeating: 0, count: pixelLength + rowLength)
        above = current
        best = [UInt8](repeating: 0, count: rowLength)
        candidate = best
    }

    /// Filters the next row, and appends the filter's number and the result.
    mutating func append(_ row: ArraySlice<UInt8>, to filtered: inout [UInt8]) {
        swap(&current, &above)
        current.replaceSubrange(pixelLength..., with: row)

        var (bestNumber, bestCost): (UInt8, Int) = (0, Int.max)
        func consider(_ number: UInt8, _ cost: Int) {
            guard cost < bestCost else { return }
            (bestNumber, bestCost) = (number, cost)
            swap(&best, &candidate)
        }
        consider(0, guess { _, _, _ in 0 })
        consider(1, guess { left, _, _ in left })
        consider(2, guess { _, up, _ in up })
        consider(3, guess { left, up, _ in UInt8((UInt16(left) + UInt16(up)) / 2) })
        consider(4, guess(Self.paeth))
        filtered.append(bestNumber)
        filtered += best
    }

    /// Fills `candidate` by one way of guessing.
    ///
    /// - Returns: How far off the guesses are altogether.
    @inline(__always)
    private mutating func guess(
        _ guess: (_ left: UInt8, _ up: UInt8, _ upLeft: UInt8) -> UInt8
    ) -> Int {
        current.withUnsafeBufferPointer { current in
            above.withUnsafeBufferPointer { above in
                candidate.withUnsafeMutableBufferPointer { candidate in
                    var cost: UInt32 = 0
                    for index in candidate.indices {
                        let guess = guess(
                            current[index], above[index + pixelLength], above[index])
                        let difference = current[index + pixelLength] &- guess
                        candidate[index] = difference
                        cost &+= UInt32(min(difference, 0 &- difference))
                    }
                    return Int(cost)
                }
            }
        }
    }

    /// That of the three neighbours which is closest to left + up - up-left.
    @inline(__always)
    private static func paeth(left: UInt8, up: UInt8, upLeft: UInt8) -> UInt8 {
        let fromLeft = Int16(up) - Int16(upLeft)
        let fromUp = Int16(left) - Int16(upLeft)
        let fromUpLeft = fromLeft + fromUp
        if abs(fromLeft) <= abs(fromUp), abs(fromLeft) <= abs(fromUpLeft) { return left }
        return abs(fromUp) <= abs(fromUpLeft) ? up : upLeft
    }
}
