import GAN

/// How many steps of the generator the passes to come will take.
///
/// A pass takes some for certain, and more as long as the generator's loss stays above 1. Those grow
/// as the discriminator gets to know its images by heart: none at first, half of their final number
/// after some 150 passes, nearly all of 38 from the 400th on. The curve is fitted to the first 400
/// passes of 16 seeds and the first 1000 of three, so that the greatest error along any of them is as
/// small as can be: 28 % of what is left, from the first tenth on and as long as 40 passes are.
///
/// Runs differ by more than any forecast can know: one goes on with half as many steps as another,
/// and neither its losses nor what its passes took until then tell beforehand (the steps of 80 passes
/// and of the 60 before them, as shares of the curve, are correlated by 0.07). So it is assumed that
///
/// - runs follow the curve whatever their seeds, and passes are scattered around it, each by 75 % and
///   alike from one to the next: ``scatter``;
/// - larger batches and smaller learning rates stretch it, by the square root of either;
/// - a run takes so many times its steps as it did lately, as far as very many steps say so;
/// - networks that another run has trained are at its end from the start.
struct StepForecast {
    /// Uncertain steps that were taken and that are typical, in the passes lately.
    private var taken = 0.0
    private var typical = 0.0
    /// After how many times the passes the curve is reached; 0 at its end.
    private let stretch: Double

    /// The uncertain steps of a pass at the curve's end.
    private static let final = 38.0
    /// The passes after which it has half of them.
    private static let half = 150.0
    /// Passes after which what was noted counts for 1/e.
    private static let memory = 200.0
    /// How many steps have to speak against the typical number to be believed as much as it.
    private static let trust = 10_000.0
    /// The standard deviation of the uncertain steps of n passes together, as a share of them, times
    /// the square root of n.
    private static let scatter = 1.2

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

    /// The work to expect in `passes`, counted from 0; and its standard deviation, as a share of it.
    func work(in passes: Range<Int>) -> (expected: Double, spread: Double) {
        guard !passes.isEmpty else { return (0, 0) }
        let steps = steps(in: passes)
        let work = Self.work(steps: steps, passes: passes.count)
        let uncertain = steps - Double(ArticleLoop.certainSteps(inPasses: passes))
        return (work, uncertain / work * Self.scatter / Double(passes.count).squareRoot())
    }

    /// What passes take, in steps of the generator: a pass has a step of the discriminator and a
    /// summary beside.
    static func work(steps: Double, passes: Int) -> Double { steps + 2 * Double(passes) }
}
