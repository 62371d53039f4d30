/// One step of a program: a primitive, what it reads and what it makes.
struct Step {
    /// Its name, which stays.
    let id: Program.StepID
    /// What it does.
    var primitive: Primitive
    /// What it reads, in the primitive's order.
    var inputs: [Program.ID]
    /// What it makes.
    let outputs: [Program.ID]
    /// The graph's nodes whose work it does, in their order.
    var stands: [Origin]
    /// The steps that it waits for beside those that make what it reads.
    var after: [Program.StepID]
    /// What passes have found out of it.
    var marks = Marks()

    /// A node of the graph whose work a step does.
    struct Origin {
        let node: Node
        /// What the node makes, as a profile tells it.
        let outputs: [RunProfile.Output]
        /// Whether it does the node's work once more.
        var isCopy = false
    }

    /// What passes have found out of a step.
    struct Marks {
        /// The part of the program that is left out with it while what that comes from has not
        /// changed.
        var segment: Int?
        /// The loop that it is part of: such steps follow each other.
        var loop: Int?
        /// Whether it is done while others wait for threads, if there is the time.
        var isAside = false
    }
}
