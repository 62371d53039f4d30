/// A symmetric matrix in double precision, row by row.
struct SymmetricMatrix: Sendable, Equatable {
    let size: Int
    var values: [Double]

    /// - Precondition: There are size² values.
    init(_ values: [Double], size: Int) {
        precondition(values.count == size * size)
        (self.values, self.size) = (values, size)
    }

    /// The sum of the diagonal.
    var trace: Double { (0..<size).reduce(0) { $0 + values[$1 * size + $1] } }

    /// The square root of a matrix that has no negative eigenvalues, but for errors of rounding,
    /// which count as 0.
    var squareRoot: SymmetricMatrix { function { max($0, 0).squareRoot() } }

    /// The inverse of the square root of a matrix that has positive eigenvalues alone.
    var inverseSquareRoot: SymmetricMatrix { function { 1 / $0.squareRoot() } }

    /// The matrix with the same eigenvectors, and of each eigenvalue what a function without negative
    /// values makes of it.
    private func function(_ ofValue: (Double) -> Double) -> SymmetricMatrix {
        let (eigenvalues, vectors) = eigensystem()
        // V f(λ) Vᵀ: products of the rows of V, each column scaled by the root of its value.
        let scales = eigenvalues.map { ofValue($0).squareRoot() }
        let scaled = Rows(
            vectors.indices.map { vectors[$0] * scales[$0 % size] }, count: size, size: size)
        return SymmetricMatrix(scaled.products(scaled), size: size)
    }

    /// self · other · self, which is symmetric.
    func conjugating(_ other: SymmetricMatrix) -> SymmetricMatrix {
        let (one, two) = (
            Rows(values, count: size, size: size), Rows(other.values, count: size, size: size)
        )
        let product = Rows(one.products(two), count: size, size: size)
        return SymmetricMatrix(product.products(one), size: size)
    }
}

extension SymmetricMatrix {
    /// The eigenvalues in no order, and the eigenvectors, those of length 1, as the columns of a
    /// matrix of the same size: by reflections to three diagonals, and from there by rotations (tred2
    /// and tql2 of EISPACK; Bowdler, Martin, Reinsch and Wilkinson, Numerische Mathematik 11, 1968).
    func eigensystem() -> (values: [Double], vectors: [Double]) {
        var vectors = values
        var diagonal = [Double](repeating: 0, count: size)
        var beside = [Double](repeating: 0, count: size)
        guard size > 0, values.allSatisfy(\.isFinite) else {
            return ([Double](repeating: .nan, count: size), vectors)
        }
        vectors.withUnsafeMutableBufferPointer { vectors in
            diagonal.withUnsafeMutableBufferPointer { diagonal in
                beside.withUnsafeMutableBufferPointer { beside in
                    var reduction = Tridiagonal(
                        size: size, z: vectors, d: diagonal, e: beside)
                    reduction.reduce()
                    reduction.rotate()
                }
            }
        }
        return (diagonal, vectors)
    }
}

/// A matrix on its way to its eigenvalues. Its diagonal is `d`, what stands beside that is `e`, and `z`
/// is what turns the one back into the other.
private struct Tridiagonal {
    let size: Int
    let z: UnsafeMutableBufferPointer<Double>
    let d: UnsafeMutableBufferPointer<Double>
    let e: UnsafeMutableBufferPointer<Double>

    private subscript(_ row: Int, _ column: Int) -> Double {
        get { z[row * size + column] }
        nonmutating set { z[row * size + column] = newValue }
    }

    /// Reflects row by row, from the last, until nothing but three diagonals is left.
    mutating func reduce() {
        for i in stride(from: size - 1, to: 0, by: -1) {
            let l = i - 1
            var h = 0.0
            let scale = (0...l).reduce(0) { $0 + abs(self[i, $1]) }
            if l == 0 || scale == 0 {
                e[i] = self[i, l]
            } else {
                for k in 0...l {
                    self[i, k] /= scale
                    h += self[i, k] * self[i, k]
                }
                let f = self[i, l]
                let g = f >= 0 ? -h.squareRoot() : h.squareRoot()
                e[i] = scale * g
                h -= f * g
                self[i, l] = f - g
                reflect(i, h)
            }
            d[i] = h
        }
        d[0] = 0
        e[0] = 0
        for i in 0..<size { collect(i) }
    }

    /// Reflects the rows before row `i` by the vector in it, half of whose squared length is `h`.
    private func reflect(_ i: Int, _ h: Double) {
        var f = 0.0
        for j in 0..<i {
            self[j, i] = self[i, j] / h
            var g = 0.0
            for k in 0...j { g += self[j, k] * self[i, k] }
            for k in j + 1..<i { g += self[k, j] * self[i, k] }
            e[j] = g / h
            f += e[j] * self[i, j]
        }
        let half = f / (h + h)
        for j in 0..<i {
            let f = self[i, j]
            let g = e[j] - half * f
            e[j] = g
            for k in 0...j { self[j, k] -= f * e[k] + g * self[i, k] }
        }
    }

    /// Adds the reflection of row `i` to the turning matrix.
    private func collect(_ i: Int) {
        if d[i] != 0 {
            for j in 0..<i {
                var g = 0.0
                for k in 0..<i { g += self[i, k] * self[k, j] }
                for k in 0..<i { self[k, j] -= g * self[k, i] }
            }
        }
        d[i] = self[i, i]
        self[i, i] = 1
        for j in 0..<i {
            self[j, i] = 0
            self[i, j] = 0
        }
    }

    /// Rotates until what stands beside the diagonal is gone.
    mutating func rotate() {
        for i in 1..<max(size, 1) { e[i - 1] = e[i] }
        e[size - 1] = 0
        for l in 0..<size {
            // Each eigenvalue takes one or two rounds; numbers that are finite always come to an end.
            for _ in 0..<50 {
                var m = l
                while m < size - 1 {
                    let neighbours = abs(d[m]) + abs(d[m + 1])
                    if abs(e[m]) <= .ulpOfOne * neighbours { break }
                    m += 1
                }
                if m == l { break }
                chase(l, m)
            }
        }
    }

    /// One round of rotations from row `m` up to row `l`, with a shift towards the eigenvalue there.
    private func chase(_ l: Int, _ m: Int) {
        var g = (d[l + 1] - d[l]) / (2 * e[l])
        var r = (g * g + 1).squareRoot()
        g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r))
        var (s, c, p) = (1.0, 1.0, 0.0)
        for i in stride(from: m - 1, through: l, by: -1) {
            var f = s * e[i]
            let b = c * e[i]
            r = (f * f + g * g).squareRoot()
            e[i + 1] = r
            if r == 0 {
                d[i + 1] -= p
                e[m] = 0
                return
            }
            s = f / r
            c = g / r
            g = d[i + 1] - p
            r = (d[i] - g) * s + 2 * c * b
            p = s * r
            d[i + 1] = g + p
            g = c * r - b
            for k in 0..<size {
                f = self[k, i + 1]
                self[k, i + 1] = s * self[k, i] + c * f
                self[k, i] = c * self[k, i] - s * f
            }
        }
        d[l] -= p
        e[l] = g
        e[m] = 0
    }
}
