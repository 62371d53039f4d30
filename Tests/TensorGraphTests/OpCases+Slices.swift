@testable import TensorGraph

// Rows for ops that take arrays apart and put them together.

extension OpCase {
    static let slices: [OpCase] = packs + unpacks + stridedSlices.flatMap(\.rows)

    private static let packs: [OpCase] = [
        ([2, 3], 0), ([2, 3], 1), ([2, 3], -1), ([4], 0), ([], 0),
    ]
    .map { (shape: [Int], axis: Int) in
        let place = axis < 0 ? axis + shape.count + 1 : axis
        return OpCase(
            "Pack", "along \(axis)", (0..<3).map { .random(shape, seed: $0) },
            build: { $0.stack($1, axis: axis) },
            expected: { x in
                var sizes = shape
                sizes.insert(3, at: place)
                let values = (0..<sizes.reduce(1, *)).map { index in
                    var at = Doubles.place(index, in: sizes)
                    let part = at.remove(at: place)
                    return x[part].values[Doubles.index(at, in: shape)]
                }
                return Doubles(sizes, values)
            })
    }

    private static let unpacks: [OpCase] = [([3, 2], 0), ([4, 3], 1), ([2, 3, 3], -2), ([3], 0)]
        .map { (shape: [Int], axis: Int) in
            let place = axis < 0 ? axis + shape.count : axis
            return OpCase(
                "Unpack", "along \(axis)", [.random(shape)],
                knowledge: place == 0 ? [.shapes, .values] : Knowledge.allCases,
                // One part is in no product: its gradient is 0.
                build: { tf, x in
                    let parts = tf.unstack(x[0], axis: axis)
                    return parts[0] * parts[2]
                },
                expected: { x in
                    var sizes = shape
                    sizes.remove(at: place)
                    func part(_ number: Int) -> Doubles {
                        let values = (0..<sizes.reduce(1, *)).map { index in
                            var at = Doubles.place(index, in: sizes)
                            at.insert(number, at: place)
                            return x[0].values[Doubles.index(at, in: shape)]
                        }
                        return Doubles(sizes, values)
                    }
                    return part(0) * part(2)
                })
        }

    private static let stridedSlices = [
        Taken("[1:3, ::2]", [4, 5], [[1, 2], [0, 2, 4]]) { tf, x in
            tf.stridedSlice(x, [1, 0], [3, 0], [1, 2], endMask: 2)
        },
        Taken("[1:3]", [4, 3], [[1, 2], [0, 1, 2]]) { tf, x in tf.stridedSlice(x, [1], [3]) },
        Taken("[:, -2:]", [3, 5], [[0, 1, 2], [3, 4]]) { tf, x in
            tf.stridedSlice(x, [0, -2], [0, 0], beginMask: 1, endMask: 3)
        },
        Taken("[::-1, 3:0:-2]", [3, 5], [[2, 1, 0], [3, 1]]) { tf, x in
            tf.stridedSlice(x, [0, 3], [0, 0], [-1, -2], beginMask: 1, endMask: 1)
        },
        Taken("[:, 1]", [3, 4, 2], [[0, 1, 2], [1], [0, 1]], shape: [3, 2]) { tf, x in
            tf.stridedSlice(x, [0, 1], [0, 2], beginMask: 1, endMask: 1, shrinkAxisMask: 2)
        },
        Taken("[..., 2]", [2, 2, 3], [[0, 1], [0, 1], [2]], shape: [2, 2]) { tf, x in
            tf.stridedSlice(x, [0, 2], [0, 3], ellipsisMask: 1, shrinkAxisMask: 2)
        },
        Taken("[:, newaxis, 1:9]", [2, 4], [[0, 1], [1, 2, 3]], shape: [2, 1, 3]) { tf, x in
            tf.stridedSlice(
                x, [0, 0, 1], [0, 0, 9], beginMask: 1, endMask: 1, newAxisMask: 2)
        },
        Taken("[-1]", [5], [[4]], shape: []) { tf, x in
            tf.stridedSlice(x, [-1], [0], shrinkAxisMask: 1)
        },
        Taken("[3:1]", [5], [[]]) { tf, x in tf.stridedSlice(x, [3], [1]) },
    ]

    /// A slice, and by hand which elements it takes along each dimension.
    private struct Taken: Sendable {
        let what: String
        let input: [Int]
        let output: [Int]
        /// The places of the elements that are taken.
        let places: [Int]
        let slice: @Sendable (Graph, Tensor) -> Tensor

        init(
            _ what: String, _ input: [Int], _ taken: [[Int]], shape: [Int]? = nil,
            _ slice: @escaping @Sendable (Graph, Tensor) -> Tensor
        ) {
            (self.what, self.input, self.slice) = (what, input, slice)
            output = shape ?? taken.map(\.count)
            let sizes = taken.map(\.count)
            places = (0..<sizes.reduce(1, *)).map { index in
                let at = zip(Doubles.place(index, in: sizes), taken).map { $1[$0] }
                return at.indices.reduce(0) { $0 * input[$1] + at[$1] }
            }
        }

        var rows: [OpCase] {
            let forward = OpCase(
                "StridedSlice", what, [.random(input)], build: { slice($0, $1[0]) },
                expected: { x in Doubles(output, places.map { x[0].values[$0] }) })
            let backward = OpCase(
                "StridedSliceGrad", what, [.random(output)],
                build: { tf, x in
                    let node = slice(tf, tf.zeros(input)).node
                    return tf.add(
                        .stridedSliceGrad, nil,
                        [tf.constant(Value(input))] + node.inputs[1...] + [x[0]],
                        attributes: node.attributes
                    ).output()
                },
                expected: { x in
                    var dx = Doubles.zeros(input)
                    for (place, value) in zip(places, x[0].values) { dx.values[place] = value }
                    return dx
                })
            return output.contains(0) ? [forward] : [forward, backward]
        }
    }
}
