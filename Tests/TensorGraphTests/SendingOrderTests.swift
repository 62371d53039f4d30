import Testing

@testable import TensorGraph

/// The order in which gradients are computed that are sent to other processes.
@Suite struct SendingOrderTests {
    /// The gradients of images that are made of a large weight and two filters, of two inputs each.
    private let gradients: [Tensor]
    private let weight: Tensor, first: Tensor, second: Tensor
    private let tf = Graph()
    private let feeds: [Tensor: Specialization.Feed]

    init() throws {
        let (tf, batch) = (tf, 4)
        let inputs = ["x", "y"].map { tf.placeholder([batch, 64], name: $0) }
        func variable(_ shape: [Int], _ name: String) -> Variable {
            let count = shape.reduce(1, *)
            return tf.variable(
                Value([Float](repeating: 1, count: count), shape: shape), name: name)
        }
        let dense = variable([64, 512], "dense")
        let filters = [variable([3, 3, 8, 8], "first"), variable([3, 3, 8, 8], "second")]
        let losses = inputs.map { input in
            let images = tf.reshape(tf.matMul(input, dense), [batch, 8, 8, 8])
            return tf.reduceSum(
                filters.reduce(images) {
                    tf.square(tf.conv2d($0, $1, strides: [1, 1, 1, 1], padding: .same))
                })
        }
        gradients = try tf.gradients(
            of: losses[0] + losses[1], withRespectTo: [dense] + filters
        ).map { try #require($0) }
        (weight, first, second) = (gradients[0], gradients[1], gradients[2])
        let rows = Value([Float](repeating: 1, count: batch * 64), shape: [batch, 64])
        feeds = Dictionary(uniqueKeysWithValues: inputs.map { ($0, Specialization.Feed(rows)) })
    }

    /// The fetches in the order in which a program computes them, after all passes or those up to one.
    private func order(
        of fetches: [Tensor], areSent: Bool, upTo pass: String? = nil
    ) throws -> [Tensor] {
        let specialization = try Specialization(
            graph: tf, fetches: fetches, targets: [], feeds: feeds)
        var program = Program(specialization, fetches: fetches)
        program.run(Facts(feeds: feeds, areFetchesSent: areSent), upTo: pass)
        let makers = program.fetches.map { program[$0].maker }
        return program.order.compactMap { makers.firstIndex(of: $0) }.map { fetches[$0] }
    }

    /// A filter's gradient is ready first, and takes as long as all that the large weight's needs. The
    /// sums of both inputs' gradients are as early as what they are of.
    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]], ["schedule", nil])
    func whatTakesLongToSendGoesFirst(fetched: [Int], pass: String?) throws {
        let fetches = fetched.map { gradients[$0] }
        #expect(try order(of: fetches, areSent: true, upTo: pass) == [weight, second, first])
    }

    /// Nothing is delayed for what is as small as itself.
    @Test func equalsGoAsTheyAreReady() throws {
        #expect(try order(of: [first, second], areSent: true) == [second, first])
    }

    /// Where nothing is sent, what is ready goes first: the images' gradients are read once.
    @Test func otherwiseWhatIsReadyGoesFirst() throws {
        let order = try order(of: gradients, areSent: false, upTo: "schedule")
        #expect(order == [second, first, weight])
    }
}
