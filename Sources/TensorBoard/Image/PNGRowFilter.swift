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
        consider(4, guess(Self.paeth))
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
                    for start in stride(from: 0, to: paddedLength, by: 16) {
                        let next = start &+ pixelLength
                        let difference =
                            current.loadUnaligned(fromByteOffset: next, as: Vector.self)
                            &- guess(
                                current.loadUnaligned(fromByteOffset: start, as: Vector.self),
                                above.loadUnaligned(fromByteOffset: next, as: Vector.self),
                                above.loadUnaligned(fromByteOffset: start, as: Vector.self))
                        candidate.storeBytes(
                            of: difference, toByteOffset: start, as: Vector.self)
                        cost &+= Self.sum(pointwiseMin(difference, 0 &- difference))
                    }
                    return cost
                }
            }
        }
    }

    @inline(__always)
    private static func sum(_ bytes: Vector) -> Int {
        let pairs = unsafeBitCast(bytes, to: SIMD8<UInt16>.self)
        return Int(((pairs & 0xff) &+ (pairs &>> 8)).wrappedSum())
    }

    /// That of the three neighbours which is closest to left + up - upLeft.
    @inline(__always)
    private static func paeth(_ left: Vector, _ up: Vector, _ upLeft: Vector) -> Vector {
        let fromLeft = pointwiseMax(up, upLeft) &- pointwiseMin(up, upLeft)
        let fromUp = pointwiseMax(left, upLeft) &- pointwiseMin(left, upLeft)
        let larger = pointwiseMax(fromLeft, fromUp)
        // Where left and up lie on the same side of upLeft, upLeft is the farthest.
        let isBetween = (left .< upLeft) .!= (up .< upLeft)
        let fromUpLeft = larger.replacing(
            with: larger &- pointwiseMin(fromLeft, fromUp), where: isBetween)
        let upOrUpLeft = upLeft.replacing(with: up, where: fromUp .<= fromUpLeft)
        return upOrUpLeft.replacing(
            with: left, where: fromLeft .<= pointwiseMin(fromUp, fromUpLeft))
    }
}
