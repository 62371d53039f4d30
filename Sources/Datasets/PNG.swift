import CZlib

/// A PNG image (ISO/IEC 15948, <https://www.w3.org/TR/png-3/>) as gray values.
///
///     signature  89 50 4E 47 0D 0A 1A 0A
///     chunks     u32 length · 4 letters · length bytes · u32 CRC-32 of letters and bytes
///     IHDR       u32 width · u32 height · u8 bits · u8 color type · u8 0 · u8 0 · u8 interlace
///     PLTE       colors of 3 bytes
///     tRNS       the palette's alphas, or the color that is transparent
///     IDAT       together a zlib stream: a filter's number and its bytes for each row of pixels
///
/// All color types, depths and both interlace methods are read. Colors become gray as ITU-R BT.601
/// weighs them; what is transparent is black, as MNIST's background is.
struct PNG {
    let width: Int
    let height: Int
    /// [height, width], 0...255.
    let gray: [UInt8]

    /// Why bytes are no PNG image that can be read; with the offset of what is wrong.
    struct Problem: Error, Equatable {
        let words: String
        let offset: Int
    }

    /// The most pixels of an image.
    static let greatestPixelCount = 1 << 26

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    init(_ bytes: [UInt8]) throws(Problem) {
        var gray: [UInt8] = []
        (width, height) = try Self.decode(bytes) {
            gray = [UInt8](repeating: 0, count: $0)
        } pixel: { place, pixel in
            gray[place] = pixel.gray
        }
        self.gray = gray
    }

    /// Gives the pixels of an image, in the order in which they are stored.
    ///
    /// - Parameters:
    ///   - begin: Is given the number of pixels first.
    ///   - pixel: Is given each pixel with its place, row by row.
    static func decode(
        _ bytes: [UInt8], begin: (Int) -> Void, pixel: (Int, Pixel) -> Void
    ) throws(Problem) -> (width: Int, height: Int) {
        let chunks = try Chunks(bytes)
        let header = chunks.header
        // deflate's best case is a match of 258 bytes in two bits.
        guard header.byteCount / 1032 <= chunks.data.count + 64 else {
            throw Problem(words: "its pixels are cut off", offset: chunks.dataOffset)
        }
        let rows = try Self.inflated(chunks.data, count: header.byteCount, at: chunks.dataOffset)
        begin(header.width * header.height)
        var place = 0
        for pass in header.passes {
            var last = [UInt8](repeating: 0, count: pass.rowBytes)
            for row in 0..<pass.height {
                let filter = rows[place]
                var line = Array(rows[place + 1..<place + 1 + pass.rowBytes])
                guard Self.unfilter(&line, last, by: filter, step: header.filterStep) else {
                    throw Problem(
                        words: "a row of pixels has a filter \(filter)", offset: chunks.dataOffset)
                }
                place += 1 + pass.rowBytes
                let y = pass.firstRow + row * pass.rowStep
                for column in 0..<pass.width {
                    let x = pass.firstColumn + column * pass.columnStep
                    guard let value = chunks.pixel(line, column) else {
                        throw Problem(
                            words: "a pixel has a color that the palette has not",
                            offset: chunks.dataOffset)
                    }
                    pixel(y * header.width + x, value)
                }
                last = line
            }
        }
        return (header.width, header.height)
    }

    /// What a zlib stream holds, which must be so many bytes.
    private static func inflated(
        _ packed: [UInt8], count: Int, at offset: Int
    ) throws(Problem) -> [UInt8] {
        var status = Z_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var length = uLongf(count)
            status = uncompress(buffer.baseAddress, &length, packed, uLong(packed.count))
            filled = Int(length)
        }
        guard status == Z_OK, bytes.count == count else {
            throw Problem(words: "its pixels are damaged or cut off", offset: offset)
        }
        return bytes
    }

    /// Undoes a row's filter; false for one that there is not.
    ///
    /// - Parameter step: bytes from a pixel to the next, at least 1.
    private static func unfilter(
        _ line: inout [UInt8], _ above: [UInt8], by filter: UInt8, step: Int
    ) -> Bool {
        guard filter <= 4 else { return false }
        for index in line.indices {
            let left = index >= step ? Int(line[index - step]) : 0
            let up = Int(above[index])
            let corner = index >= step ? Int(above[index - step]) : 0
            let guess =
                switch filter {
                case 1: left
                case 2: up
                case 3: (left + up) / 2
                case 4: paeth(left, up, corner)
                default: 0
                }
            line[index] &+= UInt8(truncatingIfNeeded: guess)
        }
        return true
    }

    private static func paeth(_ left: Int, _ up: Int, _ corner: Int) -> Int {
        let (a, b) = (abs(up - corner), abs(left - corner))
        let c = abs(left + up - 2 * corner)
        return a <= b && a <= c ? left : b <= c ? up : corner
    }
}

/// The colors of a PNG image, of an animated one those of its first picture.
package struct ColorPicture {
    /// Pixels in a row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// Row by row, red, green and blue side by side; what is transparent is black.
    package let rgb: [UInt8]

    /// Decodes an image; `nil` if it is none, or damaged.
    package init?(png bytes: [UInt8]) {
        var rgb: [UInt8] = []
        let size = try? PNG.decode(bytes) {
            rgb = [UInt8](repeating: 0, count: 3 * $0)
        } pixel: { place, pixel in
            rgb[3 * place] = UInt8(pixel.red * pixel.alpha / 255)
            rgb[3 * place + 1] = UInt8(pixel.green * pixel.alpha / 255)
            rgb[3 * place + 2] = UInt8(pixel.blue * pixel.alpha / 255)
        }
        guard let size else { return nil }
        (width, height, self.rgb) = (size.width, size.height, rgb)
    }
}

extension PNG {
    /// A pixel's color and how opaque it is, each 0...255.
    struct Pixel {
        var red, green, blue: Int
        var alpha = 255

        init(red: Int, green: Int, blue: Int, alpha: Int = 255) {
            (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
        }

        init(gray: Int, alpha: Int = 255) {
            self.init(red: gray, green: gray, blue: gray, alpha: alpha)
        }

        var gray: UInt8 {
            UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000 * alpha / 255)
        }
    }

    /// A pass of an interlaced image, or the only one.
    struct Pass {
        let firstRow, firstColumn, rowStep, columnStep: Int
        let width, height, rowBytes: Int
    }

    /// The image's header.
    struct Header {
        let width, height, bits, colorType: Int
        let isInterlaced: Bool

        /// Numbers in a pixel, by color type.
        var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }
        var filterStep: Int { max(1, channels * bits / 8) }

        /// Whether there is such a color type, in such a depth.
        var isKnown: Bool {
            switch colorType {
            case 0: [1, 2, 4, 8, 16].contains(bits)
            case 3: [1, 2, 4, 8].contains(bits)
            case 2, 4, 6: [8, 16].contains(bits)
            default: false
            }
        }

        /// The passes that have pixels. Interlaced ones are Adam7's.
        var passes: [Pass] {
            let grids =
                isInterlaced
                ? [
                    (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2),
                    (0, 1, 2, 2), (1, 0, 2, 1),
                ] : [(0, 0, 1, 1)]
            return grids.compactMap { row, column, rowStep, columnStep in
                let across = (width - column + columnStep - 1) / columnStep
                let down = (height - row + rowStep - 1) / rowStep
                guard across > 0, down > 0 else { return nil }
                return Pass(
                    firstRow: row, firstColumn: column, rowStep: rowStep, columnStep: columnStep,
                    width: across, height: down, rowBytes: (across * channels * bits + 7) / 8)
            }
        }

        /// The bytes of all rows, each with its filter's number.
        var byteCount: Int { passes.reduce(0) { $0 + $1.height * (1 + $1.rowBytes) } }
    }
}
