import TensorGraph

/// An array of doubles, in row-major order: what the tests compute with, plainly, beside the
/// engine.
struct Doubles: Sendable {
    let shape: [Int]
    var values: [Double]

    init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *))
        self.shape = shape
        self.values = values
    }

    /// What a run gave: floats and integers as they are, bools as 0 and 1.
    init(_ value: Value) {
        let values: [Double] =
            switch value.elements {
            case .float(let floats): floats.map(Double.init)
            case .int32(let ints): ints.map(Double.init)
            case .int64(let ints): ints.map(Double.init)
            case .bool(let bools): bools.map { $0 ? 1 : 0 }
            case .double, .uint8, .string, .bytes: []
            }
        self.init(value.shape, values)
    }

    static func scalar(_ value: Double) -> Doubles { Doubles([], [value]) }

    static func zeros(_ shape: [Int]) -> Doubles {
        Doubles(shape, [Double](repeating: 0, count: shape.reduce(1, *)))
    }

    /// The same numbers as float32, as which they are fed.
    var value: Value { Value(values.map(Float.init), shape: shape) }

    var count: Int { values.count }
    var sum: Double { values.reduce(0, +) }
}

// MARK: Arithmetic

extension Doubles {
    func map(_ body: (Double) -> Double) -> Doubles { Doubles(shape, values.map(body)) }

    func reshaped(_ shape: [Int]) -> Doubles { Doubles(shape, values) }

    /// `body` of every pair of elements, the arrays broadcast to one shape as NumPy does it.
    static func combined(
        _ a: Doubles, _ b: Doubles, _ body: (Double, Double) -> Double
    ) -> Doubles {
        let rank = max(a.shape.count, b.shape.count)
        func padded(_ shape: [Int]) -> [Int] {
            [Int](repeating: 1, count: rank - shape.count) + shape
        }
        let (ofA, ofB) = (padded(a.shape), padded(b.shape))
        let shape = zip(ofA, ofB).map { $0 == 1 ? $1 : $0 }
        var values: [Double] = []
        for index in 0..<shape.reduce(1, *) {
            let place = Self.place(index, in: shape)
            values.append(
                body(a.values[Self.index(place, in: ofA)], b.values[Self.index(place, in: ofB)]))
        }
        return Doubles(shape, values)
    }

    static func + (a: Doubles, b: Doubles) -> Doubles { combined(a, b, +) }
    static func - (a: Doubles, b: Doubles) -> Doubles { combined(a, b, -) }
    static func * (a: Doubles, b: Doubles) -> Doubles { combined(a, b, *) }

    /// The sum over `axes`, which stay as 1.
    func summed(_ axes: [Int]) -> Doubles {
        let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
        var result = Doubles.zeros(kept)
        for (index, value) in values.enumerated() {
            result.values[Self.index(Self.place(index, in: shape), in: kept)] += value
        }
        return result
    }

    /// The coordinates of an element.
    static func place(_ index: Int, in shape: [Int]) -> [Int] {
        var rest = index
        var place: [Int] = []
        for size in shape.reversed() {
            place.append(rest % size)
            rest /= size
        }
        return place.reversed()
    }

    /// The element at those coordinates, of which those along axes of size 1 count as 0.
    static func index(_ place: [Int], in shape: [Int]) -> Int {
        zip(place, shape).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
    }
}

// MARK: Numbers to test with

extension Doubles {
    /// Numbers in `range`, the same in every run; each one is a float32.
    static func random(
        _ shape: [Int], in range: ClosedRange<Double> = -1...1, seed: UInt64 = 0
    ) -> Doubles {
        var numbers = SplitMix64(state: seed &* 0x1234_5678_9ABC_DEF1 &+ UInt64(shape.count))
        return zeros(shape).map { _ in Double(Float(Double.random(in: range, using: &numbers))) }
    }

    /// Positive numbers, for logarithms, roots and divisors.
    static func positive(_ shape: [Int], seed: UInt64 = 0) -> Doubles {
        random(shape, in: 0.5...2, seed: seed)
    }

    /// Numbers of both signs that keep 0.1 away from 0, where a relu has a kink.
    static func awayFromZero(_ shape: [Int], seed: UInt64 = 0) -> Doubles {
        random(shape, seed: seed).map { Double(Float($0 < 0 ? $0 - 0.1 : $0 + 0.1)) }
    }

    /// Numbers any two of which are 0.1 apart at least, so that the largest of several stays it
    /// when they move a little.
    static func distinct(_ shape: [Int], seed: UInt64 = 0) -> Doubles {
        var numbers = SplitMix64(state: seed)
        let count = shape.reduce(1, *)
        let order = (0..<count).shuffled(using: &numbers)
        return Doubles(shape, order.map { Double(Float(Double($0 - count / 2) * 0.1)) })
    }
}

/// A generator that gives the same numbers in every run.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
