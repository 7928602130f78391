public import AppModel

/// Serve an application.
public struct UpRequest: Sendable, Equatable {
    /// A manifest, a WebAssembly file, or a folder with a manifest in it.
    public var location: String
    /// Where to accept connections.
    public var listen: ListenAddress
    /// Certificate and key; `nil` serves without TLS.
    public var tls: TLSFiles?
    /// Where the output of guests is kept. `nil` is the default place, an empty text keeps none.
    public var logFolder: String?
    /// True when the output of guests is not repeated on the terminal.
    public var isQuiet: Bool
    /// True when standard output is for programs: one JSON object a line.
    public var asJSON: Bool
    /// Added to the environment of every component; wins over the manifest.
    public var environment: [EnvironmentVariable]
    /// Hosts that every component may reach, beside those of the manifest.
    public var outboundHosts: [OutboundRule] = []
    /// A PEM file of certificates that requests of guests trust beside the system's.
    public var outboundRootsFile: String?
    /// How long accepted requests may take after a signal asked for the end.
    public var drainTime: Duration = .seconds(30)

    /// A request for the application at `location`.
    public init(
        location: String, listen: ListenAddress = .standard, tls: TLSFiles? = nil, logFolder: String? = nil,
        isQuiet: Bool = false, asJSON: Bool = false, environment: [EnvironmentVariable] = []
    ) {
        self.location = location
        self.listen = listen
        self.tls = tls
        self.logFolder = logFolder
        self.isQuiet = isQuiet
        self.asJSON = asJSON
        self.environment = environment
    }
}

/// PEM files for TLS.
public struct TLSFiles: Sendable, Equatable {
    /// Path of the certificate chain.
    public var certificatePath: String
    /// Path of the private key.
    public var keyPath: String

    /// A pair of files.
    public init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }
}

/// A host and a port to listen on.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A name or an address, an IPv6 address without its brackets.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int

    /// The address used when none is given.
    public static let standard = ListenAddress(host: "127.0.0.1", port: 3000)

    /// An address of its parts.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:3000`, `localhost:80`, `[::1]:8080` or `:3000`, which stands for every address.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(where: { ":[]/".contains($0) }) {
            return nil
        }
        self.init(host: host.isEmpty ? "::" : String(host), port: Int(port))
    }

    /// As it is written on the command line.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
