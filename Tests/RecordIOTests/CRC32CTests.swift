import RecordIO
import TestSupport
import Testing

/// RFC 3720, appendix B.4, and the customary check value.
private let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
    ([], 0),
    (Array(repeating: 0, count: 32), 0x8a91_36aa),
    (Array(repeating: 0xff, count: 32), 0x62a8_ab43),
    (Array(0..<32), 0x46dd_794e),
    ((0..<32).reversed(), 0x113f_db5c),
    (
        [
            0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0,
            0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
        ], 0xd996_3a56
    ),
    (Array("123456789".utf8), 0xe306_9283),
]

private let supported = CRC32C.Implementation.allCases.filter(\.isSupported)

@Suite struct CRC32CTests {
    @Test(arguments: supported)
    func standardVectors(implementation: CRC32C.Implementation) {
        for (bytes, checksum) in vectors {
            #expect(implementation.checksum(of: bytes.span.bytes) == checksum)
        }
    }

    @Test func chosenImplementationPassesTheVectors() {
        for (bytes, checksum) in vectors {
            #expect(CRC32C.checksum(of: bytes.span.bytes) == checksum)
        }
    }

    /// Every length up to 300 at every alignment, and lengths around the blocks that are taken as
    /// three streams (384 and 3,072 bytes).
    @Test(arguments: supported)
    func agreesWithBitByBit(implementation: CRC32C.Implementation) {
        var generator = SeededGenerator(seed: 1)
        let bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var lengths = Array(0...300)
        for block in [384, 768, 3_072, 3_456, 6_144, 99_000] {
            lengths += block - 9...block + 9
        }
        var states = [UInt32.max]
        for byte in bytes {
            states.append(update(states[states.count - 1], byte))
        }
        for length in lengths {
            let prefix = bytes.span.bytes.extracting(first: length)
            #expect(implementation.checksum(of: prefix) == ~states[length], "\(length) bytes")
        }
        for length in 0...300 {
            for start in 1..<16 {
                let part = bytes.span.bytes.extracting(start..<start + length)
                let expected = bytes[start..<start + length].reduce(UInt32.max, update)
                #expect(implementation.checksum(of: part) == ~expected, "\(length) from \(start)")
            }
        }
    }

    @Test func extendsInAnyTwoParts() {
        let bytes = [UInt8](0..<200)
        let whole = CRC32C.checksum(of: bytes.span.bytes)
        for cut in 0...bytes.count {
            let first = CRC32C.checksum(of: bytes.span.bytes.extracting(first: cut))
            let rest = bytes.span.bytes.extracting(droppingFirst: cut)
            #expect(CRC32C.extend(first, by: rest) == whole)
        }
    }

    @Test func masksAsTensorFlowDoes() {
        var length: [UInt8] = []
        length.append(littleEndian: UInt64(24))
        var stored: [UInt8] = []
        stored.append(littleEndian: CRC32C.mask(CRC32C.checksum(of: length.span.bytes)))
        #expect(stored == [0xa3, 0x7f, 0x4b, 0x22])
    }

    @Test(arguments: [0, 1, 0xe306_9283, 0xa282_ead8, .max])
    func unmaskUndoesMask(checksum: UInt32) {
        #expect(CRC32C.unmask(CRC32C.mask(checksum)) == checksum)
        #expect(CRC32C.mask(checksum) != checksum)
    }

    /// The definition, a bit at a time.
    private func update(_ state: UInt32, _ byte: UInt8) -> UInt32 {
        (0..<8).reduce(state ^ UInt32(byte)) { state, _ in
            state & 1 == 1 ? state >> 1 ^ 0x82f6_3b78 : state >> 1
        }
    }
}
