import CZlib

extension PNG {
    /// What an image's chunks hold, as far as its gray values depend on it.
    struct Chunks {
        let header: Header
        /// The zlib stream.
        private(set) var data: [UInt8] = []
        /// Where it begins in the file.
        private(set) var dataOffset = 0
        private var palette: [UInt8] = []
        private var transparency: [UInt8] = []

        init(_ bytes: [UInt8]) throws(Problem) {
            guard bytes.starts(with: PNG.signature) else {
                throw Problem(words: "it does not begin as a PNG image does", offset: 0)
            }
            var header: Header?
            var place = PNG.signature.count
            var hasEnd = false
            while !hasEnd {
                guard bytes.count - place >= 12 else {
                    throw Problem(words: "the image is cut off", offset: bytes.count)
                }
                let length = Self.number(bytes, place)
                let start = place + 8
                guard length <= bytes.count - start - 4 else {
                    throw Problem(words: "the image is cut off", offset: bytes.count)
                }
                let name = String(decoding: bytes[place + 4..<start], as: UTF8.self)
                let content = bytes[start..<start + length]
                guard
                    Self.checksum(bytes[place + 4..<start + length])
                        == Self.number(bytes, start + length)
                else { throw Problem(words: "its chunk \(name) is damaged", offset: place) }
                switch name {
                case "IHDR":
                    guard header == nil, let found = Self.header(Array(content)) else {
                        throw Problem(words: "its header is none that can be read", offset: start)
                    }
                    header = found
                case "PLTE": palette = Array(content)
                case "tRNS": transparency = Array(content)
                case "IDAT":
                    if data.isEmpty { dataOffset = start }
                    data += content
                case "IEND": hasEnd = true
                default: break
                }
                if header == nil { throw Problem(words: "it has no header", offset: place) }
                place = start + length + 4
            }
            guard let header, !data.isEmpty else {
                throw Problem(words: "it has no pixels", offset: place)
            }
            guard header.colorType != 3 || !palette.isEmpty else {
                throw Problem(words: "it has no palette", offset: dataOffset)
            }
            self.header = header
        }

        private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
            (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
        }

        private static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
            Int(bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, z_size_t($0.count)) })
        }

        private static func header(_ bytes: [UInt8]) -> Header? {
            guard bytes.count == 13, bytes[10] == 0, bytes[11] == 0, bytes[12] <= 1 else {
                return nil
            }
            let header = Header(
                width: number(bytes, 0), height: number(bytes, 4), bits: Int(bytes[8]),
                colorType: Int(bytes[9]), isInterlaced: bytes[12] == 1)
            let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
            guard header.isKnown, !overflow, (1...PNG.greatestPixelCount).contains(pixels) else {
                return nil
            }
            return header
        }

        /// A pixel of a row; `nil` for a color that the palette has not.
        func pixel(_ line: [UInt8], _ column: Int) -> Pixel? {
            let bits = header.bits
            /// A number of the pixel as it is stored, and as a byte.
            func sample(_ channel: Int) -> (raw: Int, byte: Int) {
                let index = column * header.channels + channel
                switch bits {
                case 16:
                    return (
                        Int(line[2 * index]) << 8 | Int(line[2 * index + 1]), Int(line[2 * index])
                    )
                case 8:
                    return (Int(line[index]), Int(line[index]))
                default:
                    let shift = 8 - bits - index * bits % 8
                    let raw = Int(line[index * bits / 8]) >> shift & (1 << bits - 1)
                    return (raw, raw * 255 / (1 << bits - 1))
                }
            }
            /// The color that is transparent where there is no alpha.
            func isTransparent(_ raw: [Int]) -> Bool {
                transparency.count == 2 * raw.count
                    && raw.indices.allSatisfy {
                        raw[$0] == Int(transparency[2 * $0]) << 8 | Int(transparency[2 * $0 + 1])
                    }
            }
            switch header.colorType {
            case 0:
                let value = sample(0)
                return Pixel(gray: value.byte, alpha: isTransparent([value.raw]) ? 0 : 255)
            case 2:
                let (red, green, blue) = (sample(0), sample(1), sample(2))
                return Pixel(
                    red: red.byte, green: green.byte, blue: blue.byte,
                    alpha: isTransparent([red.raw, green.raw, blue.raw]) ? 0 : 255)
            case 3:
                let index = sample(0).raw
                guard 3 * index + 2 < palette.count else { return nil }
                let color = palette[3 * index..<3 * index + 3].map { Int($0) }
                let alpha = index < transparency.count ? Int(transparency[index]) : 255
                return Pixel(red: color[0], green: color[1], blue: color[2], alpha: alpha)
            case 4:
                return Pixel(gray: sample(0).byte, alpha: sample(1).byte)
            default:
                return Pixel(
                    red: sample(0).byte, green: sample(1).byte, blue: sample(2).byte,
                    alpha: sample(3).byte)
            }
        }
    }
}
