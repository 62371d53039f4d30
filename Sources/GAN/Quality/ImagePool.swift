internal import Datasets

/// Labelled images of several parts of a data set.
struct ImagePool {
    private let parts: [Examples]
    let count: Int
    let labels: [UInt8]

    init(_ parts: [Examples]) {
        self.parts = parts
        count = parts.reduce(0) { $0 + $1.count }
        labels = parts.flatMap { $0.labels.map(Array.init) ?? [] }
    }

    /// The images of those numbers, [numbers.count, 784] in 0...1.
    func pixels(_ numbers: [Int]) -> [Float] {
        numbers.flatMap { number in
            var rest = number
            for part in parts {
                if rest < part.count { return part.pixels(rest..<rest + 1) }
                rest -= part.count
            }
            preconditionFailure("there is no image \(number)")
        }
    }
}
