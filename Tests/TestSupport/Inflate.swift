/// Decompresses deflate streams (RFC 1951), slowly and plainly, to check what zlib compressed.
struct Inflate {
    private let input: [UInt8]
    private var position = 0
    private var bit = 0
    private var output: [UInt8] = []

    /// The data of a zlib stream (RFC 1950), with its checksum checked.
    static func zlib(_ stream: [UInt8]) throws -> [UInt8] {
        guard stream.count >= 6, stream[0] & 15 == 8,
            (Int(stream[0]) << 8 | Int(stream[1])) % 31 == 0, stream[1] & 0x20 == 0
        else { throw DecodedPNG.Failure(description: "no zlib stream") }
        var inflate = Inflate(input: stream, position: 2)
        try inflate.run()
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in inflate.output {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        let end = inflate.bit == 0 ? inflate.position : inflate.position + 1
        let stored = stream[end...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard stream.count == end + 4, stored == b << 16 | a else {
            throw DecodedPNG.Failure(description: "the zlib stream has a wrong checksum")
        }
        return inflate.output
    }

    private init(input: [UInt8], position: Int) {
        self.input = input
        self.position = position
    }

    private mutating func run() throws {
        var isLast = false
        while !isLast {
            isLast = try bits(1) == 1
            switch try bits(2) {
            case 0: try stored()
            case 1:
                let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                try compressed(Code(lengths), Code(Array(repeating: 5, count: 30)))
            case 2:
                let (literals, distances) = try codes()
                try compressed(literals, distances)
            default: throw DecodedPNG.Failure(description: "unknown block")
            }
        }
    }

    private mutating func stored() throws {
        if bit > 0 { (position, bit) = (position + 1, 0) }
        let length = try bits(16)
        guard try bits(16) == ~length & 0xffff else {
            throw DecodedPNG.Failure(description: "damaged block")
        }
        for _ in 0..<length { output.append(UInt8(try bits(8))) }
    }

    private mutating func codes() throws -> (Code, Code) {
        let literals = try bits(5) + 257
        let distances = try bits(5) + 1
        let count = try bits(4) + 4
        var meta = [Int](repeating: 0, count: 19)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        for index in order.prefix(count) { meta[index] = try bits(3) }
        let metaCode = Code(meta)
        var lengths: [Int] = []
        while lengths.count < literals + distances {
            switch try symbol(metaCode) {
            case 16: lengths += Array(repeating: lengths.last ?? 0, count: try bits(2) + 3)
            case 17: lengths += Array(repeating: 0, count: try bits(3) + 3)
            case 18: lengths += Array(repeating: 0, count: try bits(7) + 11)
            case let length: lengths.append(length)
            }
        }
        return (
            Code(Array(lengths[..<literals])),
            Code(Array(lengths[literals..<literals + distances]))
        )
    }

    private mutating func compressed(_ literals: Code, _ distances: Code) throws {
        while true {
            let literal = try symbol(literals)
            if literal < 256 {
                output.append(UInt8(literal))
                continue
            }
            if literal == 256 { return }
            // Lengths: four to a power of two from the ninth on, the last one apart (3.2.5).
            let index = literal - 257
            let length: Int
            if index < 8 {
                length = index + 3
            } else if index == 28 {
                length = 258
            } else {
                let extra = index / 4 - 1
                length = (4 + index % 4) << extra + 3 + (try bits(extra))
            }
            let code = try symbol(distances)
            let extra = max(code / 2 - 1, 0)
            let distance =
                code < 4 ? code + 1 : (2 + code % 2) << extra + 1 + (try bits(extra))
            guard distance <= output.count else {
                throw DecodedPNG.Failure(description: "refers to before the start")
            }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func bits(_ count: Int) throws -> Int {
        var value = 0
        for index in 0..<count {
            guard position < input.count else {
                throw DecodedPNG.Failure(description: "the deflate stream is cut")
            }
            value |= Int(input[position] >> bit & 1) << index
            bit += 1
            if bit == 8 { (position, bit) = (position + 1, 0) }
        }
        return value
    }

    private mutating func symbol(_ code: Code) throws -> Int {
        var (length, value) = (0, 0)
        while length < 15 {
            value = try value << 1 | bits(1)
            length += 1
            if let symbol = code.symbols[length << 16 | value] { return symbol }
        }
        throw DecodedPNG.Failure(description: "unknown symbol")
    }

    /// A Huffman code by the lengths of its symbols.
    private struct Code {
        /// The symbols, by length and value.
        var symbols: [Int: Int] = [:]

        init(_ lengths: [Int]) {
            var value = 0
            for length in 1...15 {
                value <<= 1
                for (symbol, _) in lengths.enumerated().filter({ $0.element == length }) {
                    symbols[length << 16 | value] = symbol
                    value += 1
                }
            }
        }
    }
}
