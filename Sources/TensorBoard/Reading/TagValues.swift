/// The values of a run under one tag.
public struct TagValues: Sendable {
    /// The tag; of the run's graph `__run_graph__`, as in TensorBoard.
    public let tag: String
    /// What the values are; of an unknown kind where no value says it, or not where TensorBoard looks
    /// for it: it shows nothing of the tag then.
    public private(set) var kind: Series.Kind = .unknown
    /// What the first value says about all: title, description, plugin.
    public private(set) var metadata: Event.Metadata?
    /// The points of a curve, in the order in which they were written; empty for other kinds.
    public private(set) var scalars: [Point] = []
    /// Where the values of other kinds are, in the order in which they were written.
    public private(set) var stored: [StoredValue] = []
    /// Where values are that are none of their kind, so that TensorBoard shows nothing of them: a
    /// text among the points of a curve.
    public private(set) var unshown: [StoredValue] = []

    private var description: SeriesDescription?
    /// Values whose kind a later one may tell.
    private var undescribed: [(stored: StoredValue, form: ValueForm)] = []
    private var highestStep = Int64.min

    /// A point of a curve.
    public struct Point: Sendable, Equatable {
        /// The step.
        public let step: Int64
        /// Seconds since 1970.
        public let wallTime: Double
        /// The number, as it was logged.
        public let number: Event.Number

        /// The nearest `Double`; of a complex number, of its real part.
        public var value: Double {
            if case .complex(let number) = number { return number.real }
            return number.double ?? .nan
        }
    }

    init(tag: String) {
        self.tag = tag
    }

    /// How many values there are, curves' points or others.
    public var count: Int { scalars.count + stored.count }

    /// The steps of the first and the last value.
    public var steps: (first: Int64, last: Int64)? {
        let first = scalars.first?.step ?? stored.first?.step
        let last = scalars.last?.step ?? stored.last?.step
        return first.flatMap { first in last.map { (first, $0) } }
    }

    mutating func add(
        _ value: Event.Value, of event: Event, at stored: StoredValue, by rules: ReadingRules,
        isDescribedInFile: Bool
    ) {
        let form = ValueForm(value, of: event)
        if rules == .default { dropTail(from: stored.step) }
        highestStep = max(highestStep, stored.step)
        if metadata == nil { metadata = value.metadata }
        if description == nil,
            let described = rules.description(by: value, isDescribedInFile: isDescribedInFile)
        {
            description = described
            kind = described.kind
            let earlier = undescribed
            undescribed = []
            for (stored, form) in earlier { put(form, at: stored, described, by: rules) }
        }
        if let description {
            put(form, at: stored, description, by: rules)
        } else {
            undescribed.append((stored, form))
        }
    }

    private mutating func put(
        _ form: ValueForm, at place: StoredValue, _ description: SeriesDescription,
        by rules: ReadingRules
    ) {
        if !description.takes(form, by: rules) {
            // No value at all only describes those that follow.
            if case .nothing = form { return }
            unshown.append(place)
        } else if description.kind == .scalars, case .number(let number, _) = form {
            scalars.append(Point(step: place.step, wallTime: place.wallTime, number: number))
        } else {
            stored.append(place)
        }
    }

    /// What no value has described is of an unknown kind; but where every value counts, numbers are
    /// points.
    mutating func finish(by rules: ReadingRules) {
        if rules == .all, undescribed.contains(where: \.form.isNumber) {
            kind = .scalars
            let points = SeriesDescription(kind: .scalars, dataClass: .scalar)
            for (stored, form) in undescribed { put(form, at: stored, points, by: rules) }
        } else {
            stored += undescribed.map(\.stored)
        }
        undescribed = []
        guard rules == .python, description?.dataClass == .blobSequence else { return }
        // The first one of each step, in the order of the steps.
        stored = stored.enumerated().sorted {
            ($0.element.step, $0.offset) < ($1.element.step, $1.offset)
        }
        .map(\.element)
        var last: Int64?
        stored.removeAll { value in
            defer { last = value.step }
            return value.step == last
        }
    }

    /// Takes values whose kind is known otherwise.
    mutating func take(_ values: [StoredValue], kind: Series.Kind) {
        stored = values
        self.kind = kind
    }

    /// Forgets the values from a step on.
    mutating func forget(from step: Int64) {
        guard highestStep >= step else { return }
        scalars.removeAll { $0.step >= step }
        stored.removeAll { $0.step >= step }
        unshown.removeAll { $0.step >= step }
        undescribed.removeAll { $0.stored.step >= step }
        highestStep = step == .min ? .min : step - 1
    }

    /// Forgets the values from a step on, where steps only rise.
    private mutating func dropTail(from step: Int64) {
        while let last = scalars.last, last.step >= step { scalars.removeLast() }
        while let last = stored.last, last.step >= step { stored.removeLast() }
        while let last = unshown.last, last.step >= step { unshown.removeLast() }
        while let last = undescribed.last, last.stored.step >= step { undescribed.removeLast() }
    }
}
