#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The machine that a measurement was made on, and what the process takes of it.
public enum Machine {
    /// The processor's name and the number of cores, as the system tells them.
    public static var description: String {
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return "\(processor), \(cores) \(cores == 1 ? "core" : "cores")"
    }

    private static var processor: String {
        #if canImport(Darwin)
            var size = 0
            sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
            var name = [CChar](repeating: 0, count: size + 1)
            sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0)
            return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        #else
            return field("model name", in: "/proc/cpuinfo") ?? "an unnamed processor"
        #endif
    }

    /// The most memory that this process has had resident so far, in bytes.
    public static var peakMemory: Int {
        #if canImport(Darwin)
            var usage = rusage()
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            // getrusage would tell of the process that started this one, too.
            let peak = field("VmHWM", in: "/proc/self/status") ?? ""
            return (Int(peak.prefix { $0.isNumber }) ?? 0) * 1024
        #endif
    }

    /// The rest of the first line that begins with `name`, behind its colon.
    private static func field(_ name: String, in path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name), let colon = text.firstIndex(of: ":") else { continue }
            return String(
                text[text.index(after: colon)...].drop(while: \.isWhitespace).prefix { $0 != "\n" })
        }
        return nil
    }
}
