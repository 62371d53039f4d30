import GAN

/// How many steps of the generator the passes to come will take.
///
/// A pass takes some for certain, and more as long as the generator's loss stays above 1. Those grow
/// in each run in the same way, as the discriminator learns its ten images by heart: none at first,
/// some 8 in the 100th pass, 40 from the 350th on, and on average by a fifth more or less from one
/// stretch of forty passes to the next. So what passes took lately is taken as so many times the
/// typical number, and that times the typical number is expected of those to come.
struct StepForecast {
    /// Uncertain steps that were taken and that are typical, in the passes lately.
    private var taken = 0.0
    private var typical = 0.0
    /// How many steps have to speak against the typical number to be believed as much as it.
    private let trust: Double

    /// Passes after which what was noted counts for 1/e.
    private static let memory = 60.0

    /// - Parameter isArticle: Whether the learning rate and the batches are the article's, for which
    ///   the typical number was measured.
    init(isArticle: Bool = true) {
        trust = isArticle ? 1500 : 150
    }

    /// The steps that each pass takes at least, in `passes`, counted from 0.
    static func certain(in passes: Range<Int>) -> Int {
        certain(before: passes.upperBound) - certain(before: passes.lowerBound)
    }

    /// 7 in each pass, and 5 more from each 500th on.
    private static func certain(before count: Int) -> Int {
        let (whole, rest) = count.quotientAndRemainder(dividingBy: 500)
        return 7 * count + 5 * (500 * (whole * (whole - 1) / 2) + whole * rest)
    }

    /// The steps beyond those in a typical run's pass, counted from 0: fitted to the first 400 passes
    /// of seeds 0, 1 and 2 and to the first 700 of seed 3.
    private static func typical(inPass pass: Int) -> Double {
        let x = Double(pass) / 205
        return 42 * (1 - exponential(-x * x))
    }

    /// e to a power that is not positive, by its series at a 64th of it.
    private static func exponential(_ power: Double) -> Double {
        guard power > -40 else { return 0 }
        let x = power / 64
        var result = 1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4)))
        for _ in 0..<6 { result *= result }
        return result
    }

    /// Notes how many steps a pass took, counted from 0.
    mutating func note(_ steps: Int, inPass pass: Int) {
        let keep = 1 - 1 / Self.memory
        taken = taken * keep + Double(max(0, steps - Self.certain(in: pass..<pass + 1)))
        typical = typical * keep + Self.typical(inPass: pass)
    }

    /// The steps to expect in `passes`, counted from 0.
    func steps(in passes: Range<Int>) -> Double {
        let factor = (taken + trust) / (typical + trust)
        // From there on the typical number does not change any more.
        let constant = 1000
        let curved = passes.clamped(to: 0..<constant)
        let sum = curved.reduce(0) { $0 + Self.typical(inPass: $1) }
        let rest = passes.isEmpty ? 0 : passes.count - curved.count
        return Double(Self.certain(in: passes)) + factor * (sum + 42 * Double(rest))
    }

    /// What passes take, in steps of the generator: a pass has a step of the discriminator and a
    /// summary beside.
    static func work(steps: Double, passes: Int) -> Double { steps + 2 * Double(passes) }
}
