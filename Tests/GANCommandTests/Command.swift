import Foundation
import TestSupport

/// What a program left behind when it ended.
struct Outcome {
    let status: Int32
    let output: String
    let errors: String
}

/// The command `gan` as it was built beside the tests, started in a folder of its own.
final class Command {
    /// The folder in which it runs.
    let folder: TemporaryFolder
    /// What it prints goes elsewhere.
    private let streams: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        streams = try TemporaryFolder()
    }

    /// The same command in the folder of another one.
    init(in other: Command) throws {
        folder = other.folder
        streams = try TemporaryFolder()
    }

    /// Runs it to its end.
    func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    /// Runs it to its end.
    func run(_ arguments: [String]) throws -> Outcome {
        try outcome(of: start(Self.binary, arguments))
    }

    /// Runs it in a terminal that is `width` columns wide; returns what appeared there.
    func runInTerminal(width: Int, _ arguments: String) throws -> Outcome {
        try shellInTerminal(width: width, "exec \"$GAN\" \(arguments)")
    }

    /// Runs a script of the shell in such a terminal; it has no single quotes.
    func shellInTerminal(width: Int, _ script: String) throws -> Outcome {
        let command = "stty cols \(width); \(script)"
        #if os(Linux)
            return try shell("exec script --quiet --return --command '\(command)' /dev/null")
        #else
            return try shell("exec script -q /dev/null sh -c '\(command)'")
        #endif
    }

    /// Runs a script of the shell, in which `$GAN` is the command.
    func shell(_ script: String) throws -> Outcome {
        try outcome(of: start(URL(fileURLWithPath: "/bin/sh"), ["-c", script]))
    }

    /// Starts it, and returns once `output` is in what it prints, if that is waited for.
    func start(_ arguments: String..., until output: String?) throws -> Process {
        try start(arguments, until: output)
    }

    /// Starts it, and returns once `output` is in what it prints, if that is waited for.
    func start(_ arguments: [String], until output: String?) throws -> Process {
        let process = try start(Self.binary, arguments)
        if let output { try wait(for: process, until: output) }
        return process
    }

    /// Returns once `output` is in what it prints.
    func wait(for process: Process, until output: String) throws {
        let deadline = Date(timeIntervalSinceNow: 120)
        while process.isRunning, Date() < deadline, try !read("output").contains(output) {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Waits until `process` ends. One that does not is killed after two minutes.
    func outcome(of process: Process) throws -> Outcome {
        let deadline = Date(timeIntervalSinceNow: 120)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.002) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try read("output"),
            errors: try read("errors"))
    }

    /// The names in the folder `path`, sorted.
    func names(_ path: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: path)).sorted()
    }

    /// Writes a file, and makes the folders above it.
    func write(_ text: String, to path: String) throws {
        let above = URL(filePath: folder.path(of: path)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: above, withIntermediateDirectories: true)
        try folder.write(Array(text.utf8), to: path)
    }

    // MARK: The parts

    private func read(_ name: String) throws -> String {
        String(decoding: try streams.read(name), as: UTF8.self)
    }

    private func start(_ program: URL, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "GAN": Self.binary.path, "COLUMNS": "80", "TERM": "xterm",
        ]) { $1 }
        func stream(_ name: String) throws -> FileHandle {
            try FileHandle(forWritingTo: URL(filePath: streams.write([], to: name)))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try stream("output")
        process.standardError = try stream("errors")
        try process.run()
        return process
    }

    /// The build's products are beside the test bundle.
    private static let binary: URL = {
        let bundle = CommandLine.arguments.compactMap { argument in
            argument.range(of: ".xctest").map { String(argument[..<$0.lowerBound]) }
        }
        return URL(fileURLWithPath: bundle.first ?? CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("gan")
    }()
}
