/// A sound of one channel or two.
public struct Audio: Sendable, Equatable {
    /// What was recorded; the channels of a moment side by side.
    public let samples: Samples
    /// 1 for mono, 2 for stereo.
    public let channels: Int
    /// Moments a second, in hertz.
    public let sampleRate: Int

    /// Recorded numbers, by type.
    public enum Samples: Sendable, Equatable {
        /// From -1 to 1; what lies outside is cut off, and what is not a number is silence.
        case floats([Float])
        /// As they are written.
        case int16s([Int16])

        /// How many there are, of all channels.
        public var count: Int {
            switch self {
            case .floats(let samples): samples.count
            case .int16s(let samples): samples.count
            }
        }
    }

    /// Makes a sound.
    ///
    /// - Precondition: One channel or two, with equally many samples, and a positive rate.
    public init(samples: Samples, channels: Int = 1, sampleRate: Int) {
        precondition(
            (1...2).contains(channels) && samples.count % channels == 0,
            "\(samples.count) samples do not make a sound of \(channels) channels")
        precondition(
            sampleRate > 0 && sampleRate <= Int(UInt32.max) / 4,
            "a sound of \(sampleRate) samples a second")
        self.samples = samples
        self.channels = channels
        self.sampleRate = sampleRate
    }

    /// Makes a sound of numbers from -1 to 1.
    ///
    /// - Precondition: One channel or two, with equally many samples, and a positive rate.
    public init(_ samples: [Float], channels: Int = 1, sampleRate: Int) {
        self.init(samples: .floats(samples), channels: channels, sampleRate: sampleRate)
    }

    /// The sound as a WAV file of 16-bit PCM:
    ///
    ///     file = "RIFF" size(4) "WAVE"
    ///            "fmt " 16(4) PCM = 1(2) channels(2) rate(4) bytes-a-second(4) bytes-a-moment(2) 16(2)
    ///            "data" size(4) samples(2 each)                              numbers little-endian
    ///
    /// A number x becomes x · 32767 without its fraction, as torch's writer has it.
    public func wav() -> [UInt8] {
        let pcm: [Int16] =
            switch samples {
            case .int16s(let samples): samples
            case .floats(let samples):
                samples.map { $0.isNaN ? 0 : Int16(min(max($0, -1), 1) * 32767) }
            }
        let byteCount = UInt32(truncatingIfNeeded: 2 * pcm.count)
        var file: [UInt8] = []
        file.reserveCapacity(44 + 2 * pcm.count)
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { file.append(contentsOf: $0) }
        }
        file += "RIFF".utf8
        append(36 + byteCount)
        file += "WAVEfmt ".utf8
        append(16 as UInt32)
        append(1 as UInt16)
        append(UInt16(channels))
        append(UInt32(sampleRate))
        append(UInt32(sampleRate * channels * 2))
        append(UInt16(channels * 2))
        append(16 as UInt16)
        file += "data".utf8
        append(byteCount)
        pcm.withUnsafeBytes { file += $0 }
        return file
    }
}
