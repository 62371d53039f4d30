/// The features of real images, with which those of samples are compared.
public struct QualityReference: Sendable {
    /// Of all of the images.
    let moments: Moments
    /// The root of their covariance.
    let root: SymmetricMatrix
    /// Some of the images.
    let rows: Rows
    /// What is known of as many of them as were asked for first.
    private let prepared: ReferencePoints

    /// The most images that are looked at in pairs.
    public static let greatestPointCount = 2000

    /// The features of real images, more than 20.
    ///
    /// - Parameter pointCount: how many of them are looked at in pairs, evenly taken from all.
    public init(_ features: Features, pointCount: Int = greatestPointCount) {
        let all = features.rows(0..<features.count)
        let count = min(pointCount, features.count)
        let points = (0..<count).flatMap { point in
            let row = point * features.count / count
            return all.values[row * all.size..<(row + 1) * all.size]
        }
        self.init(
            Moments(all), Rows(points, count: count, size: all.size), pointCount: pointCount)
    }

    init(_ moments: Moments, _ rows: Rows, pointCount: Int) {
        self.moments = moments
        self.rows = rows
        root = moments.covariance.squareRoot
        prepared = ReferencePoints(rows[0..<min(rows.count, pointCount)])
    }

    /// As many images as `limit`, or all that there are.
    func points(atMost limit: Int) -> ReferencePoints {
        let count = min(limit, rows.count)
        return count == prepared.rows.count ? prepared : ReferencePoints(rows[0..<count])
    }
}
