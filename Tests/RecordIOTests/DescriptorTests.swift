import Foundation
import RecordIO
import TestSupport
import Testing

@Suite struct DescriptorTests {
    /// Every way to get a number for a file but that one's.
    @Test func filesAreOpenedInOnePlace() throws {
        let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
        let files = try #require(FileManager.default.enumerator(atPath: sources.path))
        let calls = try Regex(
            #"(Platform\.|^|[^\w.")])"#
                + "(open|openat|creat|f?d?open|freopen|opendir|pipe2?|dup[23]?|mkstemp|mkostemp|"
                + #"tmpfile|socket|accept|epoll_create1?|eventfd)\("#)
        var count = 0
        for case let file as String in files
        where file.hasSuffix(".swift") || file.hasSuffix(".c") || file.hasSuffix(".h") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            count += 1
            for line in text.split(separator: "\n") where line.contains(calls) {
                let isAllowed =
                    file == "RecordIO/Descriptor.swift" || line.contains("func ")
                    || line.drop { $0 == " " }.hasPrefix("//")
                #expect(isAllowed, "\(file): \(line)")
            }
        }
        #expect(count > 200)
    }

    @Test func opensForThisProcessAlone() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], to: "file")
        let file = Descriptor.open(path, O_RDONLY)
        let copy = Descriptor.duplicate(file)
        let pipe = try #require(Descriptor.pipe())
        for descriptor in [file, copy, pipe.reading, pipe.writing] {
            #expect(descriptor > 2)
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
            close(descriptor)
        }
        #expect(Descriptor.open(folder.path(of: "missing"), O_RDONLY) == -1)
        #expect(Descriptor.duplicate(-1) == -1)
    }
}
