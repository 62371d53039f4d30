import Foundation
import Testing

@testable import GAN

@Suite struct CollapseTests {
    /// The kinds of warnings after each of some judgements.
    private func warnings(
        _ sights: [CollapseWatch.Sight]
    ) -> [[CollapseWarning.Kind]] {
        var watch = CollapseWatch()
        return sights.map { watch.note($0).map(\.kind) }
    }

    private func sight(
        _ distance: Double = 5, spread: Double = 1, classes: Int? = 10, certainty: Double? = 0.5
    ) -> CollapseWatch.Sight {
        CollapseWatch.Sight(
            frechetDistance: distance, spread: spread, classes: classes, leastCertainty: certainty)
    }

    @Test func saysNothingOfAGoodRun() {
        // Alike at first, as every generator's samples are; few classes; then better and better, with
        // an outlier.
        let sights =
            [sight(900, spread: 0.001, classes: 1, certainty: 0.9999), sight(400, spread: 0.02)]
            + [300, 100, 50, 20, 60, 10, 8, 7, 7.2, 7.4, 7.1, 6].map { sight($0) }
        #expect(warnings(sights).joined().isEmpty)
    }

    @Test func tellsSaturation() {
        let found = warnings(
            [sight(), sight(certainty: 0.9999)]
                + Array(repeating: sight(certainty: 0.99999), count: 5)
                + [sight(certainty: nil)] + Array(repeating: sight(certainty: 1), count: 3))
        // At the third in a row, once; and again after it was over.
        #expect(found.map { $0 == [.saturated] } == (0..<11).map { $0 == 3 || $0 == 10 })
        #expect(found.joined().count == 2)
    }

    @Test func tellsSamplesThatAreAlike() {
        let found = warnings([sight(), sight()] + Array(repeating: sight(spread: 0.01), count: 4))
        #expect(found == [[], [], [], [], [.alike], []])
        // A generator that has just begun.
        #expect(
            warnings(
                (1...9).map { steps in
                    var sight = sight(spread: 0.01)
                    sight.generatorSteps = 100 * steps
                    return sight
                }
            ).joined().isEmpty)
        // Of broken generators.
        #expect(
            warnings(Array(repeating: sight(.nan, spread: .nan, classes: nil), count: 3))[2]
                == [.alike])
    }

    @Test func tellsLostClasses() {
        #expect(
            warnings([sight(), sight(classes: 9), sight(classes: 9), sight(classes: 9)])
                .joined().isEmpty)
        #expect(
            warnings([sight(classes: 3), sight(classes: 4), sight(classes: 4), sight(classes: 5)])
                .joined().isEmpty)
        let found = warnings(
            [sight(), sight(classes: 8), sight(classes: 7), sight(classes: 8), sight(classes: 7)])
        #expect(found == [[], [], [], [.lostClasses], []])
        // A judge that knows none says nothing.
        #expect(
            warnings([sight()] + Array(repeating: sight(classes: nil), count: 5))
                .joined().isEmpty)
    }

    @Test func tellsADistanceThatRisesForLong() {
        let rising = (1...12).map { sight(5 + Double($0)) }
        let found = warnings([sight(5)] + rising)
        // High from the third on, and for long enough from the eighth on: then three in a row.
        #expect(found.firstIndex(of: [.rising]) == 10 && found.joined().count == 1)
        #expect(warnings([sight(5)] + (1...20).map { _ in sight(7) }).joined().isEmpty)
    }

    @Test func saysWhatToDo() {
        for kind in CollapseWarning.Kind.allCases {
            let warning = CollapseWarning(kind: kind, finding: "found")
            #expect(warning.description.hasPrefix("found; ") && warning.advice.count > 20)
        }
    }

    // MARK: What a discriminator says

    @Test func boundsTheDivergence() throws {
        // D = 1/2 everywhere: no difference seen. Sure of all: log 2, all that there is.
        for (meaning, half, yes, no) in [
            (DiscriminatorView.Meaning.probability, Float(0.5), Float(1), Float(0)),
            (.logit, 0, 60, -60),
        ] {
            let blind = DiscriminatorFigures(real: [half, half], fake: [half], meaning)
            #expect(try abs(#require(blind.jsDivergence)) < 1e-9)
            #expect(try abs(#require(blind.leastCertainty) - 0.5) < 1e-9)
            #expect(blind.accuracy?.real == 0 && blind.accuracy?.fake == 0)
            let sure = DiscriminatorFigures(real: [yes, yes], fake: [no, no], meaning)
            #expect(try abs(#require(sure.jsDivergence) - Foundation.log(2)) < 1e-9)
            #expect(try #require(sure.leastCertainty) > 0.9999)
            #expect(sure.accuracy?.real == 1 && sure.accuracy?.fake == 1)
        }
        // By hand: D(x) = 0.8, D(G) = 0.4.
        let seen = DiscriminatorFigures(real: [0.8], fake: [0.4], .probability)
        let loss = -Foundation.log(0.8) - Foundation.log(0.6)
        #expect(try abs(#require(seen.jsDivergence) - (Foundation.log(2) - loss / 2)) < 1e-6)
        #expect(try abs(#require(seen.leastCertainty) - 0.6) < 1e-6)
        // The same as logits.
        let logits = DiscriminatorFigures(
            real: [Float(Foundation.log(4.0))], fake: [Float(Foundation.log(2.0 / 3))], .logit)
        #expect(try abs(#require(logits.jsDivergence) - #require(seen.jsDivergence)) < 1e-6)
    }

    @Test func takesCriticsAndMarginsAsTheyAre() {
        let critic = DiscriminatorFigures(real: [3, 5], fake: [-1, 2], .critic)
        #expect(critic.wassersteinDistance == 3.5 && critic.accuracy == nil)
        #expect(critic.jsDivergence == nil && critic.leastCertainty == nil)
        let margins = DiscriminatorFigures(real: [3, -5], fake: [-1, -2, 2, -4], .margin)
        #expect(margins.accuracy?.real == 0.5 && margins.accuracy?.fake == 0.75)
        #expect(margins.jsDivergence == nil && margins.wassersteinDistance == nil)
    }
}
