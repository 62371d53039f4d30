import TensorBoard

/// What a report's page shows, and how it is written for the page.
struct ReportData {
    private struct Run {
        let name: String
        let status: String
        let seconds: Double
        let hparams: HParams
        /// When it began, in seconds since 1970.
        let start: Double
    }

    /// The series of one tag, a run each.
    private struct Group {
        let tag: String
        let title: String
        let description: String
        var series: [(run: Int, values: TagValues)] = []

        var kind: Series.Kind { series.first?.values.kind ?? .unknown }
        var isOfCurves: Bool { kind == .scalars }
        var isOfImages: Bool { kind == .images }
        var isOfTexts: Bool { kind.rawValue == "text" }
    }

    private var runs: [Run] = []
    private var groups: [ExactName: Group] = [:]
    private var order: [ExactName] = []

    /// What is said at the head of the page.
    struct Head {
        let title: String
        let about: String
        let smoothing: Double
    }

    /// The most points of a curve.
    static let greatestPointCount = 2000
    /// The most bytes of a text.
    private static let longestText = 20_000

    /// Whether there is nothing to show.
    var isEmpty: Bool { groups.isEmpty }

    /// What it holds, in words.
    var summary: String {
        func words(_ count: Int, _ word: String) -> String {
            "\(count) \(word)\(count == 1 ? "" : "s")"
        }
        let curves = groups.values.count { $0.isOfCurves }
        let images = groups.values.count { $0.isOfImages }
        return [words(runs.count, "run"), words(curves, "curve"), words(images, "image tag")]
            .joined(separator: ", ")
    }

    /// Begins a run, whose tags follow.
    mutating func begin(_ name: String, _ values: RunValues) {
        let overview = RunOverview(name, values)
        let first = values.tags.lazy.compactMap { tag in
            tag.scalars.first?.wallTime ?? tag.stored.first?.wallTime
        }.min()
        runs.append(
            Run(
                name: name, status: overview.status, seconds: values.seconds,
                hparams: values.session?.hparams ?? HParams(), start: first ?? 0))
    }

    /// Adds a tag of the run that was begun last, if it is of a kind that the page shows.
    mutating func add(_ tag: TagValues) {
        let isShown =
            tag.kind == .scalars
            ? !tag.scalars.isEmpty
            : (tag.kind == .images || tag.kind.rawValue == "text") && !tag.stored.isEmpty
        guard isShown else { return }
        // A tag may be a curve in one run and an image in another.
        let key = ExactName("\(tag.kind.rawValue)\0\(tag.tag)")
        if groups[key] == nil {
            order.append(key)
            groups[key] = Group(
                tag: tag.tag, title: tag.metadata?.displayName ?? "",
                description: tag.metadata?.description ?? "")
        }
        groups[key]?.series.append((runs.count - 1, tag))
    }

    /// The data as JSON that can stand in a page.
    ///
    /// - Parameters:
    ///   - room: How many bytes there are, of which images take what curves and texts leave.
    ///   - failures: Is told of values that cannot be read.
    func json(_ head: Head, room: Int, _ failures: inout Failures) -> String {
        var json = ReportJSON()
        json.object { json in
            json.field("title", head.title)
            json.field("about", head.about)
            json.field("smoothing", head.smoothing)
            json.list("runs", runs) { json, run in
                json.field("name", run.name)
                json.field("status", run.status)
                json.field("seconds", run.seconds)
                json.rawField("hparams", Self.hparams(run.hparams))
            }
            let groups = order.compactMap { self.groups[$0] }
            json.list("scalars", groups.filter(\.isOfCurves)) { json, group in
                Self.names(of: group, &json)
                json.list("curves", group.series) { json, series in
                    curve(series.values.scalars, ofRun: series.run, &json)
                }
            }
            json.list("texts", texts(groups.filter(\.isOfTexts), &failures)) { json, text in
                json.field("run", Double(text.run))
                json.field("tag", text.tag)
                json.rawField("step", "\(text.step)")
                json.field("text", text.text)
            }
            let images = groups.filter(\.isOfImages)
            let pictures = ReportPictures(
                of: images.flatMap { $0.series.map(\.values) }, room: room - json.byteCount,
                &failures)
            var index = 0
            json.list("images", images) { json, group in
                Self.names(of: group, &json)
                json.list("series", group.series) { json, series in
                    json.field("run", Double(series.run))
                    let shown = pictures.series[index]
                    index += 1
                    json.rawField("steps", "[\(shown.map { "\($0.step)" }.joined(separator: ","))]")
                    json.rawField(
                        "types", "[\(shown.map { "\"\($0.type)\"" }.joined(separator: ","))]")
                    json.rawField(
                        "files", "[\(shown.map { "\"\($0.file)\"" }.joined(separator: ","))]")
                }
            }
        }
        return json.text
    }

    private static func names(of group: Group, _ json: inout ReportJSON) {
        json.field("tag", group.tag)
        json.field("title", group.title)
        json.field("description", group.description)
    }

    /// Pairs, so that names are whatever they are.
    private static func hparams(_ hparams: HParams) -> String {
        let pairs = hparams.values.map { name, value in
            let text =
                switch value {
                case .string(let text): ReportJSON.quoted(text)
                case .bool(let isTrue): isTrue ? "true" : "false"
                case .number(let number):
                    number.isFinite ? "\(number)" : ReportJSON.quoted("\(number)")
                }
            return "[\(ReportJSON.quoted(name)),\(text)]"
        }
        return "[\(pairs.joined(separator: ","))]"
    }

    private func curve(
        _ points: [TagValues.Point], ofRun run: Int, _ json: inout ReportJSON
    ) {
        let shown = Self.thinned(points)
        json.field("run", Double(run))
        json.field("last", points.last?.value ?? .nan)
        json.field("steps", Base64.text(of: shown.map { Double($0.step) }))
        json.field("values", Base64.text(of: shown.map { Float($0.value) }))
        json.field(
            "times", Base64.text(of: shown.map { Float($0.wallTime - runs[run].start) }))
    }

    /// The points of a curve, or of a long one the lowest and the highest of each stretch, and its
    /// ends.
    static func thinned(_ points: [TagValues.Point]) -> [TagValues.Point] {
        guard points.count > greatestPointCount else { return points }
        let stretches = greatestPointCount / 2 - 1
        var shown = [points[0]]
        for stretch in 0..<stretches {
            let start = 1 + stretch * (points.count - 2) / stretches
            let end = 1 + (stretch + 1) * (points.count - 2) / stretches
            let finite = (start..<end).filter { points[$0].value.isFinite }
            guard
                let low = finite.min(by: { points[$0].value < points[$1].value }),
                let high = finite.max(by: { points[$0].value < points[$1].value })
            else {
                shown.append(points[start])
                continue
            }
            shown += Set([low, high]).sorted().map { points[$0] }
        }
        return shown + [points[points.count - 1]]
    }

    /// The last text of each tag.
    private func texts(
        _ groups: [Group], _ failures: inout Failures
    ) -> [(run: Int, tag: String, step: Int64, text: String)] {
        var texts: [(run: Int, tag: String, step: Int64, text: String)] = []
        for group in groups {
            for (run, values) in group.series {
                guard let last = values.stored.last else { continue }
                do {
                    let all = try last.load().text?.joined(separator: "\n") ?? ""
                    let isLong = all.utf8.count > Self.longestText
                    texts.append(
                        (
                            run, group.tag, last.step,
                            isLong ? "\(all.prefix(Self.longestText))…" : all
                        ))
                } catch {
                    failures.add("\(error)")
                }
            }
        }
        return texts
    }
}
