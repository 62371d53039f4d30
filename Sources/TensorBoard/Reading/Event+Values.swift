extension Event.Value {
    /// The point of a curve in its own type: a plain value, or a tensor of one number.
    public var number: Event.Number? {
        switch content {
        case .scalar(let number): .float(number)
        case .tensor(let tensor) where tensor.shape.allSatisfy { $0 == 1 }: tensor.firstNumber
        default: nil
        }
    }

    /// The point of a curve as the nearest `Double`; `nil` for a complex number, too.
    public var scalar: Double? { number?.double }

    /// The distribution: TensorFlow 1's message, or TensorFlow 2's tensor of [k, 3] numbers, each
    /// bucket's lower limit, upper limit and count. Sums are not in the latter, and are taken from
    /// the buckets' middles.
    public var distribution: Histogram? {
        switch content {
        case .histogram(let histogram): histogram
        case .tensor(let tensor): tensor.distribution
        default: nil
        }
    }

    /// The pictures, each a whole file, most often PNG: one of TensorFlow 1's message, or all those
    /// of TensorFlow 2's tensor, whose first two strings are width and height.
    public var pictures: [[UInt8]]? {
        switch content {
        case .image(_, _, _, let png): return [png]
        case .tensor(let tensor):
            guard case .strings(let strings) = tensor.elements, strings.count >= 2 else {
                return nil
            }
            return Array(strings.dropFirst(2))
        default: return nil
        }
    }

    /// The texts, in Markdown: the strings of a tensor.
    public var text: [String]? {
        guard case .tensor(let tensor) = content, case .strings(let strings) = tensor.elements
        else { return nil }
        return strings.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Event.Tensor {
    fileprivate var distribution: Histogram? {
        let numbers: [Double]
        switch elements {
        case .doubles(let doubles): numbers = doubles
        case .floats(let floats): numbers = floats.map { Double($0) }
        default: return nil
        }
        guard shape.count == 2, shape[1] == 3, numbers.count.isMultiple(of: 3),
            numbers.count / 3 == shape[0]
        else { return nil }
        var histogram = Histogram(
            minimum: numbers.first ?? 0, maximum: numbers.isEmpty ? 0 : numbers[numbers.count - 2],
            count: 0, sum: 0, sumOfSquares: 0, buckets: [])
        for start in stride(from: 0, to: numbers.count, by: 3) {
            let (lower, upper, count) = (numbers[start], numbers[start + 1], numbers[start + 2])
            let middle = lower + (upper - lower) / 2
            histogram.count += count
            histogram.sum += count * middle
            histogram.sumOfSquares += count * middle * middle
            histogram.buckets.append(.init(limit: upper, count: count))
        }
        return histogram
    }
}
