import TensorBoard
import TestSupport
import Testing

/// `gan train --profile-step`.
@Suite(.waiting) struct ProfileTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// The events of a run's only file.
    private func events(_ run: String) throws -> [Event] {
        let file = try #require(try command.names("log/\(run)").first { $0.contains("tfevents") })
        var reader = try EventFileReader(path: command.folder.path(of: "log/\(run)/\(file)"))
        var events: [Event] = []
        while let event = try reader.next() { events.append(event) }
        return events
    }

    /// Field numbers are those of TensorFlow's `step_stats.proto`.
    @Test func measuresNearlyEveryNodeOnce() throws {
        let outcome = try command.run(
            "train", "--run", "r", "--train-times", "2", "--profile-step", "7")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let events = try events("r")
        let profiles = events.compactMap { event in
            if case .runMetadata(let tag, let bytes) = event.content {
                (event.step, tag, bytes)
            } else {
                nil
            }
        }
        #expect(profiles.count == 1)
        let (step, tag, bytes) = try #require(profiles.first)
        #expect(step == 7 && tag == "step 7")

        let device = try WireMessage(bytes).messages(1)[0].messages(1)[0]
        #expect(device.string(1) == "/job:localhost/replica:0/task:0/device:CPU:0")
        let nodes = try device.messages(2)
        let names = nodes.map { $0.string(1) }
        #expect(Set(names).count == names.count)

        let graph = try #require(
            events.compactMap { event in
                if case .graph(let bytes) = event.content { bytes } else { nil }
            }.first)
        let known = Set(try WireMessage(graph).messages(1).map { $0.string(1) })
        #expect(known.isSuperset(of: names))
        for name in [
            "discriminator/conv1/Conv2D", "discriminator_1/hide3/MatMul", "generator/conv2/Conv2D",
            "G_z_image", "Adam/update_discriminator/conv1/weights/ApplyAdam",
            "Adam_1/update_generator/output/weights/ApplyAdam",
        ] {
            #expect(names.contains(name), "\(name)")
        }

        let convolution = try #require(
            nodes.first { $0.string(1) == "discriminator/conv1/Conv2D" })
        #expect(
            convolution.string(8).hasPrefix("discriminator/conv1/Conv2D = Conv2D(Reshape:0, "))
        // Ten images of 28 × 28 pixels and 11 channels of four bytes.
        let memory = try convolution.messages(6)[0]
        #expect(memory.int(2) == 10 * 28 * 28 * 11 * 4)
        #expect(nodes.allSatisfy { $0.int(13) > 1_600_000_000_000_000_000 })
        #expect(nodes.contains { $0.int(16) > 1000 })
    }

    @Test func changesNoLoss() throws {
        func losses(_ arguments: String...) throws -> [Substring] {
            try command.run(["train", "--train-times", "2"] + arguments).output
                .split(separator: "\n").filter { $0.hasPrefix("train times: ") }
        }
        #expect(try losses("--run", "a", "--profile-step", "9") == losses("--run", "b"))
    }

    /// The discriminator's part is missing then.
    @Test func theLastStepIsWrittenToo() throws {
        let outcome = try command.run(
            "train", "--run", "r", "--train-times", "1", "--profile-step", "7")
        #expect(outcome.status == 0)
        #expect(
            try events("r").contains { event in
                if case .runMetadata = event.content { true } else { false }
            })
    }

    @Test func saysWhenTheStepWasNotReached() throws {
        let outcome = try command.run(
            "train", "--run", "r", "--train-times", "1", "--profile-step", "8")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("step 8 of the generator was not measured: it was at 7\n"))
        // And before, as far as one can know.
        let lines = outcome.output.split(separator: "\n")
        let warning = try #require(
            lines.firstIndex {
                $0.hasPrefix(
                    "step 8 of the generator may not come to be measured: the run has 7 for ")
            })
        #expect(try warning < #require(lines.firstIndex { $0.hasPrefix("warm-up: ") }))

        let resumed = try command.run(
            "train", "--resume", "--train-times", "2", "--profile-step", "5")
        #expect(
            resumed.output.contains(
                "\nstep 5 of the generator will not be measured: 7 are done\n"))
        let fine = try command.run(
            "train", "--resume", "--train-times", "3", "--profile-step", "21")
        #expect(fine.status == 0 && !fine.output.contains("measured"), "\(fine.output)")
    }
}
