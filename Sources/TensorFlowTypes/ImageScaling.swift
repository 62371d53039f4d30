/// How TensorFlow 1's `ImageSummary` makes bytes of a picture's numbers.
///
/// Where nothing is negative, 0 becomes 0 and the greatest number 255; else 0 becomes 128 and the
/// number farthest from it 1 or 255. A picture whose numbers are all below 1e-6 in magnitude comes
/// out flat. A pixel of which any channel is infinite or not a number is not measured and becomes
/// red: white where there is no colour.
///
/// Source: `tensorflow/core/kernels/summary_image_op.cc`.
package enum ImageScaling {
    /// The bytes of a picture's numbers.
    ///
    /// - Parameters:
    ///   - numbers: height × width × `channels` numbers, the last varying fastest.
    ///   - channels: 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    package static func bytes(_ numbers: Span<Float>, channels: Int) -> [UInt8] {
        numbers.withUnsafeBufferPointer { numbers in
            [UInt8](unsafeUninitializedCapacity: numbers.count) { bytes, count in
                count = numbers.count
                if let range = NumberRange(numbers) {
                    write(numbers, to: bytes, range.scaling)
                } else {
                    writeGoodPixels(of: numbers, to: bytes, channels: channels)
                }
            }
        }
    }

    /// Red and opaque; TensorFlow's bad colour, cut to the channels that there are, but for gray
    /// with alpha, which TensorFlow does not know.
    package static func badColor(channels: Int) -> [UInt8] {
        channels == 2 ? [255, 255] : Array([255, 0, 0, 255].prefix(channels))
    }
}

private typealias Scaling = (scale: Float, offset: Float)

/// So many numbers are scaled at a time.
private typealias Numbers = SIMD16<Float>

extension Numbers {
    fileprivate init(at index: Int, of numbers: UnsafeBufferPointer<Float>) {
        self = UnsafeRawBufferPointer(numbers).loadUnaligned(
            fromByteOffset: index * MemoryLayout<Float>.stride, as: Self.self)
    }

    /// The places at which as many begin, and behind them fewer.
    fileprivate static func places(in numbers: UnsafeBufferPointer<Float>) -> StrideTo<Int> {
        stride(from: 0, to: numbers.count / scalarCount * scalarCount, by: scalarCount)
    }
}

/// The least and the greatest of some numbers.
private struct NumberRange {
    private var minimum = Float.infinity
    private var maximum = -Float.infinity

    /// Fails where a number is infinite or not a number.
    init?(_ numbers: UnsafeBufferPointer<Float>) {
        var least = Numbers(repeating: minimum)
        var greatest = Numbers(repeating: maximum)
        var sum = Numbers()
        var rest = 0
        for index in Numbers.places(in: numbers) {
            let next = Numbers(at: index, of: numbers)
            least.replace(with: next, where: next .< least)
            greatest.replace(with: next, where: next .> greatest)
            sum += next
            rest = index + Numbers.scalarCount
        }
        // What is not a number is neither the least nor the greatest, but makes a sum that is none.
        guard sum == sum, numbers[rest...].allSatisfy(\.isFinite) else { return nil }
        (minimum, maximum) = (least.min(), greatest.max())
        add(numbers[rest...])
        guard numbers.isEmpty || (minimum.isFinite && maximum.isFinite) else { return nil }
    }

    /// Of the pixels that are not bad.
    init(_ numbers: UnsafeBufferPointer<Float>, channels: Int, bad: [Int]) {
        var start = 0
        for pixel in bad + [numbers.count / channels] {
            add(numbers[start..<pixel * channels])
            start = min((pixel + 1) * channels, numbers.count)
        }
    }

    private mutating func add(_ numbers: Slice<UnsafeBufferPointer<Float>>) {
        for number in numbers {
            minimum = min(minimum, number)
            maximum = max(maximum, number)
        }
    }

    /// What turns the numbers into 0..<256.
    var scaling: Scaling {
        let (range, middle): (Float, Float) = minimum < 0 ? (127, 128) : (255, 0)
        let farthest = minimum < 0 ? max(-minimum, maximum.magnitude) : maximum
        return (farthest < 1e-6 ? 0 : range / farthest, middle)
    }
}

/// Writes finite numbers, whose fractions are cut off.
private func write(
    _ numbers: UnsafeBufferPointer<Float>, to bytes: UnsafeMutableBufferPointer<UInt8>,
    _ scaling: Scaling
) {
    // From here on floats are whole numbers, and their lowest bits count them.
    let wholeFloats = Numbers(repeating: 8_388_608)
    var rest = 0
    for index in Numbers.places(in: numbers) {
        let number = Numbers(at: index, of: numbers) * scaling.scale + scaling.offset
        let nearest = number + wholeFloats
        let excess = Numbers().replacing(with: 1, where: nearest - wholeFloats .> number)
        let bits = unsafeBitCast(nearest - excess, to: SIMD16<UInt32>.self)
        UnsafeMutableRawBufferPointer(bytes).storeBytes(
            of: SIMD16<UInt8>(truncatingIfNeeded: bits), toByteOffset: index,
            as: SIMD16<UInt8>.self)
        rest = index + Numbers.scalarCount
    }
    for index in rest..<numbers.count { bytes[index] = byte(numbers[index], scaling) }
}

/// Writes numbers of which some are not finite.
private func writeGoodPixels(
    of numbers: UnsafeBufferPointer<Float>, to bytes: UnsafeMutableBufferPointer<UInt8>,
    channels: Int
) {
    let bad = (0..<numbers.count / channels).filter { pixel in
        !numbers[pixel * channels..<(pixel + 1) * channels].allSatisfy(\.isFinite)
    }
    let scaling = NumberRange(numbers, channels: channels, bad: bad).scaling
    for index in numbers.indices { bytes[index] = byte(numbers[index], scaling) }
    let badColor = ImageScaling.badColor(channels: channels)
    for pixel in bad {
        for channel in 0..<channels { bytes[pixel * channels + channel] = badColor[channel] }
    }
}

/// What is not a number gives 0.
private func byte(_ number: Float, _ scaling: Scaling) -> UInt8 {
    UInt8(min(max(0, number * scaling.scale + scaling.offset), 255))
}
