import ArgumentParser
import Datasets
import GAN
import Platform
import RecordIO
import TensorGraph

#if MPI
    import MPIMessages
#endif

/// The processes that train a run together, as a launcher of MPI has started them.
///
/// Process 0 finds out what is to be trained, tells the others, and writes the log and the checkpoints.
/// The others print nothing but errors. An error of any of them ends all.
final class Processes {
    /// What they speak by.
    let communicator: any Communicator
    /// Threads of each, unless the command line says otherwise.
    let threadCount: Int
    private let names: ([String]) -> Void
    private let leave: () -> Void
    private let abort: (Int32) -> Never
    /// Whether all have left each other, as they do when the run has ended.
    private var hasLeft = false

    /// Whether this is the process that writes.
    var isFirst: Bool { communicator.isFirst }

    /// How many processes a launcher has started, by its environment, and which one this is; `nil`
    /// without a launcher.
    static var launched: (rank: Int, count: Int)? {
        // Open MPI; MPICH and Intel MPI; Slurm's srun.
        for (count, rank) in [
            ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("PMI_SIZE", "PMI_RANK"),
            ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
        ] {
            func number(_ name: String) -> Int? {
                getenv(name).flatMap { Int(String(cString: $0)) }
            }
            if let count = number(count) { return (number(rank) ?? 0, count) }
        }
        return nil
    }

    /// Joins the others; `nil` where there are none.
    static func join() throws -> Processes? {
        guard let launched else { return nil }
        StopSignal.expectLauncher()
        guard launched.count > 1 else { return nil }
        #if MPI
            let messenger = try MPIMessenger()
            // After a signal the launcher does not wait as long.
            messenger.patience = { StopSignal.exitCode == nil ? 10 : 4 }
            guard messenger.count == launched.count else {
                // Slurm has started them by another protocol than this MPI's.
                if launched.rank == 0 {
                    System.printError(
                        "gan: \(launched.count) processes were started, of which MPI knows "
                            + "\(messenger.count): start them by tools/gan-mpi, or by srun with the "
                            + "--mpi of this MPI (srun --mpi=list names those there are)\n")
                }
                messenger.finish()
                exit(64)
            }
            guard messenger.count.nonzeroBitCount == 1 else {
                if messenger.rank == 0 {
                    System.printError(
                        "gan: \(messenger.count) processes cannot share a batch equally: start 2, 4, "
                            + "8 or another power of two\n")
                }
                let isKnown = messenger.rank == 0 ? noteExitCode(64) : exitCodePath != nil
                messenger.finish()
                exit(isKnown ? 0 : 64)
            }
            return Processes(
                MessageCommunicator(messenger), threadCount: messenger.processorCount,
                names: { messenger.names = $0 }, leave: messenger.finish, abort: messenger.abort)
        #else
            if launched.rank == 0 {
                System.printError(
                    "note: \(launched.count) processes were started, and this gan is built without "
                        + "MPI: each trains a run of its own. tools/gan-mpi trains one run on all.\n"
                )
            }
            return nil
        #endif
    }

    private init(
        _ communicator: any Communicator, threadCount: Int, names: @escaping ([String]) -> Void,
        leave: @escaping () -> Void, abort: @escaping (Int32) -> Never
    ) {
        self.communicator = communicator
        self.threadCount = threadCount
        self.names = names
        self.leave = leave
        self.abort = abort
    }

    /// Runs `body`; whatever goes wrong in it, unless all have left before, ends all processes.
    func run(_ body: () throws -> Void) throws {
        do {
            try body()
            try end()
            if isFirst { Self.noteExitCode(0) }
        } catch  where hasLeft {
            let code = GANCommand.code(of: error)
            let isKnown = isFirst ? Self.noteExitCode(code) : Self.exitCodePath != nil
            // Where one ends with a code of its own, Open MPI's launcher gives the others seconds to end.
            if error is ExitCode, isKnown { exit(0) }
            throw error
        } catch CommunicationError.toldElsewhere {
            // Whoever tells it ends this process, too.
            System.sleep(5)
            if isFirst { Self.noteExitCode(1) }
            exit(1)
        } catch {
            let code = GANCommand.tell(error, of: isFirst ? nil : Card(of: self).name)
            if isFirst { Self.noteExitCode(code) }
            abort(code)
        }
    }

    /// Waits until all have done their part, and leaves.
    func end() throws {
        guard !hasLeft else { return }
        _ = try communicator.gather([])
        hasLeft = true
        leave()
    }

    /// Where the script that has started the launcher wants the exit code.
    private static var exitCodePath: String? {
        getenv("GAN_EXIT_CODE_FILE").map { String(cString: $0) }
    }

    /// Leaves the exit code to the script that has started the launcher, whose own code does not tell
    /// of signals.
    ///
    /// - Returns: whether it has it now: the file is the script's, and on its host.
    @discardableResult
    private static func noteExitCode(_ code: Int32) -> Bool {
        guard let path = exitCodePath else { return false }
        let file = Descriptor.open(path, O_WRONLY | O_TRUNC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var text = "\(code)\n"
        return text.withUTF8 { write(file, $0.baseAddress, $0.count) == $0.count }
    }
}

extension Processes {
    /// What all have to agree on, and who says it.
    private struct Card {
        var host = ""
        var process = ""
        var build = ""
        var instructions = ""
        var flags = ""
        var data = ""
        /// Why a process cannot take part.
        var problem = ""

        private static var fields: [WritableKeyPath<Card, String>] {
            [\.host, \.process, \.build, \.instructions, \.flags, \.data, \.problem]
        }

        var message: [UInt8] {
            Array(Self.fields.map { self[keyPath: $0] }.joined(separator: "\0").utf8)
        }

        init() {}

        /// What this process says.
        init(of processes: Processes) {
            #if MPI
                host = MPIMessenger.host
            #endif
            process = "\(processes.communicator.rank) on \(host) (pid \(getpid()))"
            build = System.programPath.flatMap { try? Processes.checksum(ofFile: $0) } ?? ""
            instructions = "\(InstructionSet.current)"
            flags = Processes.commonFlags(System.arguments).joined(separator: " ")
        }

        init(_ message: [UInt8]) {
            let parts = message.split(separator: 0, omittingEmptySubsequences: false)
            for (field, part) in zip(Self.fields, parts) {
                self[keyPath: field] = String(decoding: part, as: UTF8.self)
            }
        }

        /// `1 on node2 (pid 4711)`
        var name: String { "process \(process)" }

        /// How it differs from the first one's; `nil` where it does not.
        func difference(from first: Card) -> String? {
            if !problem.isEmpty { return ": \(problem)" }
            if build != first.build {
                return
                    ": runs another build of gan than \(first.name): give all hosts the same program"
            }
            if instructions != first.instructions {
                return
                    ": computes with \(instructions), and \(first.name) with \(first.instructions): "
                    + "sums would differ; set GANBOARD_INSTRUCTION_SET to what all have"
            }
            if flags != first.flags {
                return ": was started with other flags: \(flags.isEmpty ? "none" : flags), and "
                    + "\(first.name) with \(first.flags.isEmpty ? "none" : first.flags)"
            }
            if data != first.data {
                return ": has other images than \(first.name): give all hosts the same by --data"
            }
            return nil
        }
    }

    /// The arguments without those that processes may have different ones of: where their data is, how
    /// many threads they use, and the folder of the log, which the first one alone has.
    static func commonFlags(_ arguments: [String]) -> [String] {
        let own = ["--threads", "--data", "--logdir"]
        var result: [String] = []
        var isValue = false
        for argument in arguments {
            if isValue {
                isValue = false
            } else if own.contains(argument) {
                isValue = true
            } else if !own.contains(where: { argument.hasPrefix($0 + "=") }) {
                result.append(argument.quotedForShell)
            }
        }
        return result
    }

    /// The checksum of all bytes of a file.
    private static func checksum(ofFile path: String) throws -> String {
        let file = try InputFile(opening: path)
        var (checksum, offset) = (UInt32(0), 0)
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try part.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            if count == 0 { return "\(checksum) \(offset)" }
            checksum = CRC32C.extend(checksum, by: part.span.extracting(first: count).bytes)
            offset += count
        }
    }

    /// Reads this process's data, and compares builds, instruction sets, flags and data.
    ///
    /// - Throws: in the first process, which one differs and by what.
    func agree(on data: () throws -> MNIST) throws -> MNIST? {
        var own = Card(of: self)
        var read: MNIST?
        do {
            let examples = try data()
            own.data = "\(examples.checksum)"
            read = examples
        } catch {
            own.problem = GANCommand.message(for: error)
        }
        let cards = try communicator.gather(own.message).map { Card($0) }
        names(cards.map(\.name))
        for card in cards {
            guard let difference = card.difference(from: cards[0]) else { continue }
            guard isFirst else { throw CommunicationError.toldElsewhere }
            throw CommandError("\(card.name)\(difference)")
        }
        return read
    }

    /// Tells the others what is trained.
    func tell<R: TrainedRecipe>(_ assignment: Assignment<R>) throws {
        _ = try communicator.broadcast(Array(R.kind.utf8))
        _ = try communicator.broadcast(assignment.message)
    }

    /// What the first one tells.
    func told() throws -> (kind: String, message: [UInt8]) {
        let kind = String(decoding: try communicator.broadcast([]), as: UTF8.self)
        return (kind, try communicator.broadcast([]))
    }
}
