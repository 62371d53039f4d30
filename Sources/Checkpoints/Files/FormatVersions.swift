/// Which version of a format wrote a file, and which versions of readers may read it (TensorFlow's
/// `VersionDef`).
struct FormatVersions: Equatable, Sendable {
    /// The version that wrote it; zero where it does not say.
    var producer = 0
    /// The lowest version of readers that may read it.
    var minimumReader = 0
    /// Versions of readers that may not.
    var badReaders: [Int] = []

    /// The version of both formats of checkpoints that is read and written.
    static let current = 1
    /// The lowest version that is read.
    private static let lowest = 0

    /// What keeps this reader from reading the file, by the rules of TensorFlow's
    /// `core/framework/versions.cc`.
    var problem: CheckpointError.Problem? {
        if producer < Self.lowest { return .tooOld(version: producer) }
        if minimumReader > Self.current { return .tooNew(version: minimumReader) }
        if badReaders.contains(Self.current) { return .refusedReader }
        return nil
    }
}
