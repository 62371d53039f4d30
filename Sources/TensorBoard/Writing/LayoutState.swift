/// What a run's Custom Scalars tab shows, as far as it was logged.
struct LayoutState {
    /// What the program asked for.
    var layout = CustomScalars()
    /// How often the layout was logged: the step of the last time.
    private(set) var count: Int64 = 0

    /// The charts that follow from what is logged, and the tags of each.
    private var charts: [(title: String, tags: [String])] = []
    private var knownTags: Set<ExactName> = []

    /// Adds curves to a chart.
    ///
    /// - Returns: Whether any of them is new.
    mutating func add(_ tags: some Sequence<String>, to title: String) -> Bool {
        var isChanged = false
        for tag in tags where knownTags.insert(ExactName(tag)).inserted {
            isChanged = true
            if let index = charts.firstIndex(where: { ExactName($0.title) == ExactName(title) }) {
                charts[index].tags.append(tag)
            } else {
                charts.append((title, [tag]))
            }
        }
        return isChanged
    }

    /// Everything that is shown, to be logged now. Charts are in categories as TensorBoard groups
    /// tags: by the text before the first `/`.
    ///
    /// - Throws: `Refusal` if a text cannot be written.
    mutating func next() throws(Refusal) -> Summary {
        var merged = layout
        for (title, tags) in charts {
            let category = String(title.unicodeScalars.prefix { $0 != "/" })
            let chart = CustomScalars.Chart.lines(title, tags: tags)
            let index = merged.categories.firstIndex {
                ExactName($0.title) == ExactName(category)
            }
            if let index {
                merged.categories[index].charts.append(chart)
            } else {
                merged.categories.append(.init(title: category, charts: [chart]))
            }
        }
        let value = try merged.value()
        count += 1
        return Summary([value])
    }
}
