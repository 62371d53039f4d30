internal import RecordIO

/// Puts a tensor together from its parts.
struct PartitionedTensor {
    private let elementType: DataType
    private let shape: [Int]
    private var parts: [(part: TensorValue, ranges: [Range<Int>])] = []

    init(elementType: DataType, shape: [Int]) {
        self.elementType = elementType
        self.shape = shape
    }

    /// Whether the tensor has so many elements, and the machine memory for them and their parts.
    func hasRoom(for count: Int) -> Bool {
        elementCount(ofShape: shape) == count
            && count <= Memory.physical / 2 / max(1, elementType.byteCount)
    }

    /// Adds a part.
    ///
    /// - Parameters:
    ///   - part: Elements of the same type, in the shape of `ranges`.
    ///   - ranges: Where it lies, as `TensorSlice.ranges` gives them.
    mutating func add(_ part: TensorValue, at ranges: [Range<Int>]) {
        if !ranges.contains(where: \.isEmpty) { parts.append((part, ranges)) }
    }

    /// The tensor; `nil` if an element is in no part or in several. The parts are known to be in
    /// memory already, so that it takes no more than was there to be read.
    func tensor() -> TensorValue? {
        guard let count = elementCount(ofShape: shape) else { return nil }
        let size = elementType.byteCount
        var bytes = [UInt8](repeating: 0, count: count * size)
        var strings = [[UInt8]](repeating: [], count: elementType == .string ? count : 0)
        var isFilled = [Bool](repeating: false, count: count)
        var filledCount = 0
        for (part, ranges) in parts {
            let runs = SliceRuns(ranges, in: shape)
            let (partBytes, partStrings) = (part.bytes, part.strings)
            for (index, start) in runs.starts.enumerated() {
                let whole = start..<start + runs.length
                let source = index * runs.length
                for element in whole {
                    if isFilled[element] { return nil }
                    isFilled[element] = true
                }
                if elementType == .string {
                    strings.replaceSubrange(
                        whole, with: partStrings[source..<source + runs.length])
                } else {
                    bytes.replaceSubrange(
                        whole.lowerBound * size..<whole.upperBound * size,
                        with: partBytes[source * size..<(source + runs.length) * size])
                }
            }
            filledCount += runs.starts.count * runs.length
        }
        guard filledCount == count else { return nil }
        return elementType == .string
            ? TensorValue(byteStrings: strings, shape: shape)
            : TensorValue(type: elementType, bytes: bytes, shape: shape)
    }
}
