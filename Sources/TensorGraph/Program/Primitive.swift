internal import TensorFlowTypes

/// What a step computes, as data: everything but its operands.
///
/// Operands have an order, which ``operandNames`` names where there are more than two.
enum Primitive {
    // MARK: What is there before a run

    /// What is fed for a tensor.
    case feed(Tensor)
    /// What shards' numbers of a tensor come to, where ``ShardTerms`` say that they are.
    case shardSum(Tensor)
    /// A tensor's rows for the whole batch, which shards have computed, where ``ShardRows`` say that
    /// they are.
    case shardRows(Tensor)
    /// What a variable holds.
    case variable(Node)
    /// Known numbers.
    case constant(TensorValue)

    // MARK: What costs nothing

    /// The operand under another name, or in another shape.
    case view
    /// Nothing: it only stands for an order.
    case nothing

    // MARK: Element by element

    /// A function of one operand or two, which are broadcast to the output's shape.
    case elementwise(ElementFunction)
    /// The sum of operands of the output's shape.
    case sum
    /// The operand, broadcast to the output's shape.
    case broadcast
    /// Elements of operands at other places: slices, packs, tiles.
    case rearrange(Rearrangement)
    /// A number, repeated: that of the operand, or 0 without one.
    case fill
    /// Whether something holds of two operands, broadcast.
    case compare(Comparison)
    /// (condition, x, y): x where the condition holds, else y, broadcast; or a condition for each of
    /// the first dimension.
    case select(byRows: Bool)
    /// The numbers as the output's type.
    case cast

    // MARK: Over many elements

    case reduce(Reduction)
    case product(Product)
    case convolution(Convolution)
    case pool(Pool)
    /// Images into blocks, or out of them.
    case blocks(isInto: Bool)

    // MARK: What does more than computing its outputs

    /// The next random numbers of a node, whose state a session keeps.
    case random(Distribution, Node)
    /// (variable, value): the variable becomes the value.
    case assign
    /// (variable, value): the value is added to the variable, or subtracted.
    case update(isSubtracted: Bool)
    /// Adam, so often with the same gradient: (var, m, v, beta1ᵗ, beta2ᵗ, rate, beta1, beta2, epsilon,
    /// gradient).
    case adam(times: Int)
    /// `adam`, so often, by the sum of a tensor over shards, which is not stored: the nine operands.
    case adamOfShards(Tensor, times: Int)
    /// `adam`, so often, by the sum of products aᵀ · b, which is not stored: the nine operands, then
    /// a and b of each term.
    case adamOfProducts(Products)
    case summary(Summarizing)
    /// The operand as it is now, which is about to be written.
    case keep
}

/// A comparison of two numbers.
enum Comparison: String, Sendable {
    case greater, greaterEqual, less, lessEqual, equal, notEqual

    func holds<T: Comparable>(_ x: T, _ y: T) -> Bool {
        switch self {
        case .greater: x > y
        case .greaterEqual: x >= y
        case .less: x < y
        case .lessEqual: x <= y
        case .equal: x == y
        case .notEqual: x != y
        }
    }
}

/// How random numbers are distributed.
enum Distribution: String, Sendable {
    /// Normally, with mean 0 and deviation 1.
    case normal
    /// Uniformly in [0, 1).
    case uniform
}

/// What a summary is of.
enum Summarizing: Sendable {
    case scalar(tag: String)
    case histogram(tag: String)
    /// With a tag for each image.
    case images(tags: [String])
    /// Several summaries as one.
    case merged
}

/// a · b, where a is [m, k], or stored as [k, m], and b is [k, n], or stored as [n, k].
struct Product: Sendable {
    let m: Int
    let n: Int
    let k: Int
    let isFirstTransposed: Bool
    let isSecondTransposed: Bool

    /// Whether it is a gradient of weights: the sum over a batch of what two rows make.
    var isOfBatch: Bool { isFirstTransposed && !isSecondTransposed }
}

/// The gradients [m, n] that `adamOfProducts` takes: sums over so many rows each.
struct Products: Sendable {
    let m: Int
    let n: Int
    let rows: [Int]
    /// How many steps of Adam are taken with the same gradient.
    let times: Int
}

// MARK: What passes ask

extension Primitive {
    /// The operands that it writes to.
    var writes: [Int] {
        switch self {
        case .assign, .update: [0]
        case .adam, .adamOfShards, .adamOfProducts: [0, 1, 2]
        default: []
        }
    }

    var isView: Bool { if case .view = self { true } else { false } }

    /// Whether there is something to run.
    var isRunning: Bool {
        switch self {
        case .feed, .shardRows, .variable, .constant, .view, .nothing: false
        default: true
        }
    }

    /// Whether the same operands give another result another time.
    var isRandom: Bool {
        switch self {
        case .random, .shardSum: true
        default: false
        }
    }

    /// The tensor whose sum over shards it reads.
    var summedTensor: Tensor? {
        switch self {
        case .shardSum(let tensor), .adamOfShards(let tensor, _): tensor
        default: nil
        }
    }

    /// What it can do in a loop over elements; `nil` for what has to have a call of its own.
    var loopRole: LoopRole? {
        switch self {
        case .elementwise, .sum, .broadcast: .elements
        case .reduce(let reduction): reduction.isTree ? .sums : nil
        case .pool(let pool) where pool.isInLoops: pool.isGradient ? .poolGradient : .pool
        default: nil
        }
    }

    /// A part in a loop over elements.
    enum LoopRole {
        /// It makes the loop's elements, one by one.
        case elements
        /// It sums the columns of the loop's elements: there when the loop has ended.
        case sums
        /// It pools the loop's elements: there when the loop has ended.
        case pool
        /// It makes the loop's elements, windows of them at a time.
        case poolGradient
    }

    /// Whether it makes the loop's elements.
    var makesElements: Bool { loopRole == .elements || loopRole == .poolGradient }

    /// Whether it is this function, element by element.
    func `is`(_ function: ElementFunction) -> Bool {
        if case .elementwise(let own) = self { own.name == function.name } else { false }
    }
}
