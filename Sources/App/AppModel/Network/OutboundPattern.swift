/// One entry of an allow-list: `scheme://host:port`, each part exact or a wildcard.
///
/// The grammar is that of Spin's `allowed_outbound_hosts`, see docs/outbound.md.
public struct OutboundPattern: Sendable, Hashable, CustomStringConvertible {
    /// Which schemes.
    public enum Scheme: Sendable, Hashable {
        /// `*`.
        case any
        /// Lower-case letters, such as `https` or `tcp`.
        case named(String)
    }

    /// Which hosts.
    public enum Host: Sendable, Hashable {
        /// `*`: every host, but no internal address.
        case any
        /// `*.example.com`: what lies beneath a name, but no internal address.
        case beneath(HostName)
        /// A name.
        case name(HostName)
        /// An address or a block of them.
        case addresses(AddressBlock)
        /// `self`: the application itself.
        case application
    }

    /// As written.
    public let text: String
    /// Which schemes.
    public let scheme: Scheme
    /// Which hosts.
    public let host: Host
    /// Which ports.
    public let ports: ClosedRange<UInt16>

    /// A pattern of its parts.
    public init(scheme: Scheme, host: Host, ports: ClosedRange<UInt16>, text: String) {
        self.scheme = scheme
        self.host = host
        self.ports = ports
        self.text = text
    }

    /// As written.
    public var description: String { text }

    /// The name beneath which each component of an application has a name of its own.
    public static let componentDomain = "spin.internal"

    /// The port that a scheme has where none is written.
    public static func usualPort(of scheme: String) -> UInt16? {
        switch scheme {
        case "http": 80
        case "https": 443
        case "postgres": 5432
        case "mysql": 3306
        case "redis": 6379
        case "mqtt": 1883
        default: nil
        }
    }

    /// Whether it covers a scheme, in lower case.
    public func covers(scheme other: String) -> Bool {
        switch scheme {
        case .any: true
        case .named(let name): name == other
        }
    }

    /// Whether it covers a host that is no part of the application.
    public func covers(_ other: OutboundHost) -> Bool {
        switch (host, other) {
        case (.any, _): true
        case (.beneath(let parent), .name(let name)): name.isBeneath(parent)
        case (.name(let own), .name(let name)): own == name
        case (.addresses(let block), .address(let address)): block.contains(address)
        default: false
        }
    }

    /// Whether it covers requests to the application itself.
    public var coversApplication: Bool { host == .any || host == .application }
}

/// Why an entry of an allow-list cannot be used.
public struct OutboundPatternError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, without the entry itself.
    public let sentence: String

    /// An error with this sentence.
    public init(sentence: String) { self.sentence = sentence }

    /// The same.
    public var description: String { sentence }
}
