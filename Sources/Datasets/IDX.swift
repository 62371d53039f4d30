internal import RecordIO

/// An array of unsigned bytes from an IDX file, the format that MNIST comes in
/// (<https://yann.lecun.org/exdb/mnist/>):
///
///     magic   u16 0 · u8 type (8: unsigned byte) · u8 rank
///     sizes   rank × u32, big-endian
///     data    the product of the sizes in bytes, row-major
///
/// The file may be gzip-compressed, which its first bytes tell, not its name.
struct IDX {
    /// The size of each dimension.
    let shape: [Int]
    /// The values, row-major; the slice's first index is not 0.
    let values: ArraySlice<UInt8>

    /// The most bytes that a file may have or promise. The largest set of MNIST's format that is
    /// common, EMNIST's 814,255 images, is a third below.
    static let limit = 1 << 30

    /// Reads the file at `path`, which must hold an array of rank `shape.count`, with the sizes that
    /// `shape` gives; nil stands for any.
    ///
    /// Its header is believed only as far as the file's size allows, and memory is taken for no more
    /// than that.
    init(path: String, shape: [Int?], limit: Int = IDX.limit) throws(DatasetError) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: limit)
        } catch {
            throw DatasetError(error)
        }
        try self.init(bytes, path: path, shape: shape, limit: limit)
    }

    /// Reads the bytes of a file; `path` is what errors call it.
    init(
        _ bytes: [UInt8], path: String, shape: [Int?], limit: Int = IDX.limit
    ) throws(DatasetError) {
        if GzipBytes.isGzip(bytes) {
            var source = try GzipBytes(bytes, path: path)
            try self.init(&source, path: path, shape: shape, limit: limit)
        } else {
            var source = PlainBytes(bytes)
            try self.init(&source, path: path, shape: shape, limit: limit)
        }
    }

    private init(
        _ source: inout some ByteSource, path: String, shape expected: [Int?], limit: Int
    ) throws(DatasetError) {
        let magic: [UInt8] = [0, 0, 8, UInt8(expected.count)]
        let start = try source.read(magic.count)
        guard start.elementsEqual(magic) else {
            let first = Array(start) + (try source.read(ForeignFile.byteCount - magic.count))
            if let foreign = ForeignFile(beginningWith: first) {
                throw DatasetError(.foreign(foreign), path: path)
            }
            throw DatasetError(.wrongMagic(Array(start), expected: magic), path: path, offset: 0)
        }

        var headerSize = magic.count
        var sizes: [Int] = []
        for _ in expected {
            let word = try source.read(4)
            guard word.count == 4 else {
                throw DatasetError(
                    .truncated(promised: magic.count + 4 * expected.count), path: path,
                    offset: headerSize + word.count)
            }
            sizes.append(word.reduce(0) { $0 << 8 | Int($1) })
            headerSize += 4
        }
        guard zip(sizes, expected).allSatisfy({ $1 == nil || $0 == $1 }) else {
            let text = expected.map { $0.map(String.init) ?? "n" }.joined(separator: " × ")
            throw DatasetError(.wrongShape(sizes, expected: text), path: path, offset: magic.count)
        }

        let count = Self.product(sizes)
        let promised = headerSize.addingReportingOverflow(count ?? .max)
        guard let count, !promised.overflow, promised.partialValue <= limit else {
            throw DatasetError(
                .tooLarge(bytes: count ?? .max, limit: limit), path: path, offset: magic.count)
        }
        let values = try source.read(count)
        guard values.count == count else {
            throw DatasetError(
                .truncated(promised: promised.partialValue), path: path,
                offset: headerSize + values.count)
        }
        guard try source.read(1).isEmpty else {
            throw DatasetError(.trailingBytes, path: path, offset: promised.partialValue)
        }
        self.shape = sizes
        self.values = values
    }

    /// The product of `sizes`, or nil when it is beyond `Int`.
    private static func product(_ sizes: [Int]) -> Int? {
        sizes.reduce(1) { product, size in
            guard let (value, overflow) = product?.multipliedReportingOverflow(by: size), !overflow
            else { return nil }
            return value
        }
    }
}
