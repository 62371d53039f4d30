/// How a run's samples are judged while it trains.
public struct QualityOptions: Sendable {
    /// What judges them.
    public var judge: Judge
    /// Whether the data are the images that are built in, whose test images the judge has kept.
    public var isBuiltInData: Bool
    /// Seconds from one judgement to the next, above 0; more where judging would take more than a
    /// fortieth of the time.
    public var every: Double
    /// How many samples are judged while training goes on, at least 100.
    public var sampleCount = 2000
    /// How many are judged at its end, where training took long enough for that; ``sampleCount`` for
    /// no more than before.
    public var finalSampleCount = 10_000
    /// Whether training ends where the generator has collapsed.
    public var stopsWhenCollapsed = false

    /// What recognises a collapse, as it begins.
    var watch = CollapseWatch()

    /// The most that judging takes of the time.
    var greatestShare = 1.0 / 40

    /// Judging every so many seconds.
    public init(judge: Judge, isBuiltInData: Bool, every: Double = 10) {
        (self.judge, self.isBuiltInData, self.every) = (judge, isBuiltInData, every)
    }
}

/// How good a run's samples are.
public struct QualityReport: Sendable {
    /// Passes done.
    public var passes: Int
    /// The generator's steps done.
    public var generatorSteps: Int
    /// What the samples are like.
    public var judgement: Judgement
    /// The same of real images, of ``floorCount`` of them.
    public var floor: [QualityMeasure: Double]
    /// How many images ``floor`` is of.
    public var floorCount: Int
    /// Whether the judge knows the classes of the run's images.
    public var knowsClasses: Bool
    /// The lowest Fréchet distance in the run so far, of as many samples as are judged while it trains.
    public var bestDistance: Double
    /// What has collapsed since the last judgement, if anything has.
    public var warnings: [CollapseWarning]
}

extension QualityReport: CustomStringConvertible {
    /// How good the samples are, in a sentence without its full stop: `10 of 10 classes; Fréchet
    /// distance 2.1, real images 1.4`.
    public var description: String {
        let real = floor[.frechetDistance].map { ", real images \(Self.rounded($0))" } ?? ""
        let distance = "Fréchet distance \(Self.rounded(judgement[.frechetDistance]))\(real)"
        guard knowsClasses else { return distance }
        let classes = Int(judgement[.classes])
        return "\(classes) of \(judgement.classShares.count) classes; \(distance)"
    }

    /// A distance with one decimal, from 100 on with none.
    public static func rounded(_ distance: Double) -> String {
        guard distance.isFinite, distance.magnitude < 1e15 else { return "\(distance)" }
        if distance >= 99.95 { return "\(Int(distance.rounded()))" }
        let tenths = Int((distance * 10).rounded())
        return "\(tenths / 10).\(abs(tenths) % 10)"
    }
}
