/// Layouts of several writers, put together as TensorBoard does with those of several runs: categories
/// of one title are one. So are charts of one title and kind within them, with the lines of all.
extension CustomScalars {
    /// The layout, with what another one has more. What both have stays where it is.
    func adding(_ other: CustomScalars) -> CustomScalars {
        var merged = self
        for category in other.categories {
            if let index = merged.index(of: category) {
                merged.categories[index].add(category)
            } else {
                merged.categories.append(category)
            }
        }
        return merged
    }

    /// The layout without the lines that another one has, and without charts and categories that
    /// have none left.
    func removing(_ other: CustomScalars) -> CustomScalars {
        var rest = self
        for category in other.categories {
            guard let index = rest.index(of: category) else { continue }
            rest.categories[index].remove(category)
            if rest.categories[index].charts.isEmpty { rest.categories.remove(at: index) }
        }
        return rest
    }

    private func index(of category: Category) -> Int? {
        categories.firstIndex { ExactName($0.title) == ExactName(category.title) }
    }
}

extension CustomScalars.Category {
    fileprivate mutating func add(_ other: Self) {
        isClosed = other.isClosed
        let known = charts
        for chart in other.charts where !known.contains(where: { $0.isSame(as: chart) }) {
            // Two charts of one title are the other one's own choice.
            if let index = known.firstIndex(where: { $0.isAlike(chart) }) {
                charts[index].content.add(chart.content)
            } else {
                charts.append(chart)
            }
        }
    }

    fileprivate mutating func remove(_ other: Self) {
        for chart in other.charts {
            for index in charts.indices where charts[index].isAlike(chart) {
                charts[index].content.remove(chart.content)
            }
        }
        charts.removeAll { chart in
            chart.content.isEmpty && other.charts.contains { $0.isAlike(chart) }
        }
    }
}

extension CustomScalars.Chart {
    /// Whether they are one chart, of which two writers may have different lines.
    fileprivate func isAlike(_ other: Self) -> Bool {
        guard ExactName(title) == ExactName(other.title) else { return false }
        return switch (content, other.content) {
        case (.patterns, .patterns), (.margins, .margins): true
        case (.patterns, .margins), (.margins, .patterns): false
        }
    }

    fileprivate func isSame(as other: Self) -> Bool {
        isAlike(other) && content.lines == other.content.lines
    }
}

extension CustomScalars.Chart.Content {
    fileprivate var isEmpty: Bool { lines.isEmpty }

    /// What tells the lines from each other.
    fileprivate var lines: [[ExactName]] {
        switch self {
        case .patterns(let patterns): patterns.map { [ExactName($0)] }
        case .margins(let margins): margins.map(\.names)
        }
    }

    fileprivate mutating func add(_ other: Self) {
        let known = Set(lines)
        switch (self, other) {
        case (.patterns(let own), .patterns(let others)):
            self = .patterns(own + others.filter { !known.contains([ExactName($0)]) })
        case (.margins(let own), .margins(let others)):
            self = .margins(own + others.filter { !known.contains($0.names) })
        default: break
        }
    }

    fileprivate mutating func remove(_ other: Self) {
        let unwanted = Set(other.lines)
        switch self {
        case .patterns(let own):
            self = .patterns(own.filter { !unwanted.contains([ExactName($0)]) })
        case .margins(let own):
            self = .margins(own.filter { !unwanted.contains($0.names) })
        }
    }
}

extension CustomScalars.Margin {
    fileprivate var names: [ExactName] {
        [ExactName(value), ExactName(lower), ExactName(upper)]
    }
}
