public import Datasets

/// What samples are measured by: real images that nothing was trained on, and how good as many other
/// real ones are.
public struct QualityStandard: Sendable {
    /// The features of real images that nothing was trained on, where there are such.
    public let reference: QualityReference
    /// How good training images are: what the best samples can come to.
    public let floor: [QualityMeasure: Double]
    /// How many images ``floor`` is of.
    public let floorCount: Int
    /// Whether the judge knows the classes of these images: it finds those of at least half of the
    /// labelled ones.
    public let knowsClasses: Bool

    /// The standard of the images that are built in, with the test images that the judge has kept.
    ///
    /// - Parameters:
    ///   - session: of the judge that is built in.
    ///   - count: how many samples are to be measured.
    ///   - pairLimit: the most of them that are looked at in pairs.
    ///   - sample: the images that are built in.
    public init(
        builtIn session: JudgeSession, count: Int,
        pairLimit: Int = QualityReference.greatestPointCount, sample: MNIST
    ) throws {
        reference = session.judge.reference
        knowsClasses = true
        if count >= Judge.floorCount {
            (floor, floorCount) = (session.judge.floor, Judge.floorCount)
            return
        }
        (floor, floorCount) = try Self.floor(
            [sample.all], session, reference, count: count, pairLimit: pairLimit)
    }

    /// The standard of a data set: its test images, or else those of validation.
    public init(
        _ data: MNIST, _ session: JudgeSession, count: Int,
        pairLimit: Int = QualityReference.greatestPointCount
    ) throws {
        let real = data.test.flatMap { $0.count > 20 ? $0 : nil } ?? data.validation
        guard real.count >= Judgement.leastCount, data.train.count >= Judgement.leastCount else {
            throw JudgeError.tooFew(min(real.count, data.train.count))
        }
        // The judge has kept what it sees in the test images that it was measured by.
        guard real.checksum != session.judge.referenceChecksum else {
            (reference, knowsClasses) = (session.judge.reference, true)
            (floor, floorCount) = try Self.floor(
                [data.train], session, reference, count: count, pairLimit: pairLimit)
            return
        }
        let features = try session.features(count: real.count) { real.pixels($0) }
        reference = QualityReference(features)
        if let labels = real.labels {
            let right = zip(features.classes, labels).count { $0 == Int($1) }
            knowsClasses = 2 * right >= real.count
        } else {
            knowsClasses = true
        }
        (floor, floorCount) = try Self.floor(
            [data.train], session, reference, count: count, pairLimit: pairLimit)
    }

    /// How good some of the images are.
    private static func floor(
        _ parts: [Examples], _ session: JudgeSession, _ reference: QualityReference,
        count: Int, pairLimit: Int
    ) throws -> ([QualityMeasure: Double], Int) {
        let pool = ImagePool(parts)
        let count = min(count, pool.count)
        let seen = try session.features(count: count) { pool.pixels(Array($0)) }
        let judgement = Judgement(
            seen, reference: reference,
            pairLimit: pairLimit, tellsDeviations: false)
        return (judgement.values, count)
    }
}
