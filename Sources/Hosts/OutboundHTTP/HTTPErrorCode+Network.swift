import HostSystem
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import WASIHTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension HTTPErrorCode {
    /// What a guest is told about a refusal.
    init(_ refusal: NetworkRefusal) {
        self =
            switch refusal.reason {
            case .notAllowed, .mayNotBind, .invalidRequest: .httpRequestDenied
            case .internalAddress: .destinationIPProhibited
            case .invalidTarget: .httpRequestURIInvalid
            case .limit: .connectionLimitReached
            }
    }

    /// What a guest is told about a failure of the network.
    ///
    /// - Parameter hadAnswer: whether the response had begun.
    init(networkError error: any Error, hadAnswer: Bool) {
        switch error {
        case let refusal as NetworkRefusal: self.init(refusal)
        case let error as HostResolutionError: self.init(error)
        case let error as HTTPParserError: self.init(error, hadAnswer: hadAnswer)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self = hadAnswer ? .httpResponseIncomplete : HTTPErrorCode(handshakeError: error)
        case is NIOHTTP2Errors.StreamClosed:
            self = hadAnswer ? .httpResponseIncomplete : .connectionTerminated
        case is any NIOHTTP2Error, is NIOHTTPDecoderError: self = .httpProtocolError
        case let error as IOError: self.init(error, hadAnswer: hadAnswer)
        case ChannelError.connectTimeout: self = .connectionTimeout
        case is ChannelError: self = hadAnswer ? .httpResponseIncomplete : .connectionTerminated
        default: self = .internalError(nil)
        }
    }

    private init(_ error: HostResolutionError) {
        self =
            switch error {
            case .notFound: .dnsError(.init(rcode: "NXDOMAIN"))
            case .temporary: .dnsError(.init(rcode: "SERVFAIL"))
            case .timedOut: .dnsTimeout
            case .tooMany: .connectionLimitReached
            case .failed: .dnsError(.init())
            }
    }

    private init(_ error: HTTPParserError, hadAnswer: Bool) {
        self =
            switch error {
            case .headerOverflow: .httpResponseHeaderSectionSize(nil)
            case .invalidEOFState: hadAnswer ? .httpResponseIncomplete : .connectionTerminated
            default: .httpProtocolError
            }
    }

    private init(_ error: IOError, hadAnswer: Bool) {
        self =
            switch error.errnoCode {
            case ECONNREFUSED: .connectionRefused
            case ETIMEDOUT: .connectionTimeout
            case EHOSTUNREACH, EHOSTDOWN: .destinationUnavailable
            case ENETUNREACH, ENETDOWN, EADDRNOTAVAIL: .destinationIPUnroutable
            case EMFILE, ENFILE, ENOBUFS: .connectionLimitReached
            default: hadAnswer ? .httpResponseIncomplete : .connectionTerminated
            }
    }

    /// What a guest is told about a TLS handshake that failed.
    init(handshakeError error: any Error) {
        switch error {
        case is NIOSSLExtraError: self = .tlsCertificateError
        case NIOSSLError.handshakeFailed(.sslError(let errors)): self.init(tlsErrors: errors)
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            self = .tlsCertificateError
        case is NIOSSLError, is BoringSSLError: self = .tlsProtocolError
        default: self.init(networkError: error, hadAnswer: false)
        }
    }

    // BoringSSL's errors have no other public form than their text.
    private init(tlsErrors errors: [BoringSSLInternalError]) {
        let text = errors.map(\.description).joined(separator: " ")
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self = .tlsCertificateError
        } else if let alert = text.firstRange(of: "_ALERT_") {
            let name = text[alert.upperBound...].prefix { $0.isUppercase || $0 == "_" || $0.isNumber }
            self = .tlsAlertReceived(.init(alertMessage: name.lowercased()))
        } else {
            self = .tlsProtocolError
        }
    }
}
