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
    /// - Throws: ``JudgeError/tooFew(_:)``; `SessionError`.
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
            Sight(sample.all), session, reference, count: count, pairLimit: pairLimit)
    }

    /// The standard of a data set: its test images, or else those of validation, or else every other one.
    ///
    /// - Throws: ``JudgeError/tooFew(_:)``; `SessionError`.
    public init(
        _ data: MNIST, _ session: JudgeSession, count: Int,
        pairLimit: Int = QualityReference.greatestPointCount
    ) throws {
        let real: Sight
        let others: Sight
        if let test = data.test, test.count > Judgement.leastCount {
            (real, others) = (Sight(test), Sight(data.all))
        } else if data.validation.count > Judgement.leastCount {
            (real, others) = (Sight(data.validation), Sight(data.train))
        } else {
            // Nothing is kept from training: one half is measured by the other.
            guard data.all.count > 2 * Judgement.leastCount else {
                throw JudgeError.tooFew(data.all.count)
            }
            real = Sight(data.all, stride(from: 0, to: data.all.count, by: 2))
            others = Sight(data.all, stride(from: 1, to: data.all.count, by: 2))
        }
        // The judge has kept what it sees in the test images that it was measured by.
        if real.images.checksum == session.judge.referenceChecksum {
            (reference, knowsClasses) = (session.judge.reference, true)
        } else {
            let features = try real.features(session, atMost: .max)
            reference = QualityReference(features)
            knowsClasses = real.knowsClasses(features)
        }
        (floor, floorCount) = try Self.floor(
            others, session, reference, count: count, pairLimit: pairLimit)
    }

    /// Some images of a set.
    private struct Sight {
        let images: Examples
        let numbers: [Int]

        init(_ images: Examples, _ numbers: some Sequence<Int>) {
            (self.images, self.numbers) = (images, Array(numbers))
        }

        init(_ images: Examples) { self.init(images, 0..<images.count) }

        /// Of the first images, as the judge's own floor is. MNIST's later ones are further from its
        /// test images than good samples are: 10,000 from all parts of it are at 5.1, the first at 1.4.
        func features(_ session: JudgeSession, atMost limit: Int) throws -> Features {
            try session.features(count: min(limit, numbers.count)) {
                images.pixels(at: Array(numbers[$0]))
            }
        }

        /// Whether the judge finds the classes of half of the images; of images without labels,
        /// whether it is certain.
        func knowsClasses(_ features: Features) -> Bool {
            guard let labels = images.labels else {
                return features.meanCertainty > 0.95
            }
            let right = zip(features.classes, numbers).count {
                $0 == Int(labels[labels.startIndex + $1])
            }
            return 2 * right >= numbers.count
        }
    }

    /// How good some of the images are.
    private static func floor(
        _ images: Sight, _ session: JudgeSession, _ reference: QualityReference, count: Int,
        pairLimit: Int
    ) throws -> ([QualityMeasure: Double], Int) {
        let seen = try images.features(session, atMost: max(count, Judgement.leastCount))
        let judgement = Judgement(
            seen, reference: reference, pairLimit: pairLimit, tellsDeviations: false)
        return (judgement.values, seen.count)
    }
}

extension Features {
    /// The mean of the probability of each image's most probable class.
    fileprivate var meanCertainty: Double {
        guard count > 0 else { return 0 }
        return (0..<count).reduce(0.0) { sum, image in
            let row = probabilities[image * classCount..<(image + 1) * classCount]
            return sum + (row.max() ?? 0)
        } / Double(count)
    }
}
