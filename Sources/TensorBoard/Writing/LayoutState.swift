/// What a program asks for in its run's Custom Scalars tab.
struct LayoutState {
    /// What it gave as a layout.
    var layout = CustomScalars()

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

    /// All of it. Charts are in categories as TensorBoard groups tags: by the text before the first
    /// `/`.
    var whole: CustomScalars {
        var whole = layout
        for (title, tags) in charts {
            let category = String(title.unicodeScalars.prefix { $0 != "/" })
            let chart = CustomScalars.Chart.lines(title, tags: tags)
            let index = whole.categories.firstIndex {
                ExactName($0.title) == ExactName(category)
            }
            if let index {
                whole.categories[index].charts.append(chart)
            } else {
                whole.categories.append(.init(title: category, charts: [chart]))
            }
        }
        return whole
    }
}
