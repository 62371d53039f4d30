@testable import TensorGraph

// Rows for products of matrices, convolutions and biases.

extension OpCase {
    static let products: [OpCase] = [
        matMul(2, 3, 4), matMul(2, 3, 4, (true, false)), matMul(2, 3, 4, (false, true)),
        matMul(2, 3, 4, (true, true)), matMul(1, 5, 1), matMul(1, 1, 3, (true, true)),
        matMul(17, 33, 19, twice: false), matMul(33, 9, 40, (true, false), twice: false),
        matMul(10, 20, 64, (false, true), twice: false),
    ]

    /// [m, k] · [k, n], either stored transposed.
    private static func matMul(
        _ m: Int, _ k: Int, _ n: Int, _ transposed: (a: Bool, b: Bool) = (false, false),
        twice: Bool = true
    ) -> OpCase {
        let what = (transposed.a ? "transposed " : "") + "×" + (transposed.b ? " transposed" : "")
        return OpCase(
            "MatMul", what,
            [
                .random(transposed.a ? [k, m] : [m, k], seed: 1),
                .random(transposed.b ? [n, k] : [k, n], seed: 2),
            ], twice: twice,
            build: { tf, x in
                tf.matMul(x[0], x[1], transposeA: transposed.a, transposeB: transposed.b)
            },
            expected: { x in
                var product = Doubles.zeros([m, n])
                for i in 0..<m {
                    for j in 0..<n {
                        for l in 0..<k {
                            product.values[i * n + j] +=
                                x[0].values[transposed.a ? l * m + i : i * k + l]
                                * x[1].values[transposed.b ? j * k + l : l * n + j]
                        }
                    }
                }
                return product
            })
    }
}

extension OpCase {
    static let convolutions: [OpCase] =
        [
            Convolution([2, 5, 5, 2], [3, 3, 2, 3], (1, 1), .same),
            Convolution([2, 5, 4, 2], [3, 3, 2, 3], (1, 1), .valid),
            // Padding that is larger below and to the right.
            Convolution([1, 6, 5, 2], [2, 2, 2, 2], (2, 2), .same),
            Convolution([1, 5, 6, 1], [2, 4, 1, 2], (1, 1), .same),
            Convolution([2, 6, 5, 1], [3, 3, 1, 2], (2, 1), .same),
            Convolution([1, 7, 8, 1], [3, 2, 1, 2], (3, 2), .valid),
            // Pixels that no window touches, windows larger than the image, and one column.
            Convolution([1, 6, 6, 1], [1, 1, 1, 3], (2, 3), .same),
            Convolution([1, 2, 2, 2], [5, 3, 2, 1], (1, 1), .same),
            Convolution([2, 7, 1, 1], [3, 3, 1, 4], (1, 1), .same),
        ].flatMap { [$0.row, $0.inputGradientRow, $0.filterGradientRow] } + transposed + biases

    /// Odd and even sizes, more and fewer channels, strides of 1 to 3 and filters of 1 to 5.
    private static let transposed: [OpCase] =
        [
            Convolution([2, 4, 6, 2], [4, 4, 2, 3], (2, 2), .same),
            Convolution([2, 5, 3, 1], [5, 5, 1, 2], (2, 2), .same),
            Convolution([3, 4, 4, 3], [3, 3, 3, 1], (1, 1), .same),
            Convolution([1, 7, 5, 1], [2, 5, 1, 2], (3, 2), .same),
            Convolution([2, 3, 3, 2], [1, 1, 2, 2], (2, 1), .same),
            Convolution([2, 6, 7, 1], [2, 3, 1, 2], (2, 2), .valid),
            Convolution([1, 5, 5, 2], [5, 4, 2, 1], (1, 1), .valid),
            Convolution([2, 6, 3, 1], [3, 1, 1, 2], (3, 2), .valid),
            // A pixel of no window, and windows larger than the image.
            Convolution([2, 4, 4, 1], [1, 2, 1, 1], (3, 3), .valid),
            Convolution([1, 1, 2, 2], [3, 5, 2, 1], (2, 2), .same),
        ].flatMap { [$0.transposedRow, $0.transposedByRowsRow, $0.biasedRow] }

    private static let biases: [OpCase] =
        [[3, 4], [2, 3, 2, 5], [1, 1]].flatMap { shape in
            let channels = shape[shape.count - 1]
            return [
                OpCase(
                    "BiasAdd", "", [.random(shape), .random([channels], seed: 1)],
                    build: { $0.biasAdd($1[0], $1[1]) }, expected: { $0[0] + $0[1] }),
                OpCase(
                    "BiasAddGrad", "", [.random(shape)],
                    build: { tf, x in
                        let format = ["data_format": AttributeValue.string("NHWC")]
                        return tf.add(.biasAddGrad, nil, x, attributes: format).output()
                    },
                    expected: {
                        $0[0].summed(Array(0..<shape.count - 1)).reshaped([channels])
                    }),
            ]
        }
}

/// A convolution as a list of products: which pixel times which weight goes to which output.
private struct Convolution {
    let images: [Int]
    let filter: [Int]
    let strides: (Int, Int)
    let padding: Padding
    let output: [Int]
    let terms: [(image: Int, filter: Int, output: Int)]

    init(_ images: [Int], _ filter: [Int], _ strides: (Int, Int), _ padding: Padding) {
        self.images = images
        self.filter = filter
        self.strides = strides
        self.padding = padding
        let rows = WindowRule(images[1], filter[0], strides.0, padding)
        let columns = WindowRule(images[2], filter[1], strides.1, padding)
        output = [images[0], rows.count, columns.count, filter[3]]
        var terms: [(Int, Int, Int)] = []
        for place in 0..<output.reduce(1, *) {
            let at = Doubles.place(place, in: output)
            for weight in 0..<filter[..<3].reduce(1, *) {
                let by = Doubles.place(weight, in: Array(filter[..<3]))
                guard let row = rows.input(at[1], by[0]), let column = columns.input(at[2], by[1])
                else { continue }
                let pixel = ((at[0] * images[1] + row) * images[2] + column) * images[3] + by[2]
                terms.append((pixel, weight * filter[3] + at[3], place))
            }
        }
        self.terms = terms
    }

    private var what: String { "strides \(strides) \(padding.rawValue)" }
    private var strideList: [Int] { [1, strides.0, strides.1, 1] }

    /// The attributes of a convolution, which its gradients share.
    private func attributes(_ tf: Graph) -> [String: AttributeValue] {
        let (x, w) = (tf.zeros(images), tf.zeros(filter))
        let node = tf.conv2d(x, w, strides: strideList, padding: padding).node
        return node.attributes.filter { $0.key != "T" }
    }

    var row: OpCase {
        OpCase(
            "Conv2D", what, [.random(images, seed: 1), .random(filter, seed: 2)],
            build: { $0.conv2d($1[0], $1[1], strides: strideList, padding: padding) },
            expected: { x in
                var y = Doubles.zeros(output)
                for term in terms {
                    y.values[term.output] += x[0].values[term.image] * x[1].values[term.filter]
                }
                return y
            })
    }

    var inputGradientRow: OpCase {
        OpCase(
            "Conv2DBackpropInput", what, [.random(filter, seed: 2), .random(output, seed: 3)],
            build: { tf, x in
                tf.add(
                    .conv2DBackpropInput, nil, [tf.constant(Value(images)), x[0], x[1]],
                    attributes: attributes(tf)
                ).output()
            },
            expected: { x in
                var dx = Doubles.zeros(images)
                for term in terms {
                    dx.values[term.image] += x[0].values[term.filter] * x[1].values[term.output]
                }
                return dx
            })
    }

    /// What a transposed convolution makes of (filter, images).
    private func transposed(_ x: [Doubles]) -> Doubles {
        var dx = Doubles.zeros(images)
        for term in terms {
            dx.values[term.image] += x[0].values[term.filter] * x[1].values[term.output]
        }
        return dx
    }

    /// The same of a graph whose batch may be open.
    var transposedRow: OpCase {
        OpCase(
            "Conv2DBackpropInput", "forward, " + what,
            [.random(filter, seed: 2), .random(output, seed: 3)],
            build: { tf, x in
                tf.conv2dTranspose(
                    x[1], x[0], outputShape: [nil, images[1], images[2], images[3]],
                    strides: strideList,
                    padding: padding)
            }, expected: transposed)
    }

    /// By the rows and columns of the images alone.
    var transposedByRowsRow: OpCase {
        OpCase(
            "Conv2DBackpropInput", "forward, of two sizes, " + what,
            [.random(filter, seed: 2), .random(output, seed: 3)], twice: false,
            build: { tf, x in
                tf.conv2dTranspose(
                    x[1], x[0], outputShape: tf.constant(Value(Array(images[1...2]))),
                    strides: strideList, padding: padding)
            }, expected: transposed)
    }

    /// With a bias for each channel, and a leaky relu.
    var biasedRow: OpCase {
        OpCase(
            "BiasAdd", "of a transposed convolution, " + what,
            [.random(filter, seed: 2), .random(output, seed: 3), .random([images[3]], seed: 4)],
            twice: false,
            build: { tf, x in
                let sums = tf.conv2dTranspose(
                    x[1], x[0], outputShape: [nil, images[1], images[2], images[3]],
                    strides: strideList,
                    padding: padding)
                return tf.biasAdd(sums, x[2])
            },
            expected: { x in transposed(x) + x[2] })
    }

    var filterGradientRow: OpCase {
        OpCase(
            "Conv2DBackpropFilter", what, [.random(images, seed: 1), .random(output, seed: 3)],
            build: { tf, x in
                tf.add(
                    .conv2DBackpropFilter, nil, [x[0], tf.constant(Value(filter)), x[1]],
                    attributes: attributes(tf)
                ).output()
            },
            expected: { x in
                var dw = Doubles.zeros(filter)
                for term in terms {
                    dw.values[term.filter] += x[0].values[term.image] * x[1].values[term.output]
                }
                return dw
            })
    }
}

/// Where windows lie along one side of an image, by TensorFlow's rules for its two kinds of padding
/// (tensorflow.org/api_docs/python/tf/nn, "Notes on padding").
struct WindowRule {
    /// The number of windows.
    let count: Int
    private let size: Int
    private let stride: Int
    private let before: Int

    init(_ size: Int, _ window: Int, _ stride: Int, _ padding: Padding) {
        self.size = size
        self.stride = stride
        switch padding {
        case .same:
            count = Int((Double(size) / Double(stride)).rounded(.up))
            before = max((count - 1) * stride + window - size, 0) / 2
        case .valid:
            count = Int((Double(size - window + 1) / Double(stride)).rounded(.up))
            before = 0
        }
    }

    /// The pixel at a place in a window; `nil` for padding.
    func input(_ window: Int, _ place: Int) -> Int? {
        let pixel = window * stride + place - before
        return (0..<size).contains(pixel) ? pixel : nil
    }
}
