extension EventLog {
    /// A log of a single event file: one run, `.`.
    public init(file: String) {
        let name = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[..<$0]) } ?? "."
        folder = name.isEmpty ? "/" : name
        runs = [Run(name: ".", files: [file])]
        problems = []
    }
}
