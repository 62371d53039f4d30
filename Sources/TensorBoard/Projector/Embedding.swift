/// Vectors for the Projector tab, which shows them as points in two or three dimensions.
public struct Embedding: Sendable, Equatable {
    /// The vectors, one after the other.
    public let vectors: [Float]
    /// How many numbers a vector has.
    public let dimensions: Int
    /// What is known of each vector; `nil` for nothing.
    public let metadata: Metadata?
    /// A picture for each vector, all of one size; or none at all.
    public let images: [Image]
    /// How the vectors are written.
    public let format: Format

    /// How many vectors there are.
    public var count: Int { dimensions == 0 ? 0 : vectors.count / dimensions }

    /// What is known of vectors: the columns of a table with a row for each.
    public struct Metadata: Sendable, Equatable {
        /// The columns' names; a single column needs none.
        public let header: [String]
        /// The cells. Tabs and line ends in them are written as `\t`, `\n` and `\r`, two characters
        /// each; a row without any text gets `""` before it, since the page passes over blank lines.
        public let rows: [[String]]

        /// Makes a table of a single column.
        public init(labels: [String]) {
            header = []
            rows = labels.map { [$0] }
        }

        /// Makes a table.
        ///
        /// - Precondition: A column at least, and a cell for each in all rows.
        public init(header: [String], rows: [[String]]) {
            precondition(
                !header.isEmpty && rows.allSatisfy { $0.count == header.count },
                "rows that differ in length from their header: \(header)")
            self.header = header
            self.rows = rows
        }
    }

    /// The ways in which vectors are written.
    public enum Format: Sendable {
        /// As numbers of four bytes, wherever TensorBoard can tell them from a text.
        case bytes
        /// As a text, a line for each vector.
        case tabSeparated
    }

    /// Makes an embedding.
    ///
    /// - Parameters:
    ///   - vectors: The vectors, one after the other. TensorBoard's page does not take numbers that
    ///     are not finite: they become 0.
    ///   - dimensions: How many numbers a vector has.
    ///   - metadata: What is known of each vector.
    ///   - images: A picture for each vector. Browsers take 8192 pixels in a row of pictures, of
    ///     which there are as many as the square root of their number.
    ///   - format: How the vectors are written.
    /// - Precondition: Whole vectors, at least one, and a row of metadata and a picture for each if
    ///   there are any; the pictures agree in shape.
    public init(
        _ vectors: [Float], dimensions: Int, metadata: Metadata? = nil, images: [Image] = [],
        format: Format = .bytes
    ) {
        precondition(
            dimensions > 0 && !vectors.isEmpty && vectors.count % dimensions == 0,
            "\(vectors.count) numbers do not make vectors of \(dimensions)")
        let count = vectors.count / dimensions
        precondition(
            (metadata?.rows.count ?? count) == count
                && (images.isEmpty || images.count == count),
            "\(count) vectors, \(metadata?.rows.count ?? 0) rows of metadata, "
                + "\(images.count) pictures")
        self.vectors = vectors
        self.dimensions = dimensions
        self.metadata = metadata
        self.images = images
        self.format = format
    }
}
