/// A PNG file's pixels, decoded by code of its own: what encodes the project's pictures has no part
/// in it. Takes 8 bits a channel, no palette, no interlacing.
public struct DecodedPNG: Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    public let channels: Int
    /// Row by row from the top, a pixel's channels side by side.
    public let pixels: [UInt8]
    /// The pixels of each frame of an animation, as it is shown; of the one picture otherwise.
    public let frames: [[UInt8]]
    /// How long each frame of an animation is shown, in milliseconds; none of a picture.
    public let delays: [Int]

    /// A frame of an animation, as its `fcTL` chunk has it.
    private struct Frame {
        var control: [UInt8]
        var compressed: [UInt8] = []

        var width: Int { DecodedPNG.number(control[4..<8]) }
        var height: Int { DecodedPNG.number(control[8..<12]) }
        var left: Int { DecodedPNG.number(control[12..<16]) }
        var top: Int { DecodedPNG.number(control[16..<20]) }
        var delay: Int {
            DecodedPNG.number(control[20..<22]) * 1000 / DecodedPNG.number(control[22..<24])
        }
    }

    /// Why a file could not be decoded.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Decodes a file, and checks every checksum.
    public init(_ file: [UInt8]) throws {
        guard file.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) else {
            throw Failure(description: "no PNG signature")
        }
        var header: [UInt8] = []
        var compressed: [UInt8] = []
        var animation: [Frame] = []
        var frameCount: Int?
        var numbered = 0
        var offset = 8
        var type = ""
        while type != "IEND" {
            guard offset + 12 <= file.count else { throw Failure(description: "no IEND") }
            let length = Self.number(file[offset..<offset + 4])
            guard offset + 12 + length <= file.count else { throw Failure(description: "cut") }
            type = String(decoding: file[offset + 4..<offset + 8], as: UTF8.self)
            let data = file[offset + 8..<offset + 8 + length]
            let stored = Self.number(file[offset + 8 + length..<offset + 12 + length])
            guard Self.checksum(file[offset + 4..<offset + 8 + length]) == stored else {
                throw Failure(description: "\(type) has a wrong checksum")
            }
            if type == "IHDR" { header = Array(data) }
            if type == "IDAT" { compressed += data }
            if type == "acTL" { frameCount = Self.number(data.prefix(4)) }
            if type == "fcTL" || type == "fdAT" {
                guard Self.number(data.prefix(4)) == numbered else {
                    throw Failure(description: "\(type) out of order")
                }
                numbered += 1
                if type == "fcTL" {
                    guard data.suffix(2) == [0, 0] else {
                        throw Failure(description: "a frame that is blended or disposed of")
                    }
                    animation.append(Frame(control: Array(data)))
                } else {
                    animation[animation.count - 1].compressed += data.dropFirst(4)
                }
            }
            offset += 12 + length
        }
        guard offset == file.count, header.count == 13, header[8] == 8, header[12] == 0,
            let channels = [0: 1, 4: 2, 2: 3, 6: 4][header[9]]
        else { throw Failure(description: "not of a kind that is decoded here") }
        width = Self.number(header[0..<4])
        height = Self.number(header[4..<8])
        self.channels = channels
        pixels = try Self.unfilter(
            Inflate.zlib(compressed), rowLength: width * channels, pixelLength: channels,
            rows: height)
        guard frameCount ?? 0 == animation.count else {
            throw Failure(description: "\(animation.count) frames of \(frameCount ?? 0)")
        }
        delays = animation.map(\.delay)
        var shown = pixels
        var frames = [shown]
        for frame in animation.dropFirst() {
            let part = try Self.unfilter(
                Inflate.zlib(frame.compressed), rowLength: frame.width * channels,
                pixelLength: channels, rows: frame.height)
            for row in 0..<frame.height {
                let start = ((frame.top + row) * width + frame.left) * channels
                let length = frame.width * channels
                shown.replaceSubrange(
                    start..<start + length, with: part[row * length..<(row + 1) * length])
            }
            frames.append(shown)
        }
        self.frames = frames
    }

    private static func unfilter(
        _ data: [UInt8], rowLength: Int, pixelLength: Int, rows: Int
    ) throws -> [UInt8] {
        guard data.count == rows * (rowLength + 1) else {
            throw Failure(description: "\(data.count) bytes for \(rows) rows")
        }
        var above = [UInt8](repeating: 0, count: rowLength)
        var pixels: [UInt8] = []
        for row in 0..<rows {
            let start = row * (rowLength + 1)
            var current = Array(data[start + 1..<start + 1 + rowLength])
            for x in 0..<rowLength {
                let left = x < pixelLength ? 0 : Int(current[x - pixelLength])
                let upLeft = x < pixelLength ? 0 : Int(above[x - pixelLength])
                let up = Int(above[x])
                let guess: Int
                switch data[start] {
                case 0: guess = 0
                case 1: guess = left
                case 2: guess = up
                case 3: guess = (left + up) / 2
                case 4:
                    let distances = [left, up, upLeft].map { abs(left + up - upLeft - $0) }
                    guess =
                        distances[0] <= distances[1] && distances[0] <= distances[2]
                        ? left : distances[1] <= distances[2] ? up : upLeft
                default: throw Failure(description: "filter \(data[start])")
                }
                current[x] &+= UInt8(guess)
            }
            pixels += current
            above = current
        }
        return pixels
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    /// CRC-32, a bit at a time.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
        let register = bytes.reduce(UInt32.max) { register, byte in
            (0..<8).reduce(register ^ UInt32(byte)) { register, _ in
                register & 1 == 1 ? register >> 1 ^ 0xedb8_8320 : register >> 1
            }
        }
        return Int(~register)
    }
}
