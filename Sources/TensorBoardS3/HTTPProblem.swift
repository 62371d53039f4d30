#if S3
    import AsyncHTTPClient
    import Foundation
    import NIOCore
    import NIOHTTP1
    import NIOPosix
    import NIOSSL

    /// Why a server has not answered, in words that name it and the way out.
    struct HTTPProblem: Error {
        let words: String
        let isTransient: Bool

        private enum Kind {
            case late
            case closed
            case unreachable(String)
            case unknownName
            case untrusted(String)
            case insecure(String)
            case noHTTP
            case proxyPassword
            case proxyRefusal
            case badKey
            case other(String)
        }

        init(_ error: any Error, server: String, proxy: HTTPProxy?) {
            let kind = Self.kind(of: error)
            isTransient =
                switch kind {
                case .untrusted, .insecure, .noHTTP, .proxyPassword, .proxyRefusal, .badKey: false
                default: true
                }
            let proxyName = proxy?.name ?? "the proxy"
            // Where there is a proxy, connections are made to that.
            let peer = proxy?.name ?? server
            let place = proxy == nil ? "AWS_ENDPOINT_URL" : "HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
            let running = "see whether the server runs, and \(proxy == nil ? place : "its proxy")"
            words =
                switch kind {
                case .late: "\(server) does not answer in time; \(running)"
                case .closed: "\(server) has closed the connection; \(running)"
                case .unreachable(let reason):
                    "\(peer) cannot be reached (\(reason)); see whether it runs, and \(place)"
                case .unknownName: "\(peer) is no server's name; see the network, and \(place)"
                case .untrusted(let reason):
                    "\(server) has a certificate that is not trusted (\(reason)); set AWS_CA_BUNDLE "
                        + "to a file with the certificate of who has signed it"
                case .insecure(let reason):
                    "\(server) cannot be spoken with securely (\(reason)); if it speaks no TLS, its "
                        + "address begins with http://: see AWS_ENDPOINT_URL"
                case .noHTTP: "\(server) answers in no HTTP; see AWS_ENDPOINT_URL"
                case .proxyPassword:
                    "\(proxyName) asks for a name and a password; set HTTPS_PROXY or HTTP_PROXY to "
                        + "http://name:password@host:port"
                case .proxyRefusal:
                    "\(proxyName) makes no connection to \(server); have it allow CONNECT, or name "
                        + "the server in NO_PROXY"
                case .badKey:
                    "the keys hold a character that none can have; see AWS_ACCESS_KEY_ID and "
                        + "AWS_SESSION_TOKEN"
                case .other(let text): "\(server): \(text); \(running)"
                }
        }

        private static func kind(of error: any Error) -> Kind {
            switch error {
            case let error as HTTPClientError: kind(of: error)
            case let error as NIOConnectionError:
                if let first = error.connectionErrors.first {
                    kind(of: first.error)
                } else {
                    .unknownName
                }
            case ChannelError.connectTimeout(_): .late
            case is ChannelError, NIOSSLError.uncleanShutdown: .closed
            case let error as IOError: kind(of: error)
            case NIOSSLError.handshakeFailed(let error): kind(of: error)
            case NIOSSLError.unableToValidateCertificate: .untrusted("it is another server's")
            case let error as NIOSSLError: .insecure("\(error)")
            case let error as NIOSSLExtraError:
                error == .failedToValidateHostname
                    ? .untrusted("it is another server's") : .insecure("\(error)")
            case is HTTPParserError, is HTTPExchange.AnswerTooLong: .noHTTP
            default: .other("\(error)")
            }
        }

        private static func kind(of error: HTTPClientError) -> Kind {
            switch error {
            case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded,
                .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .socksHandshakeTimeout,
                .getConnectionFromPoolTimeout:
                .late
            case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled: .closed
            case .proxyAuthenticationRequired: .proxyPassword
            case .invalidProxyResponse: .proxyRefusal
            default:
                // The values themselves are secret.
                error.shortDescription == "Invalid header field values"
                    ? .badKey : .other(error.shortDescription)
            }
        }

        private static func kind(of error: IOError) -> Kind {
            switch error.errnoCode {
            case ETIMEDOUT: .late
            case ECONNRESET, EPIPE, ECONNABORTED: .closed
            default: .unreachable(String(cString: strerror(error.errnoCode)).lowercased())
            }
        }

        private static func kind(of error: BoringSSLError) -> Kind {
            guard case .sslError(let stack) = error, let first = stack.first else {
                return .insecure("\(error)")
            }
            if first == .eofDuringHandshake { return .insecure("it has closed the connection") }
            // As "Error: 268435581 error:1000007d:SSL routines:…:CERTIFICATE_VERIFY_FAILED at …:301".
            let text = first.description
            let reason =
                text.split(separator: " at ").first?.split(separator: ":").last.map {
                    $0.replacing("_", with: " ").lowercased()
                } ?? text
            return text.contains("CERTIFICATE_VERIFY_FAILED")
                ? .untrusted("nobody known has signed it, or it has expired") : .insecure(reason)
        }
    }
#endif
