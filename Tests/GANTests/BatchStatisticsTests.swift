import TensorGraph
import Testing

@testable import GAN

/// The noise that batch statistics are of.
@Suite struct BatchStatisticsTests {
    /// Within each class the mean is that of the distribution, and over all vectors the covariance.
    @Test(arguments: [(1000, 64, 1), (1000, 20, 10), (403, 7, 3), (60, 20, 10)])
    func noiseHasTheMomentsOfItsDistribution(count: Int, size: Int, classes: Int) {
        var settings = RecipeSettings()
        settings.noiseSize = size
        let drawn = DataRecipe.noise(count: count, seed: .max, settings)
        let noise = drawn.standardized(classCount: classes)
        #expect(noise.shape == [count, size] && noise != drawn)
        let rows = noise.floats.map(Double.init)
        for first in 0..<classes {
            let some = stride(from: first, to: count, by: classes)
            for column in 0..<size {
                let sum = some.reduce(0) { $0 + rows[$1 * size + column] }
                #expect(abs(sum) < 1e-3)
            }
        }
        let covariance = Moments(Rows(rows, count: count, size: size)).covariance
        for row in 0..<size {
            for column in 0..<size {
                let expected: Double = row == column ? 1 : 0
                #expect(abs(covariance.values[row * size + column] - expected) < 1e-5)
            }
        }
    }

    /// A covariance of fewer vectors than numbers in each has no inverse.
    @Test func fewVectorsStayAsTheyAre() {
        var settings = RecipeSettings()
        settings.noiseSize = 30
        for count in [1, 30, 61] {
            let drawn = DataRecipe.noise(count: count, seed: 0, settings)
            #expect(drawn.standardized(classCount: 1) == drawn)
        }
    }
}
