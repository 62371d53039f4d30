import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct WrittenTensorTypeTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// The types of the tensors that are written, and their bytes.
    func written(_ tensors: [TensorValue]) throws -> [(type: Int, bytes: [UInt8])] {
        let writer = try SummaryWriter(logdir: folder.path)
        for (index, tensor) in tensors.enumerated() {
            try writer.addTensor(
                tensor, plugin: .init(name: "any"), tag: "\(index)", step: 1)
        }
        try writer.close()
        let offsets = try events(of: writer.path).map(\.offset)
        let file = try Data(contentsOf: URL(filePath: writer.path))
        return try (offsets + [file.count]).adjacentPairs().dropFirst(2).map { start, end in
            let event = try WireMessage(file[(start + 12)..<(end - 4)])
            let tensor = try event.messages(5)[0].messages(1)[0].messages(8)[0]
            return (Int(tensor.int(1)), tensor.bytes(4))
        }
    }

    @Test func numbersOfEveryType() throws {
        let tensors = [
            TensorValue([-1, 127] as [Int8], shape: [2]), .init([-2] as [Int16], shape: []),
            .init([0xfffe] as [UInt16], shape: []), .init([0xffff_fffd] as [UInt32], shape: []),
            .init([.max - 1] as [UInt64], shape: [1]), .init([true, false], shape: [2]),
            .init([Complex<Float>(real: 1.5, imaginary: -2)], shape: []),
            .init([Complex<Double>(real: 1.5, imaginary: -2)], shape: []),
        ]
        let written = try written(tensors)
        #expect(written.map(\.type) == [6, 5, 17, 22, 23, 10, 8, 18])
        func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] {
            numbers.withUnsafeBytes { Array($0) }
        }
        let expected = [
            [0xff, 0x7f], [0xfe, 0xff], [0xfe, 0xff], [0xfd, 0xff, 0xff, 0xff],
            bytes([UInt64.max - 1]), [1, 0], bytes([1.5, -2] as [Float]),
            bytes([1.5, -2] as [Double]),
        ]
        #expect(written.map(\.bytes) == expected)
    }

    #if !(os(macOS) && arch(x86_64))
        /// All numbers that there are, what lies between two of them, and what lies beyond.
        @Test func halvesAreTheNearest() throws {
            var numbers: [Float] = [65_519.996, 65_520, 1e10, -1e10, 0x1p-25, 0x1p-26, .infinity]
            for pattern in stride(from: 0, to: 0x7bff, by: 1) as StrideTo<UInt16> {
                let number = Float(Float16(bitPattern: pattern))
                let next = Float(Float16(bitPattern: pattern + 1))
                let middle = (number + next) / 2
                numbers += [number, -number, middle, -middle, middle.nextUp, middle.nextDown]
            }
            let written = try written([.init(half: numbers, shape: [numbers.count])])[0]
            #expect(written.type == 19)
            let expected = numbers.map { Float16($0).bitPattern }
            #expect(Data(written.bytes).numbers(UInt16.self) == expected)
        }
    #endif

    /// Two that are equally near go to the one whose last bit is 0.
    @Test func bfloat16sAreTheNearest() throws {
        let numbers: [Float] = [
            1, -1.5, 1.003_906_3, 1.011_718_8, 3.402_823_5e38, 0x1p-133, .infinity, 0, -0.0,
        ]
        let written = try written([.init(bfloat16: numbers, shape: [numbers.count])])[0]
        #expect(written.type == 14)
        #expect(
            Data(written.bytes).numbers(UInt16.self) == [
                0x3f80, 0xbfc0, 0x3f80, 0x3f82, 0x7f80, 0x0001, 0x7f80, 0, 0x8000,
            ])
    }

    @Test func numbersOfEveryTypeArePoints() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addScalar(0.1, tag: "literal", step: 1)
        try writer.addScalar(3, tag: "literal", step: 2)
        try writer.addScalar(0.1 as Double, tag: "double", step: 1)
        try writer.addScalar(1e300 as Double, tag: "double", step: 2)
        try writer.addScalar(-7 as Int8, tag: "int8", step: 1)
        try writer.addScalar(UInt64.max, tag: "uint64", step: 1)
        try writer.addScalar(1 << 53, tag: "int", step: 1)
        try writer.addScalar(true, tag: "bool", step: 1)
        try writer.close()
        let values = try events(of: writer.path).flatMap(\.values).map(\.content)
        let expected: [Float] = [0.1, 3, 0.1, .infinity, -7, 0x1p64, 0x1p53, 1]
        #expect(values == expected.map { .scalar($0) })
    }
}

extension Array {
    fileprivate func adjacentPairs() -> [(Element, Element)] {
        Array<(Element, Element)>(zip(self, dropFirst()))
    }
}
