/// The features of some real images, for measures that look at pairs of images, with what of those
/// measures depends on no others.
struct ReferencePoints: Sendable {
    let rows: Rows
    /// The squared length of each.
    let squaredLengths: [Double]
    /// How far from each the ``neighbours``-th nearest of the others is, squared.
    let squaredRadii: [Double]
    /// The mean of the kernel over pairs of different ones.
    let kernelMean: Double

    /// Naeem et al. take the distance to the fifth.
    static let neighbours = 5

    /// - Precondition: There are more than ``neighbours`` rows.
    init(_ rows: Rows) {
        precondition(rows.count > Self.neighbours)
        self.rows = rows
        let squaredLengths = rows.squaredLengths
        self.squaredLengths = squaredLengths
        let products = rows.products(rows)
        let (count, size) = (rows.count, rows.size)
        var sum = 0.0
        squaredRadii = products.withUnsafeBufferPointer { products in
            (0..<count).map { row in
                // The nearest so far, the farthest of them first.
                var nearest = [Double](repeating: .infinity, count: Self.neighbours)
                for column in 0..<count where column != row {
                    let product = products[row * count + column]
                    sum += PolynomialKernel.value(product, size: size)
                    let distance =
                        squaredLengths[row] + squaredLengths[column] - 2 * product
                    guard distance < nearest[0] else { continue }
                    nearest[0] = distance
                    nearest.sort(by: >)
                }
                return nearest[0]
            }
        }
        kernelMean = sum / Double(count * (count - 1))
    }
}

/// The kernel by which distributions of features are compared: (x · y / size + 1)³ (Bińkowski et al.,
/// "Demystifying MMD GANs", ICLR 2018).
enum PolynomialKernel {
    @inline(__always)
    static func value(_ product: Double, size: Int) -> Double {
        let base = product / Double(size) + 1
        return base * base * base
    }
}
