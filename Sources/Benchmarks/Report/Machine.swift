internal import Platform
internal import RecordIO
internal import TensorGraph

/// The machine that a measurement was made on, and what the process takes of it.
public enum Machine {
    /// The processor's name and the number of cores, as the system tells them, and the vector
    /// instructions that the kernels are run with.
    public static var description: String {
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return "\(processor), \(cores) \(cores == 1 ? "core" : "cores"), \(InstructionSet.current)"
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
        // Files of /proc have no length beforehand.
        guard
            let bytes = try? InputFile(opening: path).bytes(1 << 16, at: 0),
            let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                .first(where: { $0.hasPrefix(name) }),
            let colon = line.firstIndex(of: ":")
        else { return nil }
        return String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
    }
}
