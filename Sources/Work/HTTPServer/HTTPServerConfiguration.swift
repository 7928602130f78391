public import NIOCore
import NIOSSL

/// Where and how a server listens.
public struct HTTPServerConfiguration: Sendable {
    /// A place to listen at.
    public enum Address: Sendable, Hashable {
        /// A numeric address or a host name, and a port; port 0 lets the system choose.
        case tcp(host: String, port: Int)
        /// A socket in the file system; one that is left over from before is replaced.
        case unix(path: String)
    }

    /// Where to listen.
    public var address: Address
    /// TLS, or nil for plain text. With TLS, HTTP/2 is negotiated by ALPN; without, it is recognised by its
    /// preface.
    public var tls: HTTPServerTLS?
    /// See there.
    public var limits = HTTPServerLimits()
    /// Connections the system accepts ahead of the server.
    public var backlog: Int32 = 1024
    /// The loops that serve; their owner shuts them down, after the server.
    public var group: any EventLoopGroup

    /// A configuration with default limits.
    public init(address: Address, tls: HTTPServerTLS? = nil, group: any EventLoopGroup) {
        self.address = address
        self.tls = tls
        self.group = group
    }
}

/// A certificate chain and its key.
public struct HTTPServerTLS: Sendable {
    /// Why TLS cannot be set up: a sentence with the file.
    public struct SetupError: Error, CustomStringConvertible {
        /// What is wrong, where, and what to do.
        public let description: String
    }

    let context: NIOSSLContext

    /// Reads PEM files: the certificate with its chain, leaf first, and the unencrypted private key. TLS 1.2
    /// or newer; ALPN offers `h2` and `http/1.1`.
    ///
    /// - Throws: `SetupError`.
    public init(certificateFile: String, keyFile: String) throws {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw SetupError(
                description:
                    "\(certificateFile) holds no readable PEM certificate (\(error)). Check path and format.")
        }
        guard !chain.isEmpty else {
            throw SetupError(
                description: "\(certificateFile) holds no certificate. Put the leaf first, then its chain.")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw SetupError(
                description:
                    "\(keyFile) holds no readable PEM private key (\(error)). It must not be encrypted.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.minimumTLSVersion = .tlsv12
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw SetupError(
                description:
                    "\(certificateFile) and \(keyFile) do not go together (\(error)). Use its own key."
            )
        }
    }
}
