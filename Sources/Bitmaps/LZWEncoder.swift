/// GIF's variant of LZW (Welch, 1984): codes of growing length, the lowest bit first.
///
/// The table begins with a code for each colour, one that empties the table, and one that ends the
/// data. Each code that is written adds to the table its string and the next colour; a full table,
/// of 4096 codes, is emptied.
struct LZWEncoder {
    /// The bytes so far.
    private(set) var bytes: [UInt8] = []

    private let codeSize: Int
    private let clear: Int
    /// The code of each string that is a known one and a colour: `code << 8 | colour`, by hashing
    /// with open addressing.
    private var keys = [Int32](repeating: -1, count: tableSize)
    private var codes = [Int16](repeating: 0, count: tableSize)
    private var next = 0
    private var width = 0
    /// The string that was read and is not written yet.
    private var current = -1
    private var pending: UInt32 = 0
    private var pendingBits = 0

    private static let tableSize = 1 << 14

    /// Begins with colours of so many bits, 2 to 8.
    init(codeSize: Int) {
        self.codeSize = codeSize
        clear = 1 << codeSize
        empty()
        write(clear)
    }

    /// Encodes colours.
    mutating func append(_ colors: ArraySlice<UInt8>) {
        for color in colors {
            guard current >= 0 else {
                current = Int(color)
                continue
            }
            let key = Int32(current << 8 | Int(color))
            var slot = Int(truncatingIfNeeded: (UInt32(key) &* 0x9e37_79b1) >> 18)
            while keys[slot] >= 0, keys[slot] != key { slot = (slot + 1) & (Self.tableSize - 1) }
            if keys[slot] == key {
                current = Int(codes[slot])
                continue
            }
            write(current)
            if next < 4096 {
                keys[slot] = key
                codes[slot] = Int16(next)
                if next == 1 << width { width += 1 }
                next += 1
            } else {
                write(clear)
                empty()
            }
            current = Int(color)
        }
    }

    /// Ends the data.
    mutating func finish() {
        if current >= 0 { write(current) }
        // The reader has added a code by then, and may read a longer one.
        if next == 1 << width, width < 12 { width += 1 }
        write(clear + 1)
        if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    }

    private mutating func empty() {
        for slot in keys.indices { keys[slot] = -1 }
        next = clear + 2
        width = codeSize + 1
    }

    private mutating func write(_ code: Int) {
        pending |= UInt32(code) << UInt32(pendingBits)
        pendingBits += width
        while pendingBits >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingBits -= 8
        }
    }
}
