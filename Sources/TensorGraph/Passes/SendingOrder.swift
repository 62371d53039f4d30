/// In which order fetches are computed that are sent to other processes while the rest is computed.
///
/// The link takes one after the other. So that it is soon at work, and what is computed last is sent
/// fast, first comes what has most to send for what is left to compute for it: the gradient of a large
/// weight goes before filters' gradients that take longer to compute, though they could be computed
/// earlier. It is the rule of ratios for jobs that wait for each other (Sidney, "Decomposition
/// algorithms for single-machine sequencing with precedence relations and deferral costs", Operations
/// Research 23(2), 1975), for the sets of steps that single fetches need.
struct SendingOrder {
    /// The rank of each step: that of the first fetch that needs it.
    private(set) var ranks: [Int]

    /// - Parameter order: the steps' places in an order that would do.
    init(
        _ program: Program, _ steps: [Program.StepID], _ graph: ScheduleGraph, _ order: [Int]
    ) {
        let places = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1, $0) })
        let costs = steps.map { program[$0].primitive.multiplications }
        let turns = order.indices.sorted { order[$0] < order[$1] }
        var missing = program.fetches.compactMap { fetch in
            places[program[fetch].maker].map { (place: $0, count: program[fetch].count) }
        }.sorted { turns[$0.place] < turns[$1.place] }
        var known = [Int?](repeating: nil, count: steps.count)
        var rank = 0
        while !missing.isEmpty {
            let needs = missing.map { graph.before($0.place) { known[$0] != nil } }
            let left = needs.map { $0.reduce(0) { $0 + costs[$1] } }
            // Of what costs nothing more, the rank stays that of what it is made of.
            let ratios = zip(missing, left).map { Double($0.count) / Double($1) }
            guard let best = ratios.indices.min(by: { ratios[$0] > ratios[$1] }) else { break }
            if left[best] > 0 { rank += 1 }
            for place in needs[best] { known[place] = rank }
            missing.remove(at: best)
        }
        ranks = known.map { $0 ?? 0 }
    }
}

extension Primitive {
    /// How many multiplications a product or a convolution takes, by the plain way; 0 for all else,
    /// which takes little beside them.
    fileprivate var multiplications: Int {
        switch self {
        case .product(let product): product.m * product.n * product.k
        case .convolution(let convolution): convolution.geometry.multiplications
        default: 0
        }
    }
}
