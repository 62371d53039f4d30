import Platform

/// The machine's memory.
public enum Memory {
    /// How many bytes it has. What would take more is not even asked for: that would end the
    /// process.
    public static let physical = max(
        1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
}
