import Platform

extension FileName {
    /// The local date and time as a name: `2026-11-23_14-03-12`.
    public static var timestamp: String {
        var now = time(nil)
        var local = tm()
        localtime_r(&now, &local)
        let fields = [
            local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min,
            local.tm_sec,
        ].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return fields[..<3].joined(separator: "-") + "_" + fields[3...].joined(separator: "-")
    }
}
