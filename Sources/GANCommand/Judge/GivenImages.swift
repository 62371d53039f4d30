import Datasets
import GAN
import RecordIO
import TensorGraph

/// Images of any program's, as `gan judge` takes them.
struct GivenImages {
    /// [count, 784] in 0...1.
    let pixels: [Float]
    let count: Int

    /// Reads a file, or the images of a folder as they are trained on.
    ///
    /// - Throws: `NPYError`; `DatasetError`; `CommandError` for numbers that are no pixels.
    init(at path: String) throws {
        guard try Folder.isFolder(path) else {
            try self.init(file: path)
            return
        }
        let images = try MNIST(folder: path, validationCount: 0).all
        self.init(pixels: images.pixels(0..<images.count), count: images.count)
    }

    /// Reads an array of NumPy's: [n, 784], [n, 28, 28], [n, 28, 28, 1] or [n, 1, 28, 28]; in 0...1, or
    /// where a number is above 1, in 0...255.
    ///
    /// - Throws: `NPYError`; `CommandError` for numbers that are no pixels.
    private init(file path: String) throws {
        let side = MNIST.side
        let shapes: [[Int?]] = [
            [nil, side, side], [nil, side, side, 1], [nil, 1, side, side],
        ]
        let array = try Self.read(path, shapes) ?? NPY.read(path, shape: [nil, MNIST.pixelCount])
        var pixels = array.floats
        let greatest = pixels.max() ?? 0
        let limit: Float = greatest > 1 ? 255 : 1
        if let place = pixels.firstIndex(where: { !(0...limit).contains($0) }) {
            let (image, pixel) = place.quotientAndRemainder(dividingBy: MNIST.pixelCount)
            throw CommandError(
                "\(path) holds \(pixels[place]) in image \(image), pixel \(pixel); give images in "
                    + "0...1 or in 0...255")
        }
        if limit > 1 { pixels = pixels.map { $0 / 255 } }
        self.init(pixels: pixels, count: array.shape[0])
    }

    private init(pixels: [Float], count: Int) {
        (self.pixels, self.count) = (pixels, count)
    }

    /// The array in the file, if it has one of the shapes.
    private static func read(_ path: String, _ shapes: [[Int?]]) throws -> TensorValue? {
        for shape in shapes {
            do {
                return try NPY.read(path, shape: shape)
            } catch {
                guard case .wrongShape = error.problem else { throw error }
            }
        }
        return nil
    }
}
