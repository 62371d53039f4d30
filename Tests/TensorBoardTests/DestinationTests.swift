import Foundation
import Synchronization
import TensorBoard
import TestSupport
import Testing

/// What a writer brings to a destination, in which order, and what becomes of it when the destination
/// fails.
@Suite struct DestinationTests {
    /// A store in memory that can be told to fail.
    final class Store: LogDestination {
        let name = "store://here"
        struct State {
            var files: [String: [UInt8]] = [:]
            var order: [String] = []
            var failure: LogDestinationError?
            var refusal: LogDestinationError?
            /// The file that is never taken.
            var refusedFile: String?
        }
        let state = Mutex(State())

        func check() throws(LogDestinationError) {
            if let refusal = state.withLock(\.refusal) { throw refusal }
        }

        func store(_ file: LogFile) throws(LogDestinationError) {
            if let failure = state.withLock(\.failure) { throw failure }
            if state.withLock(\.refusedFile) == file.name {
                throw LogDestinationError("not this one", isTransient: false)
            }
            let bytes = try file.bytes(0..<file.byteCount)
            state.withLock {
                $0.files[file.name] = bytes
                $0.order.append(file.name)
            }
        }
    }

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func options(_ store: Store, patience: Duration = .seconds(20)) -> SummaryWriter.Options {
        var options = SummaryWriter.Options()
        options.destination = store
        options.flushInterval = .milliseconds(20)
        options.upload.interval = .milliseconds(20)
        options.upload.patience = patience
        return options
    }

    /// The files of a run, by their names.
    func files(_ run: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let all = FileManager.default.enumerator(atPath: run)?.allObjects as? [String] ?? []
        for name in all {
            var isFolder: ObjCBool = false
            let path = "\(run)/\(name)"
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            if isThere, !isFolder.boolValue {
                files[name] = try Array(Data(contentsOf: URL(filePath: path)))
            }
        }
        return files
    }

    @Test func everythingIsThereWhenTheWriterIsClosed() throws {
        let store = Store()
        let run = folder.path(of: "run")
        let writer = try SummaryWriter(logdir: run, options: options(store))
        for step in 0..<100 { try writer.addScalar(Float(step), tag: "loss", step: step) }
        try writer.addEmbedding(Embedding([1, 2, 3, 4], dimensions: 2, format: .tabSeparated))
        try writer.close()
        let stored = store.state.withLock(\.files)
        #expect(stored == (try files(run)))
        #expect(stored.keys.contains("projector_config.pbtxt"))
        // What names other files comes after them.
        let order = store.state.withLock(\.order)
        let tensors = try #require(order.firstIndex { $0.hasSuffix("tensors.tsv") })
        #expect(tensors < order.lastIndex(of: "projector_config.pbtxt") ?? -1)
        #expect(writer.uploadProgress?.pendingBytes == 0)
        #expect(writer.uploadProgress?.problem == nil)
    }

    @Test func aFileIsWholeBeforeTheNextIsBegun() throws {
        let store = Store()
        var options = options(store)
        options.maximumFileSize = 4000
        let run = folder.path(of: "run")
        let writer = try SummaryWriter(logdir: run, options: options)
        for step in 0..<2000 {
            try writer.addScalar(Float(step), tag: "loss", step: step)
            if step % 100 == 0 { try writer.flush() }
        }
        try writer.close()
        #expect(store.state.withLock(\.files) == (try files(run)))
        let order = store.state.withLock(\.order).filter { $0.contains("tfevents") }
        #expect(Set(order).count > 3)
        #expect(order == order.sorted())
    }

    @Test func aStoreThatComesBackLosesNothing() async throws {
        let store = Store()
        store.state.withLock { $0.failure = .init("it is down", isTransient: true) }
        let run = folder.path(of: "run")
        let reports = Mutex<[String]>([])
        var options = options(store)
        options.failurePolicy = .dropping { error in reports.withLock { $0.append("\(error)") } }
        let writer = try SummaryWriter(logdir: run, options: options)
        for step in 0..<50 { try writer.addScalar(Float(step), tag: "loss", step: step) }
        try writer.flush()
        try await Task.sleep(for: .milliseconds(300))
        #expect(store.state.withLock(\.files).isEmpty)
        #expect(writer.uploadProgress?.problem?.description == "it is down")
        #expect((writer.uploadProgress?.pendingBytes ?? 0) > 0)
        store.state.withLock { $0.failure = nil }
        try writer.close()
        #expect(store.state.withLock(\.files) == (try files(run)))
        // Once, however often it was tried.
        #expect(reports.withLock(\.count) == 1)
        #expect(reports.withLock(\.first)?.contains("kept in \(run)") == true)
    }

    @Test func whatCannotBeStoredStaysOnTheDisk() throws {
        let store = Store()
        store.state.withLock { $0.failure = .init("no room there", isTransient: true) }
        let run = folder.path(of: "run")
        var options = options(store, patience: .milliseconds(200))
        options.upload.removesStoredFiles = true
        let writer = try SummaryWriter(logdir: run, options: options)
        try writer.addScalar(1, tag: "loss")
        let error = #expect(throws: EventFileError.self) { try writer.close() }
        #expect(error?.problem == .notStored)
        #expect(
            error?.description.contains("store://here: no room there; the log is in \(run)") == true
        )
        #expect(try EventLog(folder: run).runs[0].values()["loss"]?.scalars.count == 1)
    }

    @Test func storedFilesAreRemovedIfAsked() throws {
        let store = Store()
        var options = options(store)
        options.upload.removesStoredFiles = true
        let run = folder.path(of: "run")
        let writer = try SummaryWriter(logdir: run, options: options)
        try writer.addScalar(1, tag: "loss")
        try writer.close()
        #expect(try files(run).isEmpty)
        #expect(store.state.withLock(\.files).count == 1)
    }

    @Test func aDestinationThatRefusesEndsTheRunBeforeItBegins() throws {
        let store = Store()
        store.state.withLock {
            $0.refusal = .init("no such place; name another", isTransient: false)
        }
        let error = #expect(throws: EventFileError.self) {
            try SummaryWriter(logdir: folder.path(of: "run"), options: options(store))
        }
        #expect(error?.problem == .notStored)
        #expect(error?.description == "no such place; name another")
        // One that does not answer may do so later.
        store.state.withLock { $0.refusal = .init("silent", isTransient: true) }
        let writer = try SummaryWriter(logdir: folder.path(of: "run"), options: options(store))
        try writer.addScalar(1, tag: "loss")
        try writer.close()
        #expect(store.state.withLock(\.files).count == 1)
    }

    @Test(arguments: [
        ("a/1.tfevents", ["b/1.tfevents", "c/d/tensors.tsv", "c/projector_config.pbtxt"]),
        ("c/d/tensors.tsv", ["a/1.tfevents", "a/2.tfevents", "b/1.tfevents"]),
    ])
    func aRefusedFileHoldsBackItsOwnFolderAlone(refused: String, others: [String]) throws {
        let store = Store()
        store.state.withLock { $0.refusedFile = refused }
        let names = [
            "a/1.tfevents", "a/2.tfevents", "b/1.tfevents", "c/d/tensors.tsv",
            "c/projector_config.pbtxt",
        ]
        for name in ["a", "b", "c/d"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(of: name), withIntermediateDirectories: true)
        }
        for name in names { try folder.write([1, 2], to: name) }
        let reports = Mutex<[String]>([])
        let uploader = LogUploader(folder: folder.path, to: store) { error in
            reports.withLock { $0.append("\(error)") }
        }
        let error = #expect(throws: LogDestinationError.self) { try uploader.finish() }
        let start = "store://here: \(refused): not this one; the log is in "
        #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
        #expect(store.state.withLock(\.order).sorted() == others)
        #expect(uploader.progress.pendingBytes == 2 * (names.count - others.count))
        #expect(reports.withLock { $0 } == ["\(refused): not this one"])
        store.state.withLock { $0.refusedFile = nil }
        try LogUploader(folder: folder.path, to: store) { _ in }.finish()
        #expect(store.state.withLock { $0.files.keys.sorted() } == names.sorted())
    }

    @Test func aLogOfOthersIsBroughtAway() throws {
        let store = Store()
        for run in ["a", "b/c"] {
            let writer = try SummaryWriter(logdir: folder.path(of: run))
            try writer.addScalar(1, tag: "loss")
            try writer.close()
        }
        try folder.write([1, 2], to: "model.ckpt")
        let uploader = LogUploader(folder: folder.path, to: store) { _ in }
        try uploader.finish()
        let names = store.state.withLock { $0.files.keys.sorted() }
        #expect(names.count == 2)
        #expect(names[0].hasPrefix("a/events") && names[1].hasPrefix("b/c/events"))
    }
}
