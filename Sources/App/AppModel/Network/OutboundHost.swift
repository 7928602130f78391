/// The host of a request: a name or an address.
public enum OutboundHost: Sendable, Hashable, CustomStringConvertible {
    /// A name that has to be looked up.
    case name(HostName)
    /// An address; never an IPv4-mapped one.
    case address(IPAddress)

    /// Reads the host of an authority: a name, dotted decimal, or a version 6 address in brackets.
    public init?(_ text: some StringProtocol) {
        if text.utf8.first == UInt8(ascii: "[") {
            guard text.hasSuffix("]"), let address = IPAddress(text.dropFirst().dropLast()),
                address.isVersion6
            else { return nil }
            self = .address(address.canonical)
        } else if let address = IPAddress(text), !address.isVersion6 {
            self = .address(address)
        } else if let name = HostName(text) {
            self = .name(name)
        } else {
            return nil
        }
    }

    /// As it stands in a URL.
    public var description: String {
        switch self {
        case .name(let name): name.text
        case .address(let address): address.inURL
        }
    }

    /// Why `text` is no host, as the end of a sentence that begins with it; `nil` when it is one.
    public static func problem(in text: some StringProtocol) -> String? {
        if OutboundHost(text) != nil { return nil }
        if text.utf8.first == UInt8(ascii: "[") {
            return text.contains("%")
                ? "has a zone, which is not allowed" : "is not an IPv6 address in brackets"
        }
        if text.contains(":") { return "is not a host; an IPv6 address stands in brackets" }
        return HostName.problem(in: text)
    }
}
