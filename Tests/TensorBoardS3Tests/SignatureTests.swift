#if S3
    import Testing

    @testable import TensorBoardS3

    /// The examples of Amazon's "Signature Calculations for the Authorization Header".
    @Suite struct SignatureTests {
        static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

        let signature = Signature(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1",
            time: "20130524T000000Z")

        func signed(
            _ method: String, _ path: String, _ query: [(String, String)] = [],
            _ headers: [String: String] = [:], hash: String = SignatureTests.empty
        ) -> String {
            let all = headers.merging([
                "host": "examplebucket.s3.amazonaws.com", "x-amz-date": "20130524T000000Z",
                "x-amz-content-sha256": hash,
            ]) { first, _ in first }
            return signature.authorization(method: method, path: path, query: query, headers: all)
        }

        @Test func getOfAnObject() {
            #expect(
                signed("GET", "/test.txt", [], ["range": "bytes=0-9"])
                    == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                    + "aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="
                    + "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        }

        @Test func putOfAnObject() {
            let body = Array("Welcome to Amazon S3.".utf8)
            #expect(
                Signature.hash(body)
                    == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
            let headers = [
                "date": "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
            ]
            let path = "/" + Signature.encoded("test$file.text", keeping: "/")
            #expect(path == "/test%24file.text")
            #expect(
                signed("PUT", path, [], headers, hash: Signature.hash(body)).hasSuffix(
                    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
        }

        @Test func bucketQueries() {
            #expect(
                signed("GET", "/", [("lifecycle", "")]).hasSuffix(
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
            #expect(
                signed("GET", "/", [("prefix", "J"), ("max-keys", "2")]).hasSuffix(
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
        }
    }
#endif
