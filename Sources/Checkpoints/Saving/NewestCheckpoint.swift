internal import RecordIO

/// The newest checkpoint of a folder that is whole, and what was found on the way to it.
public struct NewestCheckpoint: Sendable {
    /// The prefix of its files, for `Checkpoint(opening:)`.
    public let prefix: String
    /// Why newer ones are not taken, the newest first; before them, what is wrong with the state
    /// file, if anything is.
    public let passedOver: [any Error]

    /// Looks for the newest checkpoint in a folder of which every byte is as it was written.
    ///
    /// Those that the state file names come first, the latest before the others. Those that it does
    /// not name, because it is gone or damaged or forgot them, follow by the number at the end of
    /// their names, the greatest first.
    ///
    /// - Parameters:
    ///   - folder: The folder of a state file and of checkpoints.
    ///   - check: Whether a whole checkpoint can be used, beside that: one for which it throws is
    ///     passed over.
    /// - Returns: `nil` if the folder has no checkpoint, whole or not.
    /// - Throws: `CheckpointError` where the folder cannot be read; ``NoneIsWhole`` if no
    ///   checkpoint in it can be used.
    public init?(
        in folder: String, where check: (Checkpoint) throws -> Void = { _ in }
    ) throws {
        let candidates = try CheckpointCandidates(in: folder)
        guard !candidates.newestFirst.isEmpty else {
            if let error = candidates.stateError { throw error }
            return nil
        }
        var passedOver: [any Error] = candidates.stateError.map { [$0] } ?? []
        for path in candidates.newestFirst {
            let prefix = CheckpointState.prefix(of: path, in: folder)
            do {
                let checkpoint = try Checkpoint(opening: prefix)
                try checkpoint.verify()
                try check(checkpoint)
                self.prefix = prefix
                self.passedOver = passedOver
                return
            } catch {
                passedOver.append(error)
            }
        }
        throw NoneIsWhole(folder: folder, reasons: passedOver)
    }

    /// No checkpoint of a folder can be used.
    public struct NoneIsWhole: Error, CustomStringConvertible {
        /// The folder.
        public let folder: String
        /// What is wrong with the state file, if anything is, and with each checkpoint, the newest
        /// first.
        public let reasons: [any Error]

        /// The first reason, and how many there are.
        public var description: String {
            let causes = reasons.map { ($0 as? CheckpointError)?.cause ?? "\($0)" }
            return "no checkpoint in \(folder) is whole: " + causes.joined(separator: "; ")
        }
    }
}

/// The checkpoints of a folder, as far as names tell.
struct CheckpointCandidates {
    /// Their paths as a state file has them, the newest first.
    let newestFirst: [String]
    /// What is wrong with the state file.
    let stateError: CheckpointError?

    init(in folder: String) throws(CheckpointError) {
        var named: [String] = []
        var stateError: CheckpointError?
        do throws(CheckpointError) {
            if let state = try CheckpointState(in: folder) {
                named =
                    [state.latest] + state.all.reversed().filter { !$0.isExactly(state.latest) }
            }
        } catch {
            stateError = error
        }
        let entries = try orCheckpointError { () throws(FileError) in
            try Folder.entries(of: folder)
        }
        var known = Set(named.map { Array(FilePath.name(of: $0).utf8) })
        // Of all shards of a checkpoint in format V1.
        for name in named {
            let prefix = CheckpointFiles.checkpoint(ofFile: FilePath.name(of: name), in: folder)
            if let prefix { known.insert(Array(prefix.utf8)) }
        }
        let names = entries.filter { !$0.isFolder }.map(\.name)
        // Where an index never got its name, the data that may have theirs are no checkpoint.
        for index in names.compactMap({ CheckpointFiles.name(ofLeftover: $0) })
        where index.hasSuffix(".index") && !names.containsExactly(String(index)) {
            known.insert(Array(index.dropLast(".index".count).utf8))
        }
        let others = names.compactMap { CheckpointFiles.checkpoint(ofFile: $0, in: folder) }
            .filter { known.insert(Array($0.utf8)).inserted }
            .sorted { Self.isNewer($0, than: $1) }
        if named.isEmpty, stateError == nil, !others.isEmpty {
            stateError = CheckpointError(.noState, path: CheckpointState.path(in: folder))
        }
        newestFirst = named + others
        self.stateError = stateError
    }

    /// Whether a checkpoint is newer than another, by the steps in their names.
    private static func isNewer(_ name: String, than other: String) -> Bool {
        func order(_ name: String) -> (Int, String) {
            (name.split(separator: "-").last.flatMap { Int($0) } ?? -1, name)
        }
        return order(name) > order(other)
    }
}

extension Checkpoint {
    /// Reads every tensor of numbers, and compares its bytes with their checksum.
    ///
    /// - Throws: `CheckpointError` for the first that cannot be read or is damaged.
    public func verify() throws(CheckpointError) {
        for tensor in tensors { _ = try self.tensor(named: tensor.name) }
    }
}
