/// What the sums and the gathers of a process have cost it.
public struct Traffic: Sendable, Equatable {
    /// How often all sums that were begun were waited for: once a step.
    public var rounds = 0
    /// Messages that were sent.
    public var messages = 0
    /// Their bytes.
    public var bytes = 0
    /// The time in which any were under way.
    public var underWay: Duration = .zero
    /// The part of it in which this process did nothing but wait for them.
    public var waiting: Duration = .zero
    /// The part in which it moved them on, beside other work.
    public var moving: Duration = .zero

    /// Nothing yet.
    public init() {}

    /// The share of the time under way that went by behind other work, in 0...1.
    public var hidden: Double {
        underWay > .zero ? 1 - min(1, (waiting + moving) / underWay) : 0
    }

    /// What has been added since an earlier time.
    public static func - (later: Traffic, earlier: Traffic) -> Traffic {
        var difference = later
        difference.rounds -= earlier.rounds
        difference.messages -= earlier.messages
        difference.bytes -= earlier.bytes
        difference.underWay -= earlier.underWay
        difference.waiting -= earlier.waiting
        difference.moving -= earlier.moving
        return difference
    }
}
