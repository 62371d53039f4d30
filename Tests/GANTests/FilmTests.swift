import TensorBoard
import Testing

@testable import GAN

/// The strip and the video of the generator's images.
@Suite struct FilmTests {
    /// A frame of two images; the first is as bright as the frame's number says.
    private func frame(_ number: Int) -> [Image] {
        [UInt8(number % 256), 255].map {
            Image(height: 28, width: 28, channels: 1, pixels: [UInt8](repeating: $0, count: 784))
        }
    }

    private func film(_ count: Int) -> Film {
        var film = Film()
        for number in 0..<count { _ = film.add(frame(number)) }
        return film
    }

    /// The frames that a strip shows, by their first images.
    private func numbers(_ strip: Image) -> [UInt8] {
        stride(from: 0, to: strip.width, by: 30).map { strip.pixels[$0] }
    }

    @Test func hasNothingToShowAtFirst() {
        #expect(Film().strip() == nil)
        #expect(Film().video() == nil)
    }

    @Test(
        arguments: [
            (1, [0]), (3, [0, 1, 2]), (12, Array(0..<12)),
            (24, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 23]),
            (250, [0, 20, 44, 68, 88, 112, 136, 160, 180, 204, 228, 249]),
        ] as [(Int, [UInt8])])
    func showsTheFirstAndTheLastAndWhatLiesEquallyFarApart(count: Int, expected: [UInt8]) throws {
        let strip = try #require(film(count).strip())
        // There is room for twelve from the start on, for cards show it as wide as they are.
        let room = [UInt8](repeating: 48, count: 12 - expected.count)
        #expect(strip.width == 12 * 30 - 2 && numbers(strip) == expected + room)
        #expect(strip.height == 2 * 28 + 2)
        // The second row is of the second vector of noise.
        #expect(strip.pixels[30 * strip.width] == 255)
    }

    @Test func neverKeepsMoreThanItsCapacity() {
        var film = Film()
        var worthALook = 0
        for number in 0..<10_000 {
            if film.add(frame(number)) { worthALook += 1 }
            #expect(film.frames.count <= Film.capacity)
        }
        #expect(film.stride == 128)
        #expect(film.frames.count == 79)
        #expect(worthALook < 100)
    }

    @Test func showsEveryFrameInTheVideo() throws {
        let video = try #require(film(50).video())
        #expect(video.frames.map { $0.pixels[0] } == (0..<50).map { UInt8($0) })
    }

    @Test func showsTenImagesOfALargeBatch() throws {
        var film = Film()
        _ = film.add([Image](repeating: frame(1)[0], count: 128))
        #expect(try #require(film.strip()).height == 10 * 30 - 2)
    }
}
