import TensorFlowTypes
import Testing

@Suite struct DataTypeTests {
    /// `types.proto` and `dtypes.py` of TensorFlow 2.21.
    @Test(
        arguments: [
            (.float, 1, "float32", 4), (.double, 2, "float64", 8), (.int32, 3, "int32", 4),
            (.string, 7, "string", 0), (.complex64, 8, "complex64", 8), (.bool, 10, "bool", 1),
            (.qint8, 11, "qint8", 1), (.bfloat16, 14, "bfloat16", 2), (.half, 19, "float16", 2),
            (.resource, 20, "resource", 0), (.variant, 21, "variant", 0),
            (.uint64, 23, "uint64", 8), (.float8E4M3FN, 25, "float8_e4m3fn", 1),
            (.float8E4M3B11FNUZ, 27, "float8_e4m3b11fnuz", 1), (.uint2, 32, "uint2", 1),
            (.floatReference, 101, "float32_ref", 0), (.halfReference, 119, "float16_ref", 0),
            (.uint2Reference, 132, "uint2_ref", 0),
        ] as [(DataType, Int32, String, Int)])
    func tensorFlows(_ type: DataType, _ number: Int32, _ name: String, _ byteCount: Int) {
        #expect(type.rawValue == number && DataType(rawValue: number) == type)
        #expect(type.name == name && type.byteCount == byteCount)
    }

    @Test func references() {
        for type in DataType.allCases where !type.isReference {
            let reference = DataType(rawValue: type.rawValue + 100)
            #expect(reference?.isReference == true && reference?.name == "\(type.name)_ref")
            #expect(type.isOfArrays == ![.resource, .variant].contains(type))
            #expect(reference?.isOfArrays == false)
        }
        #expect(DataType.allCases.count == 64 && DataType(rawValue: 0) == nil)
    }
}
