/// The pass that makes a weight's gradient and its step of Adam one step.
///
/// Where Adam's gradient is a product aᵀ · b of batches, or a sum of such products, or a sum over
/// shards, and nobody else reads it, it is not stored: the step makes it tile by tile and updates the
/// variable on the spot. Several updates of a variable with the same gradient are one pass over it.
enum FusedUpdates {
    /// With fewer the kernel's tiles would not be full.
    static let fewestColumns = 32

    static func run(_ program: inout Program, _ facts: Facts) {
        for id in program.order {
            guard program.contains(id), program[id].isAdam else { continue }
            let gradient = program.memory(program[id].inputs[9])
            let readers = program.memoryReaders(of: gradient).map(\.step)
            let operands = program[id].inputs[..<9]
            let updates = readers.filter {
                program[$0].isAdam && program[$0].inputs[..<9] == operands
            }
            guard areNeighbours(updates, program) else { continue }
            let isStored = program.isFetched(gradient) || updates != readers
            if !isStored, fuse(updates, at: id, ofProductsIn: gradient, &program) { continue }
            let others = updates.filter { $0 != id }
            if !isStored, case .shardSum(let tensor) = program.maker(gradient).primitive {
                program.rewrite(
                    id, .adamOfShards(tensor, times: updates.count), Array(operands),
                    replacing: [program[gradient].maker] + others)
            } else if !others.isEmpty {
                program.rewrite(
                    id, .adam(times: updates.count), program[id].inputs, replacing: others)
            }
        }
    }

    /// Makes one step of updates and of the products that their gradient is the sum of; returns whether
    /// that can be.
    private static func fuse(
        _ updates: [Program.StepID], at id: Program.StepID, ofProductsIn gradient: Program.ID,
        _ program: inout Program
    ) -> Bool {
        guard let terms = terms(of: gradient, readBy: Set(updates), program),
            program.readTheSame(terms, at: id)
        else { return false }
        let products = terms.compactMap { term -> Product? in
            guard case .product(let product) = program[term].primitive else { return nil }
            return product
        }
        guard products[0].n >= fewestColumns else { return false }
        let fused = Products(
            m: products[0].m, n: products[0].n, rows: products.map(\.k), times: updates.count)
        let maker = program[gradient].maker
        program.rewrite(
            id, .adamOfProducts(fused),
            program[id].inputs[..<9] + terms.flatMap { program[$0].inputs },
            replacing: terms + (terms.contains(maker) ? [] : [maker])
                + updates.filter { $0 != id })
        return true
    }

    /// Whether updates of a variable can be one: nobody between them looks at what they change, or
    /// changes what they read.
    private static func areNeighbours(_ updates: [Program.StepID], _ program: Program) -> Bool {
        let places = updates.map(program.place).sorted()
        guard let first = places.first, let last = places.last else { return true }
        let (sources, targets) = (
            Set(program.sources(updates[0])), Set(program.targets(updates[0]))
        )
        return program.order[first...last].allSatisfy { id in
            updates.contains(id)
                || targets.isDisjoint(with: program.sources(id))
                    && sources.isDisjoint(with: program.targets(id))
        }
    }

    /// The products whose sum a gradient is, if nobody else reads them.
    private static func terms(
        of gradient: Program.ID, readBy updates: Set<Program.StepID>, _ program: Program
    ) -> [Program.StepID]? {
        let maker = program.maker(gradient)
        var products = [gradient]
        var readers = updates
        if case .sum = maker.primitive {
            products = program.sources(maker.id)
            readers = [maker.id]
        }
        let areTerms = products.allSatisfy { product in
            guard case .product(let own) = program.maker(product).primitive else { return false }
            return own.isOfBatch && program.isRead(product, byOnly: readers)
                && program.memoryReaders(of: product).count == readers.count
        }
        return areTerms ? products.map { program[$0].maker } : nil
    }
}

extension Step {
    fileprivate var isAdam: Bool { if case .adam = primitive { true } else { false } }
}
