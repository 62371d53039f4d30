#if S3
    import Foundation

    /// Where a bucket is.
    struct S3Place: Equatable {
        /// Scheme, host and port: `https://host:9000`.
        let server: String
        /// What the header `Host` says.
        let host: String
        /// The path below which the keys are; empty, or with a slash before it.
        let path: String

        init(of bucket: String, _ configuration: S3Configuration) {
            if let endpoint = configuration.endpoint, let host = endpoint.host {
                let scheme = endpoint.scheme?.lowercased() ?? "https"
                let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
                // The scheme's own port is not sent in the header, so it must not be signed.
                let ownPort = scheme == "http" ? 80 : 443
                let number = endpoint.port ?? ownPort
                let port = number == ownPort ? "" : ":\(number)"
                let path =
                    endpoint.path.hasSuffix("/")
                    ? String(endpoint.path.dropLast()) : endpoint.path
                server = "\(scheme)://\(name)\(port)"
                self.host = name + port
                self.path = "\(Signature.encoded(path, keeping: "/"))/\(bucket)"
            } else {
                let domain =
                    configuration.region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
                let service = "s3.\(configuration.region).\(domain)"
                // A bucket with dots has no certificate of its own.
                let isInPath = bucket.contains(".")
                host = isInPath ? service : "\(bucket).\(service)"
                server = "https://\(host)"
                path = isInPath ? "/\(bucket)" : ""
            }
        }
    }
#endif
