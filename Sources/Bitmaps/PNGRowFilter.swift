/// Filters rows of bytes so that they deflate well, as PNG does it (ISO/IEC 15948, chapter 9): each
/// byte less a guess from its neighbours, by that one of five ways of guessing which comes closest.
///
/// Sixteen bytes are filtered at once. What a row lacks of a multiple of that is filled up with
/// zeros, which count a little when the filters are compared, but are not written.
struct PNGRowFilter {
    private typealias Vector = SIMD16<UInt8>

    /// Bytes from a pixel to the next one.
    private let pixelLength: Int
    /// Bytes of a row, and as many as a whole number of vectors takes.
    private let rowLength: Int
    private let paddedLength: Int
    /// The row and the one above it, each after the zeros that stand to the left of it.
    private var current: [UInt8]
    private var above: [UInt8]
    /// The row as the best filter so far leaves it, and as the next one does.
    private var best: [UInt8]
    private var candidate: [UInt8]

    /// Makes a filter for the rows of a picture, from the top.
    init(rowLength: Int, pixelLength: Int) {
        self.pixelLength = pixelLength
        self.rowLength = rowLength
        paddedLength = (rowLength + 15) / 16 * 16
        current = [UInt8](repeating: 0, count: pixelLength + paddedLength)
        above = current
        best = [UInt8](repeating: 0, count: paddedLength)
        candidate = best
    }

    /// Filters the next row, and appends the filter's number and the result.
    mutating func append(_ row: ArraySlice<UInt8>, to filtered: inout [UInt8]) {
        swap(&current, &above)
        current.replaceSubrange(pixelLength..<pixelLength + rowLength, with: row)

        var (bestNumber, bestCost): (UInt8, Int) = (0, Int.max)
        func consider(_ number: UInt8, _ cost: Int) {
            guard cost < bestCost else { return }
            (bestNumber, bestCost) = (number, cost)
            swap(&best, &candidate)
        }
        consider(0, guess { _, _, _ in Vector() })
        consider(1, guess { left, _, _ in left })
        consider(2, guess { _, up, _ in up })
        consider(3, guess { left, up, _ in (left & up) &+ ((left ^ up) &>> 1) })
        consider(4, guess { left, up, upLeft in Self.paeth(left, up, upLeft) })
        filtered.append(bestNumber)
        filtered += best[..<rowLength]
    }

    /// Fills `candidate` by one way of guessing.
    ///
    /// - Returns: How far off the guesses are altogether.
    @inline(__always)
    private mutating func guess(
        _ guess: (_ left: Vector, _ up: Vector, _ upLeft: Vector) -> Vector
    ) -> Int {
        current.withUnsafeBytes { current in
            above.withUnsafeBytes { above in
                candidate.withUnsafeMutableBytes { candidate in
                    var cost = 0
                    var sums = SIMD8<UInt16>()
                    var next = Self.vectorsPerSum
                    for start in stride(from: 0, to: paddedLength, by: 16) {
                        let here = start &+ pixelLength
                        let difference =
                            current.loadUnaligned(fromByteOffset: here, as: Vector.self)
                            &- guess(
                                current.loadUnaligned(fromByteOffset: start, as: Vector.self),
                                above.loadUnaligned(fromByteOffset: here, as: Vector.self),
                                above.loadUnaligned(fromByteOffset: start, as: Vector.self))
                        candidate.storeBytes(
                            of: difference, toByteOffset: start, as: Vector.self)
                        sums &+= Self.pairSums(Self.smaller(difference, 0 &- difference))
                        next &-= 1
                        if next == 0 {
                            cost &+= Self.sum(sums)
                            (sums, next) = (SIMD8(), Self.vectorsPerSum)
                        }
                    }
                    return cost &+ Self.sum(sums)
                }
            }
        }
    }

    /// So many vectors' sums fit 16 bits: a pair of bytes adds 256 at the most.
    private static let vectorsPerSum = 255

    // The standard library's functions for these are calls in the middle of the loop.
    @inline(__always)
    private static func smaller(_ one: Vector, _ other: Vector) -> Vector {
        one.replacing(with: other, where: other .< one)
    }

    @inline(__always)
    private static func greater(_ one: Vector, _ other: Vector) -> Vector {
        one.replacing(with: other, where: one .< other)
    }

    @inline(__always)
    private static func pairSums(_ bytes: Vector) -> SIMD8<UInt16> {
        let pairs = unsafeBitCast(bytes, to: SIMD8<UInt16>.self)
        return (pairs & 0xff) &+ (pairs &>> 8)
    }

    @inline(__always)
    private static func sum(_ sums: SIMD8<UInt16>) -> Int {
        var sum = 0
        for lane in 0..<8 { sum &+= Int(sums[lane]) }
        return sum
    }

    /// That of the three neighbours which is closest to left + up - upLeft.
    @inline(__always)
    private static func paeth(_ left: Vector, _ up: Vector, _ upLeft: Vector) -> Vector {
        let fromLeft = Self.greater(up, upLeft) &- Self.smaller(up, upLeft)
        let fromUp = Self.greater(left, upLeft) &- Self.smaller(left, upLeft)
        let larger = Self.greater(fromLeft, fromUp)
        // Where left and up lie on the same side of upLeft, upLeft is the farthest.
        let isBetween = (left .< upLeft) .!= (up .< upLeft)
        let fromUpLeft = larger.replacing(
            with: larger &- Self.smaller(fromLeft, fromUp), where: isBetween)
        let upOrUpLeft = upLeft.replacing(with: up, where: fromUp .<= fromUpLeft)
        return upOrUpLeft.replacing(
            with: left, where: fromLeft .<= Self.smaller(fromUp, fromUpLeft))
    }
}
