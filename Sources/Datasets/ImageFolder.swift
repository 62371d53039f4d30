internal import RecordIO

/// A folder of PNG images, or of folders of them, one for each class.
struct ImageFolder {
    /// The folder's path.
    let path: String
    /// The classes' names, in the order of their labels; empty for images without labels.
    let classNames: [String]
    /// The images' paths, class after class, each with its label.
    private let files: [(path: String, label: UInt8)]

    /// The most bytes of an image's file.
    private static let limit = 1 << 26

    /// Lists the images; `nil` for a folder that is none of images.
    init?(at path: String) throws(DatasetError) {
        self.path = path
        let (names, folders) = try Self.contents(of: path)
        if folders.isEmpty {
            guard !names.isEmpty else { return nil }
            classNames = []
            files = names.map { (FilePath.joining(path, $0), 0) }
            return
        }
        let classes = try folders.map { name throws(DatasetError) in
            let folder = FilePath.joining(path, name)
            return (folder, try Self.contents(of: folder).images)
        }
        // Whatever else a folder of MNIST's files has below it.
        guard !names.isEmpty || classes.contains(where: { !$0.1.isEmpty }) else { return nil }
        if let image = names.first {
            throw DatasetError(.imagesBesideClasses(image), path: path)
        }
        for (folder, images) in classes where images.isEmpty {
            throw DatasetError(.noImages, path: folder)
        }
        guard folders.count <= 256 else {
            throw DatasetError(.tooManyClasses(folders.count), path: path)
        }
        classNames = folders
        files = classes.enumerated().flatMap { label, part in
            part.1.map { (FilePath.joining(part.0, $0), UInt8(label)) }
        }
    }

    /// The names of PNG images and of folders in a folder, in order; hidden ones are left out.
    private static func contents(
        of path: String
    ) throws(DatasetError) -> (images: [String], folders: [String]) {
        do throws(FileError) {
            let entries = try Folder.entries(of: path).filter { !$0.name.hasPrefix(".") }
            let images = entries.filter { !$0.isFolder && $0.name.lowercased().hasSuffix(".png") }
            return (
                images.map(\.name).sorted(by: inOrder),
                entries.filter(\.isFolder).map(\.name).sorted(by: inOrder)
            )
        } catch {
            throw DatasetError(error)
        }
    }

    /// As people count: 2 before 10, and the same on every machine.
    private static func inOrder(_ one: String, _ other: String) -> Bool {
        if let first = Int(one), let second = Int(other), first != second { return first < second }
        return one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Reads the images, mixed as a shuffled deck is, so that any part has all classes.
    func examples(atLeast needed: Int) throws(DatasetError) -> Examples {
        guard files.count >= needed else {
            throw DatasetError(.tooFewImages(files.count, needed: needed), path: path)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(files.count * MNIST.pixelCount)
        var labels: [UInt8] = []
        for index in mixed(files.count) {
            bytes += try Self.pixels(ofFile: files[index].path)
            labels.append(files[index].label)
        }
        return Examples(bytes: bytes[...], labels: classNames.isEmpty ? nil : labels[...])
    }

    /// 0..<count in an order that is always the same, by a linear congruential generator.
    private func mixed(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        var state: UInt64 = 1
        for last in stride(from: count - 1, to: 0, by: -1) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            order.swapAt(last, Int((state >> 33) % UInt64(last + 1)))
        }
        return order
    }

    /// The pixels of an image's file, scaled to 28 × 28.
    private static func pixels(ofFile path: String) throws(DatasetError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: limit)
        } catch {
            throw DatasetError(error)
        }
        let image: PNG
        do throws(PNG.Problem) {
            image = try PNG(bytes)
        } catch {
            throw DatasetError(.unreadableImage(error.words), path: path, offset: error.offset)
        }
        return Self.scaled(
            image.gray, height: image.height, width: image.width, to: MNIST.side)
    }

    /// An image scaled to side × side: each pixel is the mean of those around its place, weighted by
    /// a triangle that is as wide as two pixels of the smaller image, as Pillow's `BILINEAR` has it.
    static func scaled(_ pixels: [UInt8], height: Int, width: Int, to side: Int) -> [UInt8] {
        if (height, width) == (side, side) { return pixels }
        let columns = weights(from: width, to: side)
        var narrow = [Float](repeating: 0, count: height * side)
        for row in 0..<height {
            for (x, (first, weights)) in columns.enumerated() {
                narrow[row * side + x] = weights.indices.reduce(0) {
                    $0 + weights[$1] * Float(pixels[row * width + first + $1])
                }
            }
        }
        return weights(from: height, to: side).flatMap { first, weights in
            (0..<side).map { x in
                let sum = weights.indices.reduce(Float(0)) {
                    $0 + weights[$1] * narrow[(first + $1) * side + x]
                }
                return UInt8(min(max(sum.rounded(), 0), 255))
            }
        }
    }

    /// For each of `count` places the first of `size` pixels that it is made of, and their weights.
    private static func weights(from size: Int, to count: Int) -> [(Int, [Float])] {
        let scale = Float(size) / Float(count)
        let reach = max(scale, 1)
        return (0..<count).map { place in
            let center = (Float(place) + 0.5) * scale
            let first = max(0, Int((center - reach + 0.5).rounded(.down)))
            let end = min(size, Int((center + reach + 0.5).rounded(.down)))
            let weights = (first..<max(end, first + 1)).map {
                max(0, 1 - abs(Float($0) + 0.5 - center) / reach)
            }
            let sum = weights.reduce(0, +)
            return (min(first, size - 1), sum > 0 ? weights.map { $0 / sum } : [1])
        }
    }
}
