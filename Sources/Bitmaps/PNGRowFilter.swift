import CPNGFilter

/// Filters the rows of a picture so that they deflate well, as PNG does it (ISO/IEC 15948, chapter 9).
struct PNGRowFilter {
    /// Bytes from a pixel to the next one.
    private let pixelLength: Int
    /// Bytes of a row, and as many as the filter takes.
    private let rowLength: Int
    private let paddedLength: Int
    /// The row and the one above it, each after the zeros that stand to the left of it.
    private var current: [UInt8]
    private var above: [UInt8]
    /// The row as the filter leaves it.
    private var result: [UInt8]

    /// Makes a filter for the rows of a picture, from the top.
    init(rowLength: Int, pixelLength: Int) {
        self.pixelLength = pixelLength
        self.rowLength = rowLength
        let step = Int(PNG_FILTER_STEP)
        paddedLength = (rowLength + step - 1) / step * step
        current = [UInt8](repeating: 0, count: pixelLength + paddedLength)
        above = current
        result = [UInt8](repeating: 0, count: paddedLength)
    }

    /// Filters the next row, and appends the filter's number and the result.
    mutating func append(_ row: ArraySlice<UInt8>, to filtered: inout [UInt8]) {
        swap(&current, &above)
        current.replaceSubrange(pixelLength..<pixelLength + rowLength, with: row)
        filtered.append(png_filter_row(current, above, pixelLength, paddedLength, &result))
        filtered += result[..<rowLength]
    }
}
