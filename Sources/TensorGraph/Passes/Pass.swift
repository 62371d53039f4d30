/// A rewriting of programs.
///
/// A pass knows nothing of another: what one leaves for another stands in the program.
struct Pass: Sendable {
    /// Its name, by which a program after it can be asked for.
    let name: String
    let run: @Sendable (inout Program, Facts) -> Void

    init(_ name: String, _ run: @escaping @Sendable (inout Program, Facts) -> Void) {
        self.name = name
        self.run = run
    }
}

/// What a program does not say itself.
struct Facts {
    /// What is known of everything that is fed.
    var feeds: [Tensor: Specialization.Feed] = [:]
    /// Whether each fetch is sent to other processes when it is there.
    var areFetchesSent = false
    /// The number of the plan in its session.
    var plan = 0
    /// What the session's plans leave to each other.
    var shared = SharedValues()
}

extension Facts {
    /// What is known of a run.
    init(_ key: Session.Key, plan: Int, _ shared: SharedValues) {
        self.init(
            feeds: key.feeds, areFetchesSent: key.areFetchesSent, plan: plan, shared: shared)
    }
}

extension Pass {
    /// All passes, in order.
    static let all: [Pass] = [
        Pass("recompute", Recomputation.run),
        Pass("block-images", ImageBlocks.run),
        Pass("schedule", Schedule.run),
        Pass("drop-views", Views.run),
        Pass("fuse-biases", FusedBiases.run),
        Pass("fuse-steps", FusedSteps.run),
        Pass("fuse-updates", FusedUpdates.run),
        Pass("share", Sharing.run),
        Pass("narrow", Narrowing.run),
        Pass("form-loops", Loops.run),
        Pass("put-aside", Asides.run),
        Pass("write-in-place", InPlace.run),
    ]
}

extension Program {
    /// Runs all passes, or those up to the one of that name.
    mutating func run(_ facts: Facts, _ passes: [Pass] = Pass.all, upTo last: String? = nil) {
        for pass in passes {
            pass.run(&self, facts)
            if pass.name == last { return }
        }
    }
}
