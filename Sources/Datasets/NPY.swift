public import RecordIO

/// An array of numbers in NumPy's file format (NEP 1,
/// <https://numpy.org/neps/nep-0001-npy-format.html>):
///
///     magic    93 "NUMPY" · u8 major version, 1...3 · u8 minor version
///     length   of the header: u16, from version 2 on u32, little-endian
///     header   a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (10, 20), }
///              and spaces up to a multiple of 64 bytes, the last one a line feed
///     data     the elements
///
/// Written are float32 arrays, little-endian and row-major; read are real numbers of any type, of
/// either byte order, row-major or column-major. A float64 is rounded to float32, a whole number has to
/// be one.
///
/// ```swift
/// let noise = try NPY(path: "z.npy", shape: [nil, 20])
/// try NPY(shape: [2], values: [0.5, 1]).write(to: "a.npy")
/// ```
public struct NPY: Sendable, Equatable {
    /// The size of each dimension; empty for a single number.
    public let shape: [Int]
    /// The elements, row-major.
    public let values: [Float]

    /// An array of these elements.
    ///
    /// - Precondition: there are as many as the shape says.
    public init(shape: [Int], values: [Float]) {
        precondition(
            values.count == shape.reduce(1, *),
            "\(values.count) values do not fill the shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// The file's bytes.
    public var bytes: [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
        let start = Self.magic.count + 4
        let padded = (start + text.utf8.count + 1 + 63) / 64 * 64
        let length = padded - start

        var bytes = Self.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
        bytes.reserveCapacity(padded + values.count * 4)
        bytes += text.utf8
        bytes += [UInt8](repeating: 32, count: padded - bytes.count - 1) + [10]
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
        }
        return bytes
    }

    /// Writes the file, in place of one that has the name: whole, or not at all.
    ///
    /// - Throws: `FileError`; the old file is then as it was.
    public func write(to path: String) throws(FileError) {
        let file = try StagedFile(path)
        try file.append(bytes.span.bytes)
        try file.commit()
    }
}

extension NPY {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Reads a file, or what comes through a pipe.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - shape: what the array's shape has to be; `nil` stands for any size.
    ///   - limit: The most bytes that the file may have; 1 GiB unless told otherwise.
    /// - Throws: ``NPYError`` where it cannot be read, is no such file, or has another shape.
    public init(path: String, shape: [Int?], limit: Int = 1 << 30) throws(NPYError) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: limit, takesPipes: true)
        } catch {
            throw NPYError(.system(error), path: path)
        }
        try self.init(bytes, path: path, shape: shape)
    }

    /// Reads a file's bytes; `path` is what errors call it.
    init(_ bytes: [UInt8], path: String, shape expected: [Int?]) throws(NPYError) {
        let (header, start) = try NPYHeader.read(bytes, path: path)
        guard let element = NPYElement(header.type) else {
            throw NPYError(.wrongType(header.type), path: path, offset: Self.magic.count)
        }
        let matches =
            header.shape.count == expected.count
            && zip(header.shape, expected).allSatisfy { $1 == nil || $0 == $1 }
        guard matches else {
            throw NPYError(
                .wrongShape(header.shape, expected: expected), path: path,
                offset: Self.magic.count)
        }
        // Sizes that overflow ask for more than any file has.
        let byteCount = header.shape.reduce(element.size as Int?) { count, size in
            guard let (product, overflow) = count?.multipliedReportingOverflow(by: size), !overflow
            else { return nil }
            return product
        }
        guard let byteCount, byteCount == bytes.count - start else {
            throw NPYError(
                .wrongLength(promised: byteCount, found: bytes.count - start), path: path,
                offset: start)
        }
        let stored: [Float]
        do throws(NPYElement.NotAFloat) {
            stored = try element.decode(bytes[start...])
        } catch {
            throw NPYError(
                .notAFloat(error.number, type: header.type), path: path,
                offset: start + error.index * element.size)
        }
        self.init(
            shape: header.shape,
            values: header.isColumnMajor ? Self.rowMajor(stored, header.shape) : stored)
    }

    /// The elements of a column-major array, row-major.
    private static func rowMajor(_ stored: [Float], _ shape: [Int]) -> [Float] {
        var strides: [Int] = []
        var stride = 1
        for size in shape {
            strides.append(stride)
            stride *= size
        }
        return stored.indices.map { index in
            var rest = index
            var place = 0
            for axis in shape.indices.reversed() {
                place += rest % shape[axis] * strides[axis]
                rest /= shape[axis]
            }
            return stored[place]
        }
    }
}
