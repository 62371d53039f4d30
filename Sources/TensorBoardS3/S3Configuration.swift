#if S3
    public import Foundation
    public import TensorBoard

    /// Where a store with S3's interface is, and who writes there.
    public struct S3Configuration: Sendable {
        /// The region, such as `eu-central-1`.
        public var region: String
        /// The server's address, `http://127.0.0.1:9000`; `nil` for Amazon's in the region.
        public var endpoint: URL?
        /// The name of the key.
        public var accessKeyID: String
        /// The key.
        public var secretAccessKey: String
        /// What belongs to keys that are valid for some time only.
        public var sessionToken: String?
        /// How many seconds the server may be silent.
        public var timeout: Double = 30
        /// The path of a PEM file with the certificates that a server's may be signed by; `nil` for those
        /// that the system trusts.
        public var certificateAuthorities: String?
        /// Where the proxy is looked up.
        let environment: [String: String]

        /// Makes a configuration. A proxy, where one is needed, is the one that the environment names.
        public init(
            accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
            region: String = "us-east-1", endpoint: URL? = nil
        ) {
            self.init(
                accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
                sessionToken: sessionToken, region: region, endpoint: endpoint,
                environment: ProcessInfo.processInfo.environment)
        }

        init(
            accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
            region: String, endpoint: URL?, environment: [String: String]
        ) {
            self.environment = environment
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.sessionToken = sessionToken
            self.region = region
            self.endpoint = endpoint
        }

        /// Finds what Amazon's own tools would find.
        ///
        /// | | variables | in the files |
        /// |---|---|---|
        /// | keys | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | `aws_access_key_id`, … |
        /// | region | `AWS_REGION`, `AWS_DEFAULT_REGION` | `region` |
        /// | server | `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `S3_ENDPOINT`, the last as TensorBoard has it | `endpoint_url` |
        /// | certificates | `AWS_CA_BUNDLE` | `ca_bundle` |
        /// | proxy | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, in capitals or not | |
        ///
        /// The files are `~/.aws/credentials` and `~/.aws/config`, or those that
        /// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` name, and in them the profile `default`, or
        /// that of `AWS_PROFILE`.
        ///
        /// - Parameter environment: The environment's variables.
        /// - Throws: `LogDestinationError` if there are no keys, or the server's address is none.
        public init(
            environment: [String: String] = ProcessInfo.processInfo.environment
        ) throws(LogDestinationError) {
            func variable(_ names: String...) -> String? {
                names.compactMap { environment[$0] }.first { !$0.isEmpty }
            }
            let home = variable("HOME") ?? NSHomeDirectory()
            let profile = variable("AWS_PROFILE", "AWS_DEFAULT_PROFILE") ?? "default"
            let credentials = ProfileFile(
                variable("AWS_SHARED_CREDENTIALS_FILE") ?? "\(home)/.aws/credentials")
            let config = ProfileFile(variable("AWS_CONFIG_FILE") ?? "\(home)/.aws/config")
            func setting(_ name: String) -> String? {
                credentials[profile, name] ?? config[profile, name]
            }
            let keys: (String, String, String?)
            if let id = variable("AWS_ACCESS_KEY_ID"), let key = variable("AWS_SECRET_ACCESS_KEY") {
                keys = (id, key, variable("AWS_SESSION_TOKEN"))
            } else if let id = setting("aws_access_key_id"),
                let key = setting("aws_secret_access_key")
            {
                keys = (id, key, setting("aws_session_token"))
            } else {
                throw LogDestinationError(
                    "no keys for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure",
                    isTransient: false)
            }
            let server =
                variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT", "AWS_ENDPOINT")
                ?? setting("endpoint_url")
            self.init(
                accessKeyID: keys.0, secretAccessKey: keys.1, sessionToken: keys.2,
                region: variable("AWS_REGION", "AWS_DEFAULT_REGION") ?? setting("region")
                    ?? "us-east-1", endpoint: nil, environment: environment)
            certificateAuthorities = variable("AWS_CA_BUNDLE") ?? setting("ca_bundle")
            if let server { endpoint = try Self.endpoint(server) }
        }

        private static func endpoint(_ text: String) throws(LogDestinationError) -> URL {
            // TensorBoard's variable may leave the scheme out.
            let whole = text.contains("://") ? text : "https://\(text)"
            guard let url = URL(string: whole), let scheme = url.scheme, url.host != nil,
                ["http", "https"].contains(scheme)
            else {
                // What stands before the @ may be a password.
                let parts = text.unicodeScalars.split(
                    separator: "@", omittingEmptySubsequences: false)
                let shown = parts.last.map { String($0) } ?? ""
                throw LogDestinationError(
                    "\(shown): no address of a server; set AWS_ENDPOINT_URL to one such as "
                        + "http://127.0.0.1:9000", isTransient: false)
            }
            return url
        }
    }

    /// A file of Amazon's tools: settings by profile.
    private struct ProfileFile {
        private var settings: [String: [String: String]] = [:]

        init(_ path: String) {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
            var profile = ""
            for line in text.split(whereSeparator: \.isNewline) {
                let line = line.trimmingCharacters(in: .whitespaces)
                if line.hasPrefix("["), line.hasSuffix("]") {
                    let name = line.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
                    profile =
                        name.hasPrefix("profile ")
                        ? name.dropFirst(8).trimmingCharacters(in: .whitespaces) : name
                } else if !line.hasPrefix("#"), !line.hasPrefix(";"),
                    let equals = line.firstIndex(of: "=")
                {
                    let name = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                    let value = line[line.index(after: equals)...]
                    settings[profile, default: [:]][name] = value.trimmingCharacters(
                        in: .whitespaces)
                }
            }
        }

        subscript(profile: String, name: String) -> String? {
            settings[profile]?[name].flatMap { $0.isEmpty ? nil : $0 }
        }
    }
#endif
