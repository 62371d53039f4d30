import GAN

/// A judgement beside that of real images, for people and for programs.
struct JudgeReport {
    let judgement: Judgement
    let standard: QualityStandard
    let judge: Judge
    /// What was judged, in words.
    let name: String

    /// The measures in a table, and the share of each class.
    var text: String {
        var table = Table("measure", .right("value"), .right("±"), .right("real images"))
        for measure in measures {
            table.add(
                measure.rawValue, number(judgement[measure], measure),
                judgement.deviations[measure].map { number($0, measure) } ?? "",
                standard.floor[measure].map { number($0, measure) } ?? "")
        }
        var text = "\(judgement.sampleCount) images of \(name.printable)\n\n" + table.text
        if standard.knowsClasses {
            let shares = judgement.classShares.enumerated().map {
                "\($0.offset) \((100 * $0.element).decimals(1)) %"
            }
            text += "\nclasses: \(shares.joined(separator: ", "))\n"
        }
        return text + "\n" + notes.joined(separator: "\n") + "\n"
    }

    private var notes: [String] {
        var notes = [
            "± is the standard deviation that others of this number would show; real images: "
                + "\(standard.floorCount) that may be trained on",
            "judge: \(judge.version), which finds the class of \((100 * judge.accuracy).decimals(2)) % "
                + "of the test images; numbers of other classifiers are not comparable",
        ]
        if !standard.knowsClasses {
            notes.append(
                "the judge knows the classes of \(judge.data), not of these images: train one by "
                    + "gan train-judge, and give it by --judge")
        }
        if judgement.sampleCount < 2000 {
            notes.append(
                "so few images are at a greater Fréchet distance than more of the same would be; "
                    + "kernel_distance does not depend on their number")
        }
        return notes
    }

    /// Those that mean something for these images.
    private var measures: [QualityMeasure] {
        QualityMeasure.allCases.filter {
            standard.knowsClasses || $0 != .classes && $0 != .classifierScore
        }
    }

    private func number(_ value: Double, _ measure: QualityMeasure) -> String {
        measure == .classes ? value.decimals(value == value.rounded() ? 0 : 1) : value.decimals(3)
    }

    /// All of it as one line of JSON.
    var json: String {
        let values = measures.map { measure in
            let parts = [
                ("value", judgement[measure]), ("deviation", judgement.deviations[measure]),
                ("real", standard.floor[measure]),
            ].compactMap { name, value in value.map { "\"\(name)\":\(Self.json($0))" } }
            return "\"\(measure.rawValue)\":{\(parts.joined(separator: ","))}"
        }
        var fields = [
            "\"images\":\(judgement.sampleCount)", "\"of\":\(name.stringOfJSON)",
            "\"judge\":\(judge.version.stringOfJSON)",
            "\"judge_accuracy\":\(Self.json(judge.accuracy))",
            "\"real_images\":\(standard.floorCount)",
        ]
        fields += values
        if standard.knowsClasses {
            let shares = judgement.classShares.map(Self.json).joined(separator: ",")
            fields.append("\"class_shares\":[\(shares)]")
        }
        return "{\(fields.joined(separator: ","))}\n"
    }

    private static func json(_ number: Double) -> String {
        number.isFinite ? "\(number)" : "null"
    }
}
