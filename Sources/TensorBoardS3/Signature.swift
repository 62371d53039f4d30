#if S3
    import Crypto
    import Foundation

    /// Amazon's Signature Version 4, in a request's header.
    ///
    /// Source: Signature Calculations for the Authorization Header, in the Amazon S3 API Reference.
    struct Signature {
        let accessKeyID: String
        let secretAccessKey: String
        let region: String
        /// `20130524T000000Z`.
        let time: String

        private static let algorithm = "AWS4-HMAC-SHA256"

        private var day: String { String(time.prefix(8)) }
        private var scope: String { "\(day)/\(region)/s3/aws4_request" }

        /// The header's value.
        ///
        /// - Parameters:
        ///   - method: Such as `PUT`.
        ///   - path: The path as it is sent, encoded.
        ///   - query: Names and values, not encoded.
        ///   - headers: What is signed, by names in lowercase: `host`, `x-amz-date` and
        ///     `x-amz-content-sha256` at least.
        func authorization(
            method: String, path: String, query: [(String, String)], headers: [String: String]
        ) -> String {
            let names = headers.keys.sorted()
            let signedNames = names.joined(separator: ";")
            let request = [
                method, path, Self.canonicalQuery(query),
                names.map { "\($0):\(headers[$0] ?? "")\n" }.joined(), signedNames,
                headers["x-amz-content-sha256"] ?? "",
            ].joined(separator: "\n")
            let text = [Self.algorithm, time, scope, Self.hash(Array(request.utf8))].joined(
                separator: "\n")
            let signature = Self.hex(Self.mac(text, key: signingKey))
            return
                "\(Self.algorithm) Credential=\(accessKeyID)/\(scope),SignedHeaders=\(signedNames),"
                + "Signature=\(signature)"
        }

        private var signingKey: SymmetricKey {
            var key = SymmetricKey(data: Array("AWS4\(secretAccessKey)".utf8))
            for part in [day, region, "s3", "aws4_request"] {
                key = SymmetricKey(data: Array(Self.mac(part, key: key)))
            }
            return key
        }

        private static func mac(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
            HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
        }

        /// The names and values of a query, sorted and encoded.
        static func canonicalQuery(_ query: [(String, String)]) -> String {
            query.map { (encoded($0.0), encoded($0.1)) }.sorted { $0 < $1 }
                .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        }

        /// The text with everything but letters, digits and `-._~` as a percent sign and two digits.
        static func encoded(_ text: String, keeping kept: String = "") -> String {
            text.utf8.map { byte in
                let scalar = Unicode.Scalar(byte)
                let isPlain =
                    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar) || "-._~".unicodeScalars.contains(scalar)
                    || kept.unicodeScalars.contains(scalar)
                return isPlain
                    ? String(scalar)
                    : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }.joined()
        }

        /// The SHA-256 hash of bytes, in hexadecimal digits.
        static func hash(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

        private static func hex(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
#endif
