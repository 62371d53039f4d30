@testable import TensorGraph

// Rows for max pooling.

extension OpCase {
    static let pooling: [OpCase] =
        [
            Pool([2, 4, 4, 2], (2, 2), (2, 2), .same), Pool([1, 5, 5, 2], (2, 2), (2, 2), .same),
            Pool([2, 5, 6, 1], (3, 3), (2, 2), .valid), Pool([1, 4, 5, 2], (3, 2), (1, 1), .same),
            Pool([1, 6, 6, 1], (1, 2), (3, 2), .valid),
        ].flatMap { [$0.row, $0.gradientRow, $0.secondGradientRow] }
}

/// Max pooling as a list of the pixels that each output is the largest of.
private struct Pool {
    let images: [Int]
    let size: (Int, Int)
    let strides: (Int, Int)
    let padding: Padding
    let output: [Int]
    let windows: [[Int]]

    init(_ images: [Int], _ size: (Int, Int), _ strides: (Int, Int), _ padding: Padding) {
        self.images = images
        self.size = size
        self.strides = strides
        self.padding = padding
        let rows = WindowRule(images[1], size.0, strides.0, padding)
        let columns = WindowRule(images[2], size.1, strides.1, padding)
        let output = [images[0], rows.count, columns.count, images[3]]
        windows = (0..<output.reduce(1, *)).map { place in
            let at = Doubles.place(place, in: output)
            var pixels: [Int] = []
            for row in (0..<size.0).compactMap({ rows.input(at[1], $0) }) {
                for column in (0..<size.1).compactMap({ columns.input(at[2], $0) }) {
                    pixels.append(
                        ((at[0] * images[1] + row) * images[2] + column) * images[3] + at[3])
                }
            }
            return pixels
        }
        self.output = output
    }

    private var what: String { "of \(size) strides \(strides) \(padding.rawValue)" }

    private func pool(_ tf: Graph, _ x: Tensor) -> Tensor {
        tf.maxPool(
            x, ksize: [1, size.0, size.1, 1], strides: [1, strides.0, strides.1, 1],
            padding: padding)
    }

    /// The pixel that is the largest of each window.
    private func largest(_ x: Doubles) -> [Int] {
        windows.map { $0.max { x.values[$0] < x.values[$1] } ?? 0 }
    }

    var row: OpCase {
        OpCase(
            "MaxPool", what, [.distinct(images)], build: { pool($0, $1[0]) },
            expected: { x in Doubles(output, largest(x[0]).map { x[0].values[$0] }) })
    }

    var gradientRow: OpCase {
        OpCase(
            "MaxPoolGrad", what, [.distinct(images), .random(output, seed: 1)], gradients: [1],
            build: { tf, x in
                let y = pool(tf, x[0])
                return tf.add(.maxPoolGrad, nil, [x[0], y, x[1]], attributes: y.node.attributes)
                    .output()
            },
            expected: { x in
                var dx = Doubles.zeros(images)
                for (place, pixel) in largest(x[0]).enumerated() {
                    dx.values[pixel] += x[1].values[place]
                }
                return dx
            })
    }

    var secondGradientRow: OpCase {
        OpCase(
            "MaxPoolGradGrad", what, [.distinct(images), .random(images, seed: 1)],
            gradients: [1],
            build: { tf, x in
                let y = pool(tf, x[0])
                return tf.add(
                    .maxPoolGradGrad, nil, [x[0], y, x[1]], attributes: y.node.attributes
                ).output()
            },
            expected: { x in Doubles(output, largest(x[0]).map { x[1].values[$0] }) })
    }
}
