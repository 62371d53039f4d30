#if S3
    import AsyncHTTPClient
    import Foundation
    import TensorBoard

    /// A proxy through which a server is reached.
    struct HTTPProxy: Sendable, Equatable {
        enum Kind: String { case http, socks5 }

        let kind: Kind
        let host: String
        let port: Int
        var credentials: String?

        /// What messages call it; without a password.
        var name: String {
            "the proxy \(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }

        var configuration: HTTPClient.Configuration.Proxy {
            guard kind == .http else { return .socksServer(host: host, port: port) }
            let authorization = credentials.map {
                HTTPClient.Authorization.basic(
                    credentials: Data($0.utf8).base64EncodedString())
            }
            return .server(host: host, port: port, authorization: authorization)
        }

        /// The proxy that an environment names for a server, by the variables of curl and of Amazon's
        /// tools.
        ///
        /// | | variables |
        /// |---|---|
        /// | of a server at `http://` | `http_proxy`, `HTTP_PROXY`, `all_proxy`, `ALL_PROXY` |
        /// | of one at `https://` | `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY` |
        /// | servers that are reached without | `no_proxy`, `NO_PROXY`: names, domains, addresses, `*` |
        ///
        /// - Returns: `nil` if there is none.
        /// - Throws: `LogDestinationError` if a variable holds no address of a proxy.
        init?(
            for server: URLComponents, environment: [String: String]
        ) throws(LogDestinationError) {
            guard let scheme = server.scheme?.lowercased(), let host = server.host else {
                return nil
            }
            let names = [
                "\(scheme)_proxy", "\(scheme)_proxy".uppercased(), "all_proxy", "ALL_PROXY",
            ]
            guard let variable = names.first(where: { environment[$0]?.isEmpty == false }),
                let text = environment[variable]
            else { return nil }
            let exceptions = ProxyExceptions(
                environment["no_proxy"].flatMap { $0.isEmpty ? nil : $0 }
                    ?? environment["NO_PROXY"] ?? "")
            let port = server.port ?? (scheme == "http" ? 80 : 443)
            if exceptions.contains(host: host, port: port) { return nil }
            try self.init(address: text, variable: variable)
        }

        private init(address: String, variable: String) throws(LogDestinationError) {
            let whole = address.contains("://") ? address : "http://\(address)"
            let parts = URLComponents(string: whole)
            let kinds: [String: Kind] = ["http": .http, "socks5": .socks5, "socks5h": .socks5]
            guard let parts, let scheme = parts.scheme?.lowercased(), let kind = kinds[scheme],
                let host = parts.host, !host.isEmpty, kind == .http || parts.user == nil
            else {
                throw LogDestinationError(
                    "\(variable) names no proxy that can be used; set it to one such as "
                        + "http://name:password@host:3128 or socks5://host:1080, or name the server in "
                        + "NO_PROXY", isTransient: false)
            }
            self.kind = kind
            self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            port = parts.port ?? 1080
            credentials = parts.user.map { "\($0):\(parts.password ?? "")" }
        }
    }

    /// The servers that are reached without a proxy, as `NO_PROXY` lists them.
    struct ProxyExceptions {
        private let entries: [String]

        init(_ text: String) {
            entries = text.split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() }
        }

        /// Whether a server is among them, or in one of their domains or networks.
        func contains(host: String, port: Int) -> Bool {
            let host = Self.withoutBrackets(host.lowercased())
            return entries.contains { entry in
                if entry == "*" { return true }
                var entry = entry
                if entry.hasSuffix(":\(port)"),
                    entry.filter({ $0 == ":" }).count == 1
                        || entry.contains("]:")
                {
                    entry.removeLast(":\(port)".count)
                }
                entry = Self.withoutBrackets(entry)
                if let network = NetworkAddress.network(entry), let address = NetworkAddress(host) {
                    return address.isIn(network.address, bits: network.bits)
                }
                let domain = entry.drop { $0 == "." }
                return !domain.isEmpty && (host == domain || host.hasSuffix(".\(domain)"))
            }
        }

        private static func withoutBrackets(_ host: String) -> String {
            host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        }
    }

    /// An address of the Internet Protocol: 4 bytes, or 16.
    struct NetworkAddress: Equatable {
        let bytes: [UInt8]

        init?(_ text: String) {
            var four = in_addr()
            var sixteen = in6_addr()
            if inet_pton(AF_INET, text, &four) == 1 {
                bytes = withUnsafeBytes(of: &four) { Array($0) }
            } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
                bytes = withUnsafeBytes(of: &sixteen) { Array($0) }
            } else {
                return nil
            }
        }

        /// An address, `10.0.0.1`, or a network, `10.0.0.0/8`.
        static func network(_ text: String) -> (address: NetworkAddress, bits: Int)? {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let address = NetworkAddress(String(parts[0])) else { return nil }
            let all = 8 * address.bytes.count
            guard parts.count > 1 else { return (address, all) }
            guard let bits = Int(parts[1]), (0...all).contains(bits) else { return nil }
            return (address, bits)
        }

        /// Whether the first bits are those of another one.
        func isIn(_ other: NetworkAddress, bits: Int) -> Bool {
            guard bytes.count == other.bytes.count else { return false }
            return bytes.indices.allSatisfy { index in
                let kept = min(max(bits - 8 * index, 0), 8)
                return (bytes[index] ^ other.bytes[index]) >> UInt8(8 - kept) == 0
            }
        }
    }
#endif
