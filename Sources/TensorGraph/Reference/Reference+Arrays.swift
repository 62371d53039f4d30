// Sums, products and updates, each by its definition.

extension Reference {
    /// - Parameter count: the elements of each result.
    static func rearranged(
        _ rearrangement: Rearrangement, _ inputs: [Array], _ count: Int
    ) -> [[Double]] {
        let resultCount = (rearrangement.moves.map(\.result).max() ?? 0) + 1
        var results = [[Double]](
            repeating: [Double](repeating: 0, count: count), count: resultCount)
        for move in rearrangement.moves {
            for element in 0..<move.count {
                var (rest, from, to) = (element, move.start.from, move.start.to)
                for dimension in move.dimensions.reversed() {
                    from += rest % dimension.size * dimension.from
                    to += rest % dimension.size * dimension.to
                    rest /= dimension.size
                }
                results[move.result][to] = inputs[move.operand].elements[from]
            }
        }
        return results
    }

    static func sums(_ reduction: Reduction, _ inputs: [Array], _ shape: [Int]) -> [Double] {
        let x = inputs[0]
        var sums = [Double](repeating: 0, count: shape.reduce(1, *))
        let other = inputs.count > 1 ? inputs[1].broadcast(to: x.shape) : { _ in 0 }
        for element in x.elements.indices {
            var (rest, place, stride) = (element, 0, 1)
            for group in reduction.groups.reversed() {
                if !group.isSummed {
                    place += rest % group.size * stride
                    stride *= group.size
                }
                rest /= group.size
            }
            let value = x.elements[element]
            switch reduction.summand {
            case .operand: sums[place] += value
            case .product: sums[place] += value * other(element)
            case .squaredDifference:
                sums[place] += (value - other(element)) * (value - other(element))
            }
        }
        return sums.map { $0 / Double(reduction.divisor) }
    }

    static func matrixProduct(_ product: Product, _ a: [Double], _ b: [Double]) -> [Double] {
        let (m, n, k) = (product.m, product.n, product.k)
        var c = [Double](repeating: 0, count: m * n)
        for i in 0..<m {
            for l in 0..<k {
                let factor = a[product.isFirstTransposed ? l * m + i : i * k + l]
                for j in 0..<n {
                    c[i * n + j] += factor * b[product.isSecondTransposed ? j * k + l : l * n + j]
                }
            }
        }
        return c
    }

    /// The variable and both moments after so many steps with one gradient; `operands` are those of
    /// `adam`.
    static func adam(
        _ operands: [[Double]], gradient: [Double], times: Int
    ) -> [[Double]] {
        var (variable, m, v) = (operands[0], operands[1], operands[2])
        let (power1, power2, rate) = (operands[3][0], operands[4][0], operands[5][0])
        let (beta1, beta2, epsilon) = (operands[6][0], operands[7][0], operands[8][0])
        let corrected = rate * (1 - power2).squareRoot() / (1 - power1)
        for (i, g) in gradient.enumerated() {
            for _ in 0..<times {
                m[i] += (g - m[i]) * (1 - beta1)
                v[i] += (g * g - v[i]) * (1 - beta2)
                variable[i] -= corrected * m[i] / (v[i].squareRoot() + epsilon)
            }
        }
        return [variable, m, v]
    }
}
