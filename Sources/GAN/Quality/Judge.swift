internal import CJudge
internal import Checkpoints
public import RecordIO
internal import TensorGraph

/// A small classifier that says how good samples are: what it sees in them is compared with what it
/// sees in real images.
///
///     let judge = try Judge.builtIn
///     let session = try JudgeSession(judge, threads: 2)
///     let features = try session.features(count: 1000) { images.pixels($0) }
///     Judgement(features, reference: judge.reference)[.frechetDistance]
///
/// Distances depend on the classifier: those of another one are not comparable with them.
public struct Judge: Sendable {
    /// Which judge it is: another one has another version.
    public let version: String
    /// The images that it was trained on, such as `MNIST`.
    public let data: String
    /// How many classes it knows.
    public let classCount: Int
    /// The share of the test images whose class it finds.
    public let accuracy: Double
    /// The checksum (CRC-32C) of the test images and their labels.
    let referenceChecksum: UInt32
    /// The features of all test images.
    public let reference: QualityReference
    /// How good ``floorCount`` training images are: what the best samples can come to.
    public let floor: [QualityMeasure: Double]
    /// The weights, in the order of ``JudgeNetwork/variables``.
    let weights: [TensorValue]

    /// How many training images ``floor`` is of.
    public static let floorCount = 10_000

    init(
        version: String, data: String, classCount: Int, accuracy: Double,
        reference: QualityReference, referenceChecksum: UInt32,
        floor: [QualityMeasure: Double], weights: [TensorValue]
    ) {
        (self.version, self.data, self.classCount) = (version, data, classCount)
        (self.accuracy, self.reference, self.floor) = (accuracy, reference, floor)
        (self.referenceChecksum, self.weights) = (referenceChecksum, weights)
    }

    /// The judge of MNIST's digits that is embedded in the binary; `gan train-judge` made it.
    ///
    /// - Throws: only if the binary itself is damaged.
    public static var builtIn: Judge {
        get throws {
            let bytes = Array(UnsafeBufferPointer(start: judge_weights, count: judge_weights_size))
            return try Judge(SafeTensors(bytes, path: "the embedded judge"), "the embedded judge")
        }
    }

    /// Reads a judge that `gan train-judge` made.
    ///
    /// - Throws: `SafeTensorsError`; ``JudgeError/notAJudge(_:)``.
    public init(reading path: String) throws {
        try self.init(SafeTensors(reading: path, limit: 1 << 26), path)
    }
}

// MARK: Its file

extension Judge {
    private static let format = "GANBoard judge 1"

    private enum Name {
        static let mean = "reference/mean"
        static let covariance = "reference/covariance"
        static let points = "reference/points"
        static let count = "reference/count"
    }

    private init(_ file: SafeTensors, _ path: String) throws {
        let failure = JudgeError.notAJudge(path)
        func floats(_ name: String, _ shape: [Int?]) throws -> [Float] {
            guard let tensor = file.tensor(name), tensor.shape.count == shape.count,
                zip(tensor.shape, shape).allSatisfy({ $1 == nil || $0 == $1 }),
                let floats = tensor.asFloats, floats.allSatisfy(\.isFinite)
            else { throw failure }
            return floats
        }
        guard file.metadata["format"] == Self.format, let version = file.metadata["version"],
            let data = file.metadata["data"],
            let classCount = file.metadata["classes"].flatMap({ Int($0) }),
            (1...256).contains(classCount),
            let accuracy = file.metadata["accuracy"].flatMap({ Double($0) }), accuracy.isFinite,
            let checksum = file.metadata["test_crc32c"].flatMap({ UInt32($0, radix: 16) }),
            let count = file.tensor(Name.count)?.int, count > 1
        else { throw failure }
        let size = JudgeNetwork.featureCount
        let points = try floats(Name.points, [nil, size])
        guard points.count / size > ReferencePoints.neighbours else { throw failure }
        let moments = Moments(
            count: count, mean: try floats(Name.mean, [size]).map(Double.init),
            covariance: SymmetricMatrix(
                try floats(Name.covariance, [size, size]).map(Double.init), size: size))
        var floor: [QualityMeasure: Double] = [:]
        for measure in QualityMeasure.allCases {
            guard let number = file.metadata["floor/\(measure.rawValue)"].flatMap({ Double($0) })
            else { throw failure }
            floor[measure] = number
        }
        let variables = JudgeNetwork(classCount: classCount, seed: nil).variables
        self.init(
            version: version, data: data, classCount: classCount, accuracy: accuracy,
            reference: QualityReference(
                moments,
                Rows(points.map(Double.init), count: points.count / size, size: size),
                pointCount: QualityReference.greatestPointCount),
            referenceChecksum: checksum, floor: floor,
            weights: try variables.map { variable in
                TensorValue(
                    try floats(variable.name, variable.shape.map { $0 }), shape: variable.shape)
            })
    }

    /// Writes the judge: its weights and the real images' features in half precision, which it was
    /// rounded to before anything was measured.
    ///
    /// - Throws: `FileError`.
    public func write(to path: String) throws(FileError) {
        var file = SafeTensors()
        file.metadata = [
            "format": Self.format, "version": version, "data": data, "classes": "\(classCount)",
            "accuracy": "\(accuracy)", "test_crc32c": String(referenceChecksum, radix: 16),
        ]
        for (measure, number) in floor { file.metadata["floor/\(measure.rawValue)"] = "\(number)" }
        let variables = JudgeNetwork(classCount: classCount, seed: nil).variables
        let size = JudgeNetwork.featureCount
        let moments = reference.moments
        file.tensors =
            zip(variables, weights).map { variable, weights in
                (variable.name, TensorValue(half: weights.floats, shape: weights.shape))
            } + [
                (Name.count, TensorValue([Int64(moments.count)], shape: [])),
                (Name.mean, TensorValue(moments.mean.map { Float($0) }, shape: [size])),
                (
                    Name.covariance,
                    TensorValue(moments.covariance.values.map { Float($0) }, shape: [size, size])
                ),
                (
                    Name.points,
                    TensorValue(
                        half: reference.rows.values.map { Float($0) },
                        shape: [reference.rows.count, size])
                ),
            ]
        try file.write(to: path)
    }
}

/// Why there is no judge, or nothing that it can judge.
public enum JudgeError: Error, Equatable, CustomStringConvertible {
    /// The file is none of a judge.
    case notAJudge(String)
    /// The data has no labels, or no test images.
    case unlabeled
    /// There are so few images.
    case tooFew(Int)

    /// What is wrong and what to do, in one line.
    public var description: String {
        switch self {
        case .notAJudge(let path):
            "\(path) is no judge; gan train-judge makes one"
        case .unlabeled:
            "a judge is trained on labels and measured on test images: give a folder that has both by --data"
        case .tooFew(let count):
            "\(count) images are too few to judge; give at least \(Judgement.leastCount), better 10000"
        }
    }
}

extension TensorValue {
    /// The numbers of an array of float32 or of float16; `nil` for another type.
    fileprivate var asFloats: [Float]? {
        switch elements {
        case .float(let floats): floats
        case .bytes(.half, let bytes):
            stride(from: 0, to: bytes.count - 1, by: 2).map {
                Float(halfBits: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
            }
        default: nil
        }
    }
}
