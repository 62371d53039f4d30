internal import RecordIO

/// Other sets of MNIST's format.
extension MNIST {
    /// The names of ten digits.
    static let digitNames = (0..<10).map { "\($0)" }
    private static let capitals = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map {
        String(UnicodeScalar($0))
    }
    private static let letters = capitals.map { $0.lowercased() }

    /// The classes of labels: named by `classes.txt` in the folder, a name a line, or numbered.
    ///
    /// - Throws: where a class between others has no images, or the names are not as many.
    static func classNames(
        of examples: Examples, in folder: String
    ) throws(DatasetError) -> [String] {
        guard let labels = examples.labels, let greatest = labels.max() else { return [] }
        var counts = [Int](repeating: 0, count: 256)
        for label in labels { counts[Int(label)] += 1 }
        let count = Int(greatest) + 1
        let path = FilePath.joining(folder, "classes.txt")
        guard Folder.exists(path) else { return (0..<count).map { "\($0)" } }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.contents(of: path, limit: 1 << 16)
        } catch {
            throw DatasetError(error)
        }
        let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { String($0) }
        guard names.count == count else {
            throw DatasetError(.wrongNameCount(names.count, classes: count), path: path)
        }
        return names
    }

    /// Refuses labels of which one between others is missing.
    ///
    /// - Parameter path: what the error names.
    public func checkClasses(path: String) throws(DatasetError) {
        guard let labels = all.labels else { return }
        let there = Set(labels)
        for label in 0..<classNames.count where !there.contains(UInt8(label)) {
            throw DatasetError(.emptyClass(label), path: path)
        }
    }

    // MARK: EMNIST

    /// The set and its folder that a path names: `MNIST/emnist-letters`.
    static func emnist(at path: String) -> (set: String, folder: String)? {
        let name = FilePath.name(of: path)
        guard name.hasPrefix("emnist-"), !Folder.exists(path) else { return nil }
        let folder = name == path ? "." : FilePath.folder(of: path)
        let sets = try? emnistSets(in: folder)
        return sets?.contains(name) == true ? (name, folder) : nil
    }

    /// The sets of EMNIST that a folder has, such as `emnist-letters`.
    static func emnistSets(in folder: String) throws(DatasetError) -> [String] {
        do throws(FileError) {
            let names = try Folder.entries(of: folder).compactMap { entry in
                entry.name.wholeMatch(
                    of: /(emnist-[a-z]+)-train-images[-.]idx3-ubyte(\.gz)?/
                ).map { String($0.1) }
            }
            return Set(names).sorted()
        } catch {
            throw DatasetError(error)
        }
    }

    /// Reads one of EMNIST's sets (Cohen et al., "EMNIST: extending MNIST to handwritten letters",
    /// IJCNN 2017), whose images lie on their sides, and whose letters count from 1 where there are
    /// no digits.
    init(emnist set: String, in folder: String, validationCount: Int) throws(DatasetError) {
        let training = try Self.examples(
            "\(set)-train", in: folder, atLeast: validationCount + 1)
        let test = try Self.examples("\(set)-test", in: folder, atLeast: 1)
        let first: UInt8 = set == "emnist-letters" ? 1 : 0
        let count = Int(training.labels?.max() ?? 0) + 1 - Int(first)
        let names =
            switch (set, count) {
            case ("emnist-letters", 26): Self.letters
            case (_, 10): Self.digitNames
            case (_, 47):
                Self.digitNames + Self.capitals
                    + Self.letters.filter { "abdefghnqrt".contains($0) }
            case (_, 62): Self.digitNames + Self.capitals + Self.letters
            default: (0..<max(count, 0)).map { "\($0)" }
            }
        self.init(
            training: training.upright(firstLabel: first),
            test: test.upright(firstLabel: first), classNames: names,
            validationCount: validationCount)
    }
}

extension Examples {
    /// With rows and columns swapped, and labels counted from 0.
    fileprivate func upright(firstLabel: UInt8) -> Examples {
        let (side, size) = (MNIST.side, MNIST.pixelCount)
        var turned = [UInt8](repeating: 0, count: bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            for image in 0..<count {
                for row in 0..<side {
                    for column in 0..<side {
                        turned[image * size + row * side + column] =
                            bytes[image * size + column * side + row]
                    }
                }
            }
        }
        return Examples(
            bytes: turned[...],
            labels: (labels?.map { $0 >= firstLabel ? $0 - firstLabel : $0 })?[...])
    }
}
