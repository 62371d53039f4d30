import Bitmaps

extension Image {
    /// Tiles pictures of one size into one: row by row, from the top left.
    ///
    /// - Parameters:
    ///   - images: The pictures; there is at least one.
    ///   - columns: How many to put side by side; by default what makes a nearly square grid with
    ///     few empty places, such as 5 for ten pictures.
    ///   - gap: Pixels between neighbours.
    ///   - background: What every channel is in gaps and empty places.
    public static func grid(
        of images: [Image], columns: Int? = nil, gap: Int = 0, background: UInt8 = 0
    ) -> Image {
        let tiles = images.map {
            Tile(height: $0.height, width: $0.width, channels: $0.channels, pixels: $0.pixels[...])
        }
        let tile = tiled(tiles, columns: columns, gap: gap, background: background)
        return Image(
            height: tile.height, width: tile.width, channels: tile.channels,
            pixels: Array(tile.pixels))
    }
}

extension FloatImage {
    /// Tiles pictures of one size into one: row by row, from the top left.
    ///
    /// The grid is scaled to bytes as a whole, so that its pictures can be compared with each
    /// other.
    ///
    /// - Parameters:
    ///   - images: The pictures; there is at least one.
    ///   - columns: How many to put side by side; by default what makes a nearly square grid with
    ///     few empty places, such as 5 for ten pictures.
    ///   - gap: Pixels between neighbours.
    ///   - background: What every channel is in gaps and empty places.
    public static func grid(
        of images: [FloatImage], columns: Int? = nil, gap: Int = 0, background: Float = 0
    ) -> FloatImage {
        let tiles = images.map {
            Tile(height: $0.height, width: $0.width, channels: $0.channels, pixels: $0.pixels)
        }
        let tile = tiled(tiles, columns: columns, gap: gap, background: background)
        return FloatImage(
            height: tile.height, width: tile.width, channels: tile.channels, pixels: tile.pixels)
    }
}

/// A picture of any element.
private struct Tile<Element> {
    var height: Int
    var width: Int
    var channels: Int
    var pixels: ArraySlice<Element>
}

private func tiled<Element>(
    _ tiles: [Tile<Element>], columns: Int?, gap: Int, background: Element
) -> Tile<Element> {
    precondition(!tiles.isEmpty, "a grid of no images")
    let first = tiles[0]
    precondition(
        tiles.allSatisfy {
            ($0.height, $0.width, $0.channels) == (first.height, first.width, first.channels)
        }, "a grid of images that differ in shape")
    let columns = columns ?? squarestColumns(for: tiles.count)
    precondition(columns > 0 && gap >= 0, "a grid with \(columns) columns and gaps of \(gap)")
    let rows = (tiles.count + columns - 1) / columns

    let height = rows * (first.height + gap) - gap
    let width = columns * (first.width + gap) - gap
    let tileRow = first.width * first.channels
    var pixels = [Element](repeating: background, count: height * width * first.channels)
    for (index, tile) in tiles.enumerated() {
        let (row, column) = index.quotientAndRemainder(dividingBy: columns)
        for y in 0..<first.height {
            let line = row * (first.height + gap) + y
            let start = (line * width + column * (first.width + gap)) * first.channels
            let source = tile.pixels.startIndex + y * tileRow
            pixels.replaceSubrange(
                start..<start + tileRow, with: tile.pixels[source..<source + tileRow])
        }
    }
    return Tile(height: height, width: width, channels: first.channels, pixels: pixels[...])
}
