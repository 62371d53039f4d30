import RecordIO
import Testing

@Suite struct VarintTests {
    @Test(
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7f]), (128, [0x80, 1]), (300, [0xac, 2]),
            (UInt64(UInt32.max), [0xff, 0xff, 0xff, 0xff, 0x0f]),
            (.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ] as [(UInt64, [UInt8])])
    func knownEncodings(number: UInt64, encoding: [UInt8]) {
        var bytes: [UInt8] = []
        Varint.append(number, to: &bytes)
        #expect(bytes == encoding)
    }

    @Test func roundTripsAroundEveryPowerOfTwo() {
        let numbers = (0..<64).flatMap { power in
            let number = UInt64(1) << power
            return [number &- 1, number, number &+ 1]
        }
        var bytes: [UInt8] = []
        for number in numbers { Varint.append(number, to: &bytes) }
        var offset = 0
        for number in numbers {
            #expect(Varint.decode(from: bytes.span.bytes, at: &offset) == number)
        }
        #expect(offset == bytes.count)
    }

    @Test func everyTruncationIsRefused() {
        var bytes: [UInt8] = []
        Varint.append(.max, to: &bytes)
        #expect(bytes.count == Varint.maximumLength)
        for length in 0..<bytes.count {
            var offset = 0
            let prefix = bytes.span.bytes.extracting(first: length)
            #expect(Varint.decode(UInt64.self, from: prefix, at: &offset) == nil)
            #expect(offset == 0)
        }
    }

    @Test func numbersThatDoNotFitAreRefused() {
        let tooLongFor64: [UInt8] = Array(repeating: 0xff, count: 9) + [0x02]
        let endless = [UInt8](repeating: 0x80, count: 20)
        let tooLongFor32: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0x10]
        var offset = 0
        #expect(Varint.decode(UInt64.self, from: tooLongFor64.span.bytes, at: &offset) == nil)
        #expect(Varint.decode(UInt64.self, from: endless.span.bytes, at: &offset) == nil)
        #expect(Varint.decode(UInt32.self, from: tooLongFor32.span.bytes, at: &offset) == nil)
        #expect(offset == 0)
        #expect(
            Varint.decode(UInt64.self, from: tooLongFor32.span.bytes, at: &offset) == 0x1_0fff_ffff)
    }
}
