/// The colours of a GIF, at most 256, one of which may be no colour at all.
struct Palette {
    /// The colours: red, green and blue.
    private(set) var colors: [SIMD3<UInt8>] = []
    /// The index that stands for what is transparent, if anything is.
    private(set) var transparent: UInt8?
    /// Whether the colours are those of the pictures.
    private(set) var isExact = true

    /// The index of each colour of five bits a channel, unless the palette is exact.
    private var indexOfCell: [UInt8] = []
    private var indexOfColor: [Int: UInt8] = [:]

    /// How many bits an index takes, 1 to 8.
    var bits: Int {
        let count = max(colors.count, transparent.map { Int($0) + 1 } ?? 0, 2)
        return Int.bitWidth - (count - 1).leadingZeroBitCount
    }

    /// Chooses the colours of pictures.
    init(of images: [Bitmap]) {
        guard images.contains(where: { $0.channels != 1 }) else {
            colors = (0...255).map { SIMD3(repeating: $0) }
            return
        }
        let hasTransparency = images.contains { image in
            [2, 4].contains(image.channels)
                && stride(from: image.channels - 1, to: image.pixels.count, by: image.channels)
                    .contains { image.pixels[$0] < 128 }
        }
        let room = hasTransparency ? 255 : 256
        if !collect(images, room: room) { group(images, room: room) }
        if hasTransparency { transparent = UInt8(colors.count) }
    }

    /// The index of each pixel's colour.
    func indices(of image: Bitmap) -> [UInt8] {
        if image.channels == 1, isExact, indexOfColor.isEmpty { return image.pixels }
        var indices = [UInt8](repeating: 0, count: image.height * image.width)
        var last = (color: -1, index: UInt8(0))
        for index in indices.indices {
            guard let color = Self.color(image, index) else {
                indices[index] = transparent ?? 0
                continue
            }
            if color != last.color {
                last = (
                    color,
                    isExact ? indexOfColor[color] ?? 0 : indexOfCell[Self.cell(of: color)]
                )
            }
            indices[index] = last.index
        }
        return indices
    }

    /// A pixel's red, green and blue, eight bits each; `nil` for one that is transparent.
    @inline(__always)
    private static func color(_ image: Bitmap, _ index: Int) -> Int? {
        image.pixels.withUnsafeBufferPointer { pixels in
            let start = index * image.channels
            switch image.channels {
            case 1: return Int(pixels[start]) * 0x01_01_01
            case 2: return pixels[start + 1] < 128 ? nil : Int(pixels[start]) * 0x01_01_01
            default:
                if image.channels == 4, pixels[start + 3] < 128 { return nil }
                return Int(pixels[start]) << 16 | Int(pixels[start + 1]) << 8
                    | Int(pixels[start + 2])
            }
        }
    }

    /// Takes the colours as they are, if there is room for all.
    private mutating func collect(_ images: [Bitmap], room: Int) -> Bool {
        var last = -1
        for image in images {
            for index in 0..<image.height * image.width {
                guard let color = Self.color(image, index), color != last else { continue }
                last = color
                guard indexOfColor[color] == nil else { continue }
                guard colors.count < room else {
                    colors = []
                    indexOfColor = [:]
                    return false
                }
                indexOfColor[color] = UInt8(colors.count)
                colors.append(
                    SIMD3(
                        UInt8(color >> 16), UInt8(color >> 8 & 255), UInt8(color & 255)))
            }
        }
        return true
    }

    private static func cell(of color: Int) -> Int {
        color >> 9 & 0x7c00 | color >> 6 & 0x3e0 | color >> 3 & 0x1f
    }

    /// Groups cells of colours, of five bits a channel, by median cut (Heckbert, 1982): the group
    /// with the greatest spread, weighed by its pixels, is cut in two where half of them are, until
    /// there is no room for more. A group's colour is its pixels' mean.
    private mutating func group(_ images: [Bitmap], room: Int) {
        isExact = false
        indexOfCell = [UInt8](repeating: 0, count: 1 << 15)
        var counts = [Int](repeating: 0, count: 1 << 15)
        var sums = [SIMD3<Int>](repeating: SIMD3(), count: 1 << 15)
        for image in images {
            for index in 0..<image.height * image.width {
                guard let color = Self.color(image, index) else { continue }
                let cell = Self.cell(of: color)
                counts[cell] += 1
                sums[cell] &+= SIMD3(color >> 16, color >> 8 & 255, color & 255)
            }
        }
        var groups = [Group(cells: counts.indices.filter { counts[$0] > 0 }, counts: counts)]
        while groups.count < room {
            guard let widest = groups.indices.max(by: { groups[$0].weight < groups[$1].weight }),
                groups[widest].weight > 0
            else { break }
            let (low, high) = groups[widest].halves(counts)
            groups[widest] = low
            groups.append(high)
        }
        for (index, group) in groups.enumerated() {
            var sum = SIMD3<Int>()
            var count = 0
            for cell in group.cells {
                sum &+= sums[cell]
                count += counts[cell]
                indexOfCell[cell] = UInt8(index)
            }
            let half = SIMD3(repeating: count / 2)
            let mean = (sum &+ half) / SIMD3(repeating: max(count, 1))
            colors.append(SIMD3(truncatingIfNeeded: mean))
        }
    }

    /// Cells whose pixels get one colour.
    private struct Group {
        let cells: [Int]
        /// The channel, as its lowest bit in a cell, in which the cells spread most.
        let shift: Int
        /// How urgent it is to cut the group; 0 for a single cell.
        let weight: Double

        init(cells: [Int], counts: [Int]) {
            self.cells = cells
            let spreads = [10, 5, 0].map { shift in
                let values = cells.lazy.map { $0 >> shift & 31 }
                return (shift: shift, spread: (values.max() ?? 0) - (values.min() ?? 0))
            }
            let widest = spreads.max { $0.spread < $1.spread } ?? (0, 0)
            shift = widest.shift
            let count = cells.reduce(0) { $0 + counts[$1] }
            weight = Double(widest.spread * widest.spread) * Double(count).squareRoot()
        }

        func halves(_ counts: [Int]) -> (Group, Group) {
            let sorted = cells.sorted { ($0 >> shift & 31, $0) < ($1 >> shift & 31, $1) }
            let half = sorted.reduce(0) { $0 + counts[$1] } / 2
            var (end, sum) = (0, 0)
            while end < sorted.count - 1, sum + counts[sorted[end]] <= half || end == 0 {
                sum += counts[sorted[end]]
                end += 1
            }
            return (
                Group(cells: Array(sorted[..<end]), counts: counts),
                Group(cells: Array(sorted[end...]), counts: counts)
            )
        }
    }
}
