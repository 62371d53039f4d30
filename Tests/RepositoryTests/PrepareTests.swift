import Foundation
import TestSupport
import Testing

/// `tools/prepare`, and tools that call it, on a machine that lacks something: with programs in front
/// of PATH that stand for it, and write down how they are called.
@Suite(.waiting) struct PrepareTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "bin"), withIntermediateDirectories: true)
        // What the tools call of their own is beside them, and nothing is built.
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "Sources"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "stands"), withIntermediateDirectories: true)
        let copying = try Process.run(
            URL(filePath: "/bin/cp"),
            arguments: [
                "-R", Repository.root.appending(path: "tools").path, folder.path(of: "tools"),
            ])
        copying.waitUntilExit()
        try #require(copying.terminationStatus == 0)
        try folder.write(Repository.text("Package.swift").utf8, to: "Package.swift")
        try stand(for: "swift", "echo 'Swift Package Manager - Swift 6.3.1'")
        try stand(for: "git", "")
        for name in [
            "clang", "clang++", "pkg-config", "protoc-c", "python3", "curl",
            "aarch64-linux-gnu-gcc", "qemu-aarch64",
        ] {
            try stand(for: name, "")
        }
        try stand(for: "id", "echo 1000")
        // What has been said by then is what the user has read before anything happens.
        let noting = "echo \"$*\" >>\"$CALLS\"; cat \"$SAID\" >\"$SAID_BEFORE\""
        try stand(for: "sudo", "echo sudo >>\"$CALLS\"; exec \"$@\"")
        try stand(for: "apt-get", noting)
    }

    /// What is run must not be open for writing, as it would be in whatever another test starts
    /// meanwhile: so it is copied to where it is run from by a process of its own.
    private func stand(for program: String, _ script: String) throws {
        try folder.write("#!/bin/sh\n\(script)\n".utf8, to: "stands/\(program)")
    }

    private struct Said {
        let status: Int32
        let text: String
        /// How apt-get was called.
        let calls: String
        /// What had been said when it was called last.
        let textBefore: String
    }

    private func run(
        _ tool: String, _ environment: [String: String] = [:], in place: String? = nil
    ) throws -> Said {
        for name in ["calls", "said", "before"] { try folder.write([], to: name) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        let (stands, bin) = (folder.path(of: "stands"), folder.path(of: "bin"))
        let command = """
            cp \(stands)/* \(bin) && chmod 755 \(bin)/* || exit
            exec \(folder.path(of: tool)) >"$SAID" 2>&1
            """
        process.arguments = ["-c", command]
        var all = ProcessInfo.processInfo.environment
        all["PATH"] = folder.path(of: "bin") + ":" + (all["PATH"] ?? "/usr/bin:/bin")
        all["GAN_NO_INSTALL"] = nil
        all["CALLS"] = folder.path(of: "calls")
        all["SAID"] = folder.path(of: "said")
        all["SAID_BEFORE"] = folder.path(of: "before")
        process.environment = all.merging(environment) { $1 }
        if let place { process.currentDirectoryURL = URL(filePath: place) }
        try process.run()
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            String(decoding: try folder.read(name), as: UTF8.self)
        }
        return Said(
            status: process.terminationStatus, text: try text("said"), calls: try text("calls"),
            textBefore: try text("before"))
    }

    /// Neither pkg-config nor the compiler knows the C libraries.
    private func removeLibraries() throws {
        try stand(for: "pkg-config", "exit 1")
        try stand(for: "clang", "exit 1")
    }

    private static let libraries =
        "protobuf-c, the library with its header, zlib with its header"

    @Test(arguments: ["build", "test", "protos", "download", "arm"])
    func saysNothingWhenAllIsThere(what: String) throws {
        let said = try run("tools/prepare \(what)")
        #expect(said.status == 0)
        #expect(said.text == "")
        #expect(said.calls == "")
        #expect(try run("tools/prepare --no-install \(what)").text == "")
    }

    @Test func saysWhatItInstallsAndBySudoBeforeItDoes() throws {
        try removeLibraries()
        let said = try run("tools/prepare build")
        #expect(said.status == 0)
        let announced = """
            tools/prepare: missing: \(Self.libraries)
            tools/prepare: installing it by sudo: apt-get update && apt-get install -y \
            --no-install-recommends libprotobuf-c-dev zlib1g-dev
            tools/prepare: (GAN_NO_INSTALL=1 keeps the tools from installing anything)

            """
        #expect(said.text == announced)
        #expect(said.textBefore == announced)
        #expect(
            said.calls == """
                sudo
                update
                sudo
                install -y --no-install-recommends libprotobuf-c-dev zlib1g-dev

                """)
    }

    @Test func rootNeedsNoSudo() throws {
        try stand(for: "id", "echo 0")
        try stand(for: "git", "exit 1")
        try removeLibraries()
        let said = try run("tools/prepare build")
        #expect(said.text.contains("installing it as root: apt-get update && apt-get install"))
        #expect(!said.calls.contains("sudo"))
    }

    @Test func anInstallationThatFailsIsAnError() throws {
        try removeLibraries()
        try stand(for: "apt-get", "echo 'E: no network'; exit 100")
        let said = try run("tools/prepare build")
        #expect(said.status == 1)
        #expect(said.text.contains("E: no network\n"))
        #expect(
            said.text.hasSuffix(
                "tools/prepare: apt-get failed; please install: \(Self.libraries)\n"))
    }

    @Test(arguments: ["build", "test"])
    func namesWhatIsMissingAndInstallsNothing(what: String) throws {
        try removeLibraries()
        try stand(for: "python3", "exit 1")
        let said = try run("tools/prepare --no-install \(what)")
        #expect(said.status == 1)
        let (names, packages) =
            what == "build" ? ("", "") : (", Python 3 with venv", " python3-venv")
        #expect(
            said.text == """
                tools/prepare: missing: \(Self.libraries)\(names)
                tools/prepare: to install it: sudo apt-get install libprotobuf-c-dev \
                zlib1g-dev\(packages)

                """)
        #expect(said.calls == "")
        #expect(try run("tools/prepare \(what)", ["GAN_NO_INSTALL": "1"]).text == said.text)
    }

    /// There is no C library for the other kind of processor.
    @Test(arguments: [
        ("tools/prepare --no-install arm", ""), ("tools/prepare arm", "1"),
        ("tools/check-arm", "1"),
    ])
    func namesWhatCompilingForARMNeeds(command: String, environment: String) throws {
        try stand(for: "clang", "exit 1")
        let said = try run(command, ["GAN_NO_INSTALL": environment])
        #expect(said.status == 1)
        #expect(
            said.text == """
                tools/prepare: missing: a C library for 64-bit ARM with its headers
                tools/prepare: to install it: sudo apt-get install libc6-dev-arm64-cross

                """)
        #expect(said.calls == "")
    }

    /// Whatever calls `tools/prepare` hands it on, as an option or in the environment.
    @Test(arguments: [
        ("tools/gan --no-install --help", ""), ("tools/gan --help", "1"),
        ("tools/test --no-install --filter NoSuchTest", ""), ("tools/test", "1"),
        ("tools/check-threads", "1"), ("tools/check-tensorflow", "1"),
        ("tools/compare-writers", "1"), ("tools/check-kernels", "1"),
    ])
    func toolsHandItOn(tool: String, environment: String) throws {
        try removeLibraries()
        let said = try run(tool, ["GAN_NO_INSTALL": environment])
        #expect(said.status == 1)
        #expect(said.text.hasPrefix("tools/prepare: missing: \(Self.libraries)"), "\(said.text)")
        #expect(said.calls == "")
    }

    @Test func pipInstallsNothingEither() throws {
        try stand(for: "python3", "case $1 in -c) exit 0 ;; *) echo \"$*\" >>\"$CALLS\" ;; esac")
        let said = try run(
            "tools/tensorboard --logdir log", ["GAN_NO_INSTALL": "1", "PATH": ownPath])
        #expect(said.status == 1)
        #expect(
            said.text
                == "tools/prepare: missing: TensorBoard, which pip would install into .build-venv\n"
        )
        #expect(said.calls == "")
    }

    @Test(arguments: [
        ("", "--logdir log --samples_per_plugin images=100000"),
        ("runs", "--logdir runs --samples_per_plugin images=100000"),
        ("--port 7", "--logdir log --port 7 --samples_per_plugin images=100000"),
        ("runs --port 7", "--logdir runs --port 7 --samples_per_plugin images=100000"),
        ("--logdir=runs", "--logdir=runs --samples_per_plugin images=100000"),
        ("runs --samples_per_plugin images=5", "--logdir runs --samples_per_plugin images=5"),
        ("s3://bucket/log", "--logdir s3://bucket/log --samples_per_plugin images=100000"),
        ("--version", "--version"),
    ])
    func tensorBoardShowsEveryImage(given: String, called: String) throws {
        try stand(for: "tensorboard", "echo \"$*\" >>\"$CALLS\"")
        for name in ["log", "runs"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(of: name), withIntermediateDirectories: true)
        }
        let said = try run(
            "tools/tensorboard \(given)", ["PATH": ownPath], in: folder.path)
        #expect(said.status == 0)
        #expect(said.calls == called + "\n")
        let missing = try run(
            "tools/tensorboard nowhere", ["PATH": ownPath], in: folder.path)
        #expect(missing.status == 1)
        #expect(
            missing.text
                == "tools/tensorboard: nowhere: no such folder; name one that holds logs\n")
    }

    /// PATH with nothing that a machine may have in other folders, such as a TensorBoard.
    private var ownPath: String { folder.path(of: "bin") + ":/usr/bin:/bin" }

    @Test(arguments: ["", "nonsense", "--no-install", "pip TensorBoard"])
    func whatIsNotUnderstoodIsExplained(arguments: String) throws {
        let said = try run("tools/prepare \(arguments)")
        #expect(said.status == 64)
        #expect(said.text.contains("tools/prepare --no-install build"))
    }
}
