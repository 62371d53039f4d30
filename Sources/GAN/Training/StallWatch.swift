/// A loss that stands still where the loop waits for it to fall.
public struct Stall: Sendable, Equatable {
    /// Whose loss it is.
    public let network: Player
    /// What the loop waits for.
    public let search: LoopSearch
    /// The lowest loss in it.
    public let lowest: Float
    /// The steps since it fell last.
    public let steps: Int
}

/// Recognises a loss that stands still, so that a loop that waits for it would never end.
///
/// A loss stands still when ``patience`` steps in a row have not brought it lower than its lowest
/// value by one part in ``1 / leastFall``. That is as long as Adam remembers: the average of squared
/// gradients by which it scales a step goes back 1 / (1 - β₂) = 1,000 steps (Kingma and Ba, "Adam",
/// ICLR 2015, section 3). What has not moved a loss after that is not the start's scale, but a
/// gradient that has vanished: D(G(z)) rounded to 0, where the loss is -log(1e-12) = 27.631 and flat,
/// or weights so large that steps jump over the minimum. A loss that falls more slowly still would
/// take millions of steps to halve.
struct StallWatch {
    /// The steps that a loss is given to fall.
    static let patience = 1000
    /// What it has to fall by in them, as a share of itself.
    static let leastFall: Float = 0.001

    /// What stands still, if something does.
    private(set) var stall: Stall?
    private var search: LoopSearch?
    private var lowest = Float.infinity
    private var mark = Float.infinity
    private var steps = 0

    /// Notes a network's loss after a step in a search; `nil` for a step outside of any.
    mutating func note(_ loss: Float, of network: Player, in search: LoopSearch?) {
        guard let search else { return }
        if search != self.search {
            self = StallWatch()
            self.search = search
        }
        lowest = min(lowest, loss)
        steps += 1
        if loss < mark * (1 - Self.leastFall) || !mark.isFinite {
            mark = loss
            steps = 0
        }
        if steps >= Self.patience {
            stall = Stall(network: network, search: search, lowest: lowest, steps: steps)
        }
    }
}

extension Stall: CustomStringConvertible {
    /// What happened, in one sentence without its full stop.
    public var description: String {
        "the \(network)'s loss stands still: \(steps) steps have not brought it below \(lowest) \(search)"
    }
}
