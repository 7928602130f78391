import AppModel
import NIOCore
public import NIOSSL

/// Whom TLS connections of guests trust.
public struct OutboundTLS: Sendable {
    /// Certificates trusted in addition to the system's.
    public var additionalRoots: [NIOSSLCertificate]
    /// Whether the system's certificates are trusted.
    public var trustsSystemRoots: Bool

    /// Trusts the system's certificates, and these.
    public init(additionalRoots: [NIOSSLCertificate] = [], trustsSystemRoots: Bool = true) {
        self.additionalRoots = additionalRoots
        self.trustsSystemRoots = trustsSystemRoots
    }

    func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if trustsSystemRoots {
            configuration.additionalTrustRoots = [.certificates(additionalRoots)]
        } else {
            configuration.trustRoots = .certificates(additionalRoots)
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

extension OutboundHost {
    /// The name for SNI and for the certificate; nil for an address, which NIOSSL compares with the certificate itself.
    var serverName: String? {
        if case .name(let name) = self { name.text } else { nil }
    }
}
