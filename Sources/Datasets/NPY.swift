public import RecordIO
@_exported public import TensorFlowTypes

/// NumPy's file format for arrays (NEP 1,
/// <https://numpy.org/neps/nep-0001-npy-format.html>):
///
///     magic    93 "NUMPY" · u8 major version, 1...3 · u8 minor version
///     length   of the header: u16, from version 2 on u32, little-endian
///     header   a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (10, 20), }
///              and spaces up to a multiple of 64 bytes, the last one a line feed
///     data     the elements
///
/// Written are real and complex numbers and truth values, little-endian and row-major; read are real
/// numbers of any type, of either byte order, row-major or column-major, as float32. A float64 is
/// rounded to float32, a whole number has to be one.
///
/// ```swift
/// let noise = try NPY.read("z.npy", shape: [nil, 20])
/// try NPY.write(TensorValue([0.5, 1], shape: [2]), to: "a.npy")
/// ```
public enum NPY {
    /// The bytes of a file that holds an array.
    ///
    /// - Precondition: NumPy has the type: float16, float32 and float64, whole numbers of 8 to 64
    ///   bits, complex numbers and truth values.
    public static func bytes(of array: TensorValue) -> [UInt8] {
        guard let type = descriptions[array.type] else {
            preconditionFailure("NumPy has no arrays of \(array.type)")
        }
        let sizes =
            array.shape.map(String.init).joined(separator: ", ")
            + (array.shape.count == 1 ? "," : "")
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
        let start = Self.magic.count + 4
        let padded = (start + text.utf8.count + 1 + 63) / 64 * 64
        let length = padded - start

        var bytes = Self.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
        bytes.reserveCapacity(padded + array.count * array.type.byteCount)
        bytes += text.utf8
        bytes += [UInt8](repeating: 32, count: padded - bytes.count - 1) + [10]
        array.withBytes { numbers in numbers.withUnsafeBytes { bytes += $0 } }
        return bytes
    }

    /// NumPy's names of types: the byte order, the kind and the size of an element.
    private static let descriptions: [DataType: String] = [
        .half: "<f2", .float: "<f4", .double: "<f8", .int8: "|i1", .int16: "<i2", .int32: "<i4",
        .int64: "<i8", .uint8: "|u1", .uint16: "<u2", .uint32: "<u4", .uint64: "<u8",
        .complex64: "<c8", .complex128: "<c16", .bool: "|b1",
    ]

    /// Writes a file that holds an array, in place of one that has the name: whole, or not at all.
    ///
    /// - Precondition: As ``bytes(of:)`` has it.
    /// - Throws: `FileError`; the old file is then as it was.
    public static func write(_ array: TensorValue, to path: String) throws(FileError) {
        let file = try StagedFile(path, followsLinks: true)
        try file.append(bytes(of: array).span.bytes)
        try file.commit()
    }
}

extension NPY {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The array of float32 in a file, or in what comes through a pipe.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - shape: what the array's shape has to be; `nil` stands for any size.
    ///   - limit: The most bytes that the file may have; 1 GiB unless told otherwise.
    /// - Throws: ``NPYError`` where it cannot be read, is no such file, or has another shape.
    public static func read(
        _ path: String, shape: [Int?], limit: Int = 1 << 30
    ) throws(NPYError) -> TensorValue {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: limit, takesPipes: true)
        } catch {
            throw NPYError(.system(error), path: path)
        }
        return try array(bytes, path: path, shape: shape)
    }

    /// The array of float32 in a file's bytes; `path` is what errors call it.
    static func array(
        _ bytes: [UInt8], path: String, shape expected: [Int?]
    ) throws(NPYError) -> TensorValue {
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
        return TensorValue(
            header.isColumnMajor ? rowMajor(stored, header.shape) : stored, shape: header.shape)
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
