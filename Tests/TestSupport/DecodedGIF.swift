/// A GIF file's frames, decoded by code of its own: what encodes the project's videos has no part in
/// it. Takes a palette for all frames, and no interlacing.
public struct DecodedGIF: Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// What is shown after each frame: red, green, blue and alpha of each pixel.
    public let frames: [[SIMD4<UInt8>]]
    /// How long each frame is shown, in hundredths of a second.
    public let delays: [Int]
    /// Whether the frames are shown again and again.
    public let isEndless: Bool

    /// Why a file could not be decoded.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Decodes a file.
    public init(_ file: [UInt8]) throws {
        var reader = Reader(bytes: file[...])
        guard try reader.take(6).elementsEqual("GIF89a".utf8) else {
            throw Failure(description: "no GIF89a")
        }
        let (width, height) = (try reader.number(), try reader.number())
        (self.width, self.height) = (width, height)
        let flags = try reader.byte()
        _ = try reader.take(2)
        guard flags & 0x80 != 0 else { throw Failure(description: "no palette") }
        let palette = try (0..<2 << (flags & 7)).map { _ in Array(try reader.take(3)) }

        var canvas = [SIMD4<UInt8>](repeating: SIMD4(), count: width * height)
        var (frames, delays): ([[SIMD4<UInt8>]], [Int]) = ([], [])
        var (isEndless, transparent, disposal): (Bool, Int?, Int) = (false, nil, 0)
        loop: while true {
            switch try reader.byte() {
            case 0x3b:
                break loop
            case 0x21:
                let kind = try reader.byte()
                let data = try reader.blocks()
                if kind == 0xf9 {
                    disposal = Int(data[0] >> 2 & 7)
                    transparent = data[0] & 1 == 1 ? Int(data[3]) : nil
                    delays.append(Int(data[1]) | Int(data[2]) << 8)
                } else if kind == 0xff, data.starts(with: "NETSCAPE2.0".utf8) {
                    isEndless = data[11...].elementsEqual([1, 0, 0])
                }
            case 0x2c:
                let (left, top) = (try reader.number(), try reader.number())
                let (columns, rows) = (try reader.number(), try reader.number())
                guard try reader.byte() == 0, left + columns <= width, top + rows <= height else {
                    throw Failure(description: "a frame of a kind that is not decoded here")
                }
                let codeSize = Int(try reader.byte())
                let indices = try Self.decompress(try reader.blocks(), codeSize: codeSize)
                guard indices.count == rows * columns else {
                    throw Failure(description: "\(indices.count) of \(rows * columns) pixels")
                }
                let before = canvas
                for (position, index) in indices.enumerated() where Int(index) != transparent {
                    let color = palette[Int(index)]
                    let (y, x) = position.quotientAndRemainder(dividingBy: columns)
                    canvas[(top + y) * width + left + x] = SIMD4(color[0], color[1], color[2], 255)
                }
                frames.append(canvas)
                if disposal == 2 {
                    for y in top..<top + rows {
                        for x in left..<left + columns { canvas[y * width + x] = SIMD4() }
                    }
                } else if disposal == 3 {
                    canvas = before
                }
            default:
                throw Failure(description: "an unknown block")
            }
        }
        guard reader.bytes.isEmpty else { throw Failure(description: "bytes after the end") }
        (self.frames, self.delays, self.isEndless) = (frames, delays, isEndless)
    }

    /// Undoes LZW with a table of whole strings.
    private static func decompress(_ data: [UInt8], codeSize: Int) throws -> [UInt8] {
        let clear = 1 << codeSize
        var strings: [[UInt8]] = []
        func start() { strings = (0..<clear + 2).map { $0 < clear ? [UInt8($0)] : [] } }
        start()
        var output: [UInt8] = []
        var last: [UInt8]?
        var (width, position) = (codeSize + 1, 0)
        while position + width <= data.count * 8 {
            var code = 0
            for bit in 0..<width {
                code |= Int(data[(position + bit) / 8] >> UInt8((position + bit) % 8) & 1) << bit
            }
            position += width
            if code == clear {
                start()
                (last, width) = (nil, codeSize + 1)
                continue
            }
            if code == clear + 1 {
                guard (data.count * 8 - position) < 8 else {
                    throw Failure(description: "data after their end")
                }
                return output
            }
            let string: [UInt8]
            if code < strings.count {
                string = strings[code]
            } else if let last, code == strings.count {
                string = last + [last[0]]
            } else {
                throw Failure(description: "code \(code) of \(strings.count)")
            }
            output += string
            if let last, strings.count < 4096 { strings.append(last + [string[0]]) }
            if strings.count == 1 << width, width < 12 { width += 1 }
            last = string
        }
        throw Failure(description: "no end of the data")
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard count <= bytes.count else { throw Failure(description: "cut") }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count)
        }

        mutating func byte() throws -> UInt8 { try take(1).first ?? 0 }

        mutating func number() throws -> Int { Int(try byte()) | Int(try byte()) << 8 }

        mutating func blocks() throws -> [UInt8] {
            var data: [UInt8] = []
            while case let count = Int(try byte()), count > 0 { data += try take(count) }
            return data
        }
    }
}
