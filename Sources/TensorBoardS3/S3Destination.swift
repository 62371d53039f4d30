#if S3
    import NIOHTTP1
    public import TensorBoard

    /// An object store with Amazon's S3 interface, as the place where a run's files go.
    ///
    /// ```swift
    /// var options = SummaryWriter.Options()
    /// options.destination = try S3Destination("s3://bucket/log/first")
    /// let writer = try SummaryWriter(logdir: "log/first", options: options)
    /// ```
    ///
    /// TensorBoard reads it there: `tensorboard --logdir s3://bucket/log`.
    public struct S3Destination: LogDestination {
        /// The address: `s3://bucket/prefix`.
        public let name: String

        let client: S3Client
        let prefix: String

        /// Longer files are stored in parts of so many bytes, so that no more of them is in memory.
        static let partSize = 16 << 20

        /// Names a place in a bucket.
        ///
        /// - Parameters:
        ///   - address: `s3://bucket`, or with a path, below which the files get their names.
        ///   - configuration: The server and the keys; by default what the environment and the files of
        ///     Amazon's tools say, as ``S3Configuration/init(environment:)`` finds them.
        /// - Throws: `LogDestinationError` if the address is none, or no keys are found.
        public init(
            _ address: String, configuration: S3Configuration? = nil
        ) throws(LogDestinationError) {
            let scheme = "s3://"
            let rest = address.hasPrefix(scheme) ? address.dropFirst(scheme.count) : ""
            var parts = rest.unicodeScalars.split(
                separator: "/", omittingEmptySubsequences: false
            ).map { String($0) }
            if parts.count > 1, parts.last == "" { parts.removeLast() }
            let isName = { (scalar: Unicode.Scalar) in
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "."
                    || scalar == "_"
            }
            guard let bucket = parts.first, parts.allSatisfy({ !["", ".", ".."].contains($0) }),
                bucket.unicodeScalars.allSatisfy(isName)
            else {
                throw LogDestinationError(
                    "\(address): no address of a bucket; give one such as s3://bucket/log",
                    isTransient: false)
            }
            name = scheme + parts.joined(separator: "/")
            prefix = parts.dropFirst().map { $0 + "/" }.joined()
            let found = if let configuration { configuration } else { try S3Configuration() }
            client = try S3Client(bucket: bucket, configuration: found)
        }

        /// Asks the server for the bucket: whether it is there, and takes the keys.
        public func check() throws(LogDestinationError) {
            let request = S3Request(method: .GET, query: [("list-type", "2"), ("max-keys", "1")])
            do throws(S3Failure) {
                _ = try client.send(request)
            } catch {
                // Who may write need not be allowed to list.
                if error.code == "AccessDenied" { return }
                throw error.destinationError(name)
            }
        }

        /// Puts a file in the place of the object of its name.
        public func store(_ file: LogFile) throws(LogDestinationError) {
            let key = prefix + file.name
            guard file.byteCount > Self.partSize else {
                let bytes = try file.bytes(0..<file.byteCount)
                do throws(S3Failure) {
                    _ = try client.send(S3Request(method: .PUT, key: key, body: bytes))
                } catch {
                    throw error.destinationError(name, file: file.name)
                }
                return
            }
            try storeInParts(file, key)
        }

        private func storeInParts(_ file: LogFile, _ key: String) throws(LogDestinationError) {
            do throws(S3Failure) {
                let answer = try client.send(
                    S3Request(method: .POST, key: key, query: [("uploads", "")]))
                let names = ("InitiateMultipartUploadResult", "UploadId")
                guard let id = answer.document[names.0, names.1] else {
                    throw S3Failure.unexpected("it has begun no upload in parts")
                }
                do throws(S3Failure) {
                    try storeParts(of: file, key, id)
                } catch {
                    // What is there of it would be paid for.
                    _ = try? client.send(
                        S3Request(method: .DELETE, key: key, query: [("uploadId", id)]))
                    throw error
                }
            } catch {
                throw error.destinationError(name, file: file.name)
            }
        }

        private func storeParts(
            of file: LogFile, _ key: String, _ id: String
        ) throws(S3Failure) {
            var list = ""
            var number = 1
            for start in stride(from: 0, to: file.byteCount, by: Self.partSize) {
                let bytes: [UInt8]
                do throws(LogDestinationError) {
                    bytes = try file.bytes(start..<min(start + Self.partSize, file.byteCount))
                } catch {
                    throw S3Failure.ofFile(error)
                }
                let answer = try client.send(
                    S3Request(
                        method: .PUT, key: key,
                        query: [("partNumber", "\(number)"), ("uploadId", id)], body: bytes))
                let tag = (answer.headers.first(name: "etag") ?? "")
                    .replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                list += "<Part><PartNumber>\(number)</PartNumber><ETag>\(tag)</ETag></Part>"
                number += 1
            }
            let body = "<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>"
            let answer = try client.send(
                S3Request(
                    method: .POST, key: key, query: [("uploadId", id)], body: Array(body.utf8)))
            // It may fail after it has answered with 200.
            if answer.document["Error", "Code"] != nil {
                throw S3Failure.refused(
                    S3Refusal(status: 500, headers: answer.headers, document: answer.document))
            }
        }
    }
#endif
