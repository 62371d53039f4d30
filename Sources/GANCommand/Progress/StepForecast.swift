import GAN

/// How many steps of the generator the passes to come will take.
///
/// A pass takes some for certain, and more as long as the generator's loss stays above 1. Those grow
/// as the discriminator gets to know its images by heart: none at first, half of their final number
/// after some 165 passes, that of 42 from the 400th on. The curve is measured, on the first 400
/// passes of seeds 0 to 6 and the first 1000 of two; it is assumed that
///
/// - runs follow it whatever their seeds, and that passes are scattered around it, each by 65 % and
///   alike from one to the next: so 100 passes together are off by 10 % (one standard deviation), 40
///   by 15 %, 20 by 20 %, 10 by 29 %, and no forecast can be better than that, as neither the losses
///   nor what passes took lately tell more;
/// - larger batches and smaller learning rates stretch it, by the square root of either;
/// - a run takes so many times its steps as it did lately, as far as many passes say so;
/// - networks that another run has trained are at its end from the start.
struct StepForecast {
    /// Uncertain steps that were taken and that are typical, in the passes lately.
    private var taken = 0.0
    private var typical = 0.0
    /// After how many times the passes the curve is reached; 0 at its end.
    private let stretch: Double

    /// The uncertain steps of a pass at the curve's end.
    private static let final = 42.0
    /// The passes after which it has half of them.
    private static let half = 165.0
    /// Passes after which what was noted counts for 1/e.
    private static let memory = 100.0
    /// How many steps have to speak against the typical number to be believed as much as it.
    private static let trust = 5000.0

    /// For a run with these hyperparameters.
    ///
    /// - Parameter isTrainedBefore: Whether its networks begin as another run left them.
    init(_ hyperparameters: Hyperparameters = Hyperparameters(), isTrainedBefore: Bool = false) {
        let article = Hyperparameters()
        let batches = Double(hyperparameters.batchSize) / Double(article.batchSize)
        let rates = Double(hyperparameters.learningRate) / Double(article.learningRate)
        stretch = isTrainedBefore ? 0 : (batches / rates).squareRoot()
    }

    /// The uncertain steps in a typical run's pass, counted from 0.
    private func typical(inPass pass: Double) -> Double {
        guard stretch > 0 else { return Self.final }
        let x = pass / (Self.half * stretch)
        return Self.final * (1 - 1 / (1 + x * x * x))
    }

    /// Notes how many steps a pass took, counted from 0.
    mutating func note(_ steps: Int, inPass pass: Int) {
        let keep = 1 - 1 / Self.memory
        taken = taken * keep + Double(max(0, steps - ArticleLoop.certainSteps(inPass: pass)))
        typical = typical * keep + typical(inPass: Double(pass))
    }

    /// The steps to expect in `passes`, counted from 0.
    func steps(in passes: Range<Int>) -> Double {
        let factor = (taken + Self.trust) / (typical + Self.trust)
        // Where there are many, one in the middle stands for those around it.
        let count = min(passes.count, 1000)
        let width = Double(passes.count) / Double(max(count, 1))
        let sum = (0..<count).reduce(0) { sum, index in
            let middle = Double(passes.lowerBound) + (Double(index) + 0.5) * width - 0.5
            return sum + typical(inPass: middle) * width
        }
        return Double(ArticleLoop.certainSteps(inPasses: passes)) + factor * sum
    }

    /// What passes take, in steps of the generator: a pass has a step of the discriminator and a
    /// summary beside.
    static func work(steps: Double, passes: Int) -> Double { steps + 2 * Double(passes) }
}
