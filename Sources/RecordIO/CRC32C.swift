import CRecordIO

/// The checksum of TensorFlow's files: CRC-32 with Castagnoli's polynomial (RFC 3720, appendix
/// B.4).
///
/// It runs on the processor's own instructions where there are any: above 20 GB/s on long buffers
/// of a machine of 2021, against 1.5 GB/s by tables.
///
/// ```swift
/// CRC32C.checksum(of: Array("123456789".utf8).span.bytes)  // 0xe306_9283
/// ```
public enum CRC32C {
    /// The checksum of some bytes.
    public static func checksum(of bytes: RawSpan) -> UInt32 {
        extend(0, by: bytes)
    }

    /// The checksum of some bytes followed by others, from the checksum of the first.
    public static func extend(_ checksum: UInt32, by bytes: RawSpan) -> UInt32 {
        bytes.withUnsafeBytes { crc32c_extend(checksum, $0.baseAddress, $0.count) }
    }

    /// The checksum as files store it: turned right by 15 bits, and a constant added, because the
    /// checksum of data that hold their own checksum says little.
    public static func mask(_ checksum: UInt32) -> UInt32 {
        (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
    }

    /// The checksum that `mask(_:)` gave `masked` for.
    public static func unmask(_ masked: UInt32) -> UInt32 {
        let turned = masked &- 0xa282_ead8
        return turned >> 17 | turned << 15
    }
}

extension CRC32C {
    /// A way of computing the checksum; all give the same.
    public enum Implementation: CaseIterable, Sendable {
        /// Look-ups in eight tables; runs anywhere.
        case table
        /// x86-64's instructions of SSE4.2 and PCLMULQDQ.
        case sse42
        /// ARMv8's instructions of the CRC32 and PMULL extensions.
        case armv8

        /// Whether this machine can run it.
        public var isSupported: Bool {
            crc32c_is_supported(selector)
        }

        /// The checksum of some bytes, computed in this way.
        ///
        /// - Precondition: The implementation is supported.
        public func checksum(of bytes: RawSpan) -> UInt32 {
            precondition(isSupported, "this machine cannot compute CRC32C by \(self)")
            return bytes.withUnsafeBytes {
                crc32c_extend_with(selector, 0, $0.baseAddress, $0.count)
            }
        }

        private var selector: crc32c_implementation {
            switch self {
            case .table: CRC32C_TABLE
            case .sse42: CRC32C_SSE42
            case .armv8: CRC32C_ARMV8
            }
        }
    }
}
