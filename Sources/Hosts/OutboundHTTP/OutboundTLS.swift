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

    /// Trusts the system's certificates, and those of a PEM file.
    ///
    /// - Throws: ``SetupError``.
    public init(additionalRootsFile path: String) throws(SetupError) {
        let roots: [NIOSSLCertificate]
        do { roots = try NIOSSLCertificate.fromPEMFile(path) } catch {
            throw SetupError(
                description: "\(path) holds no readable PEM certificate (\(error)). Check path and format.")
        }
        guard !roots.isEmpty else { throw SetupError(description: "\(path) holds no certificate.") }
        self.init(additionalRoots: roots)
    }

    /// Why certificates cannot be used: a sentence with the file.
    public struct SetupError: Error, CustomStringConvertible {
        /// What is wrong, where, and what to do.
        public let description: String
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
