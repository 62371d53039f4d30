import Foundation
import RecordIO
import TestSupport
import Testing

/// What is no file, or too large a one.
@Suite struct InputFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func pipe() -> String {
        let path = folder.path(of: "pipe")
        mkfifo(path, 0o600)
        return path
    }

    @Test(.timeLimit(.minutes(1))) func aPipeIsNotWaitedFor() throws {
        let path = pipe()
        for open in [
            { _ = try InputFile(opening: path) },
            { _ = try InputFile.contents(of: path, limit: 100) },
        ] {
            let error = #expect(throws: FileError.self) { try open() }
            #expect(error?.description == "\(path): is a pipe, not a file; check the path")
        }
        #expect(throws: FileError(path: path, obstacle: .silentPipe)) {
            try InputFile.contents(of: path, limit: 100, takesPipes: true)
        }
    }

    @Test func devicesAndSocketsAreNotRead() throws {
        #expect(throws: FileError(path: "/dev/zero", obstacle: .notAFile("device"))) {
            try InputFile.contents(of: "/dev/zero", limit: 100, takesPipes: true)
        }
        let path = folder.path(of: "socket")
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = [
            "python3", "-c", "import socket; socket.socket(socket.AF_UNIX).bind('socket')",
        ]
        // The system takes paths of no more than about a hundred bytes here.
        python.currentDirectoryURL = URL(filePath: folder.path)
        try python.run()
        python.waitUntilExit()
        try #require(python.terminationStatus == 0)
        #expect(throws: FileError(path: path, obstacle: .notAFile("socket"))) {
            try InputFile(opening: path)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [0, 1, 70_000])
    func aPipeIsReadToItsEnd(count: Int) throws {
        let path = pipe()
        let writer = Process()
        writer.executableURL = URL(filePath: "/bin/sh")
        writer.arguments = ["-c", "(sleep 0.2; head -c \(count) /dev/zero) > '\(path)'"]
        try writer.run()
        let bytes = try InputFile.contents(of: path, limit: 70_000, takesPipes: true)
        #expect(bytes.count == count)
        writer.waitUntilExit()
    }

    @Test(.timeLimit(.minutes(1))) func aPipeIsReadToTheLimit() throws {
        let path = pipe()
        let writer = Process()
        writer.executableURL = URL(filePath: "/bin/sh")
        writer.arguments = ["-c", "exec cat /dev/zero > '\(path)' 2>&-"]
        try writer.run()
        let error = #expect(throws: FileError.self) {
            try InputFile.contents(of: path, limit: 1 << 20, takesPipes: true)
        }
        guard case .tooLarge(_, limit: 1 << 20) = error?.obstacle else {
            Issue.record("\(String(describing: error))")
            return
        }
        writer.waitUntilExit()
    }

    @Test(arguments: [1 << 20 + 1, 1 << 43]) func sizesAreLimited(byteCount: Int) throws {
        let path = try folder.write([], to: "sparse")
        try #require(truncate(path, off_t(byteCount)) == 0)
        #expect(
            throws: FileError(
                path: path, obstacle: .tooLarge(byteCount: byteCount, limit: 1 << 20))
        ) {
            try InputFile.contents(of: path, limit: 1 << 20)
        }
    }

    @Test func aLinkToAFileIsOne() throws {
        try folder.write([1, 2], to: "file")
        symlink("file", folder.path(of: "link"))
        #expect(try InputFile.contents(of: folder.path(of: "link"), limit: 2) == [1, 2])
    }
}
