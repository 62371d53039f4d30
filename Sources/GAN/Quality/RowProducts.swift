internal import CKernels

/// Vectors of one size, in double precision, row by row.
struct Rows: Sendable {
    let count: Int
    let size: Int
    let values: [Double]

    /// - Precondition: There are as many values as the sizes say.
    init(_ values: [Double], count: Int, size: Int) {
        precondition(values.count == count * size)
        (self.values, self.count, self.size) = (values, count, size)
    }

    /// Some of the rows.
    subscript(_ range: Range<Int>) -> Rows {
        Rows(
            Array(values[range.lowerBound * size..<range.upperBound * size]), count: range.count,
            size: size)
    }

    /// The products of all rows with all rows of `other`: [count, other.count].
    func products(_ other: Rows) -> [Double] {
        precondition(size == other.size)
        guard count > 0, other.count > 0, size > 0 else {
            return [Double](repeating: 0, count: count * other.count)
        }
        return [Double](unsafeUninitializedCapacity: count * other.count) { memory, filled in
            kernel_row_products(
                values, count, other.values, other.count, size, memory.baseAddress)
            filled = count * other.count
        }
    }

    /// Columns as rows.
    var transposed: Rows {
        let (count, size) = (count, size)
        let turned = values.withUnsafeBufferPointer { source in
            [Double](unsafeUninitializedCapacity: source.count) { memory, filled in
                for row in 0..<count {
                    for column in 0..<size {
                        memory[column * count + row] = source[row * size + column]
                    }
                }
                filled = source.count
            }
        }
        return Rows(turned, count: size, size: count)
    }

    /// The squared length of each row.
    var squaredLengths: [Double] {
        values.withUnsafeBufferPointer { values in
            (0..<count).map { row in
                var sum = 0.0
                for column in 0..<size {
                    let value = values[row * size + column]
                    sum += value * value
                }
                return sum
            }
        }
    }
}
