public import AppModel

/// What kind of place an address is: the ground of the rule that a guest reaches nothing internal by accident.
///
/// From the special-purpose address registries of IANA (RFC 6890 and later) and the documents of cloud providers.
public enum AddressKind: Sendable, Hashable, CaseIterable {
    /// A place on the public internet.
    case global
    /// This machine (127.0.0.0/8, ::1).
    case loopback
    /// A private network (RFC 1918).
    case privateUse
    /// Shared address space of carriers (100.64.0.0/10, RFC 6598).
    case shared
    /// A private network of version 6 (fc00::/7), or its predecessor (fec0::/10).
    case uniqueLocal
    /// The link itself (169.254.0.0/16, fe80::/10).
    case linkLocal
    /// A service that hands out a machine's credentials to whoever asks on that machine.
    case metadata
    /// Many receivers.
    case multicast
    /// All of a network.
    case broadcast
    /// No place; systems take it for this machine (0.0.0.0/8, ::).
    case unspecified
    /// Documentation and measurement networks.
    case documentation
    /// A version 6 form of another version 4 address that may be internal: NAT64, 6to4, Teredo, IPv4-compatible.
    case translated
    /// Reserved, or not handed out.
    case reserved

    /// Whether a guest needs more than a wildcard to reach it.
    public var isInternal: Bool { self != .global }

    /// Whether a pattern with a host *name* is enough. The owner of a name decides what it stands for, so the kinds
    /// that never belong behind one need the address itself in the allow-list.
    public var isGrantedByName: Bool {
        switch self {
        case .global, .loopback, .privateUse, .shared, .uniqueLocal: true
        default: false
        }
    }

    /// For sentences: "a private address".
    public var name: String {
        switch self {
        case .global: "a public address"
        case .loopback: "a loopback address"
        case .privateUse: "a private address"
        case .shared: "a shared (carrier) address"
        case .uniqueLocal: "a unique local address"
        case .linkLocal: "a link-local address"
        case .metadata: "the address of a metadata service"
        case .multicast: "a multicast address"
        case .broadcast: "a broadcast address"
        case .unspecified: "the unspecified address"
        case .documentation: "an address for documentation or measurement"
        case .translated: "a translated IPv4 address"
        case .reserved: "a reserved address"
        }
    }
}

extension AddressKind {
    /// The kind of an address.
    public init(_ address: IPAddress) {
        if Self.metadataServices.contains(address.canonical) {
            self = .metadata
            return
        }
        switch address.canonical {
        case .v4(let bits): self = Self.version4.first { $0.contains(bits) }?.kind ?? .global
        case .v6(let bits): self = Self.version6(bits)
        }
    }

    private struct Block4 {
        let first: UInt32
        let length: UInt32
        let kind: AddressKind

        func contains(_ bits: UInt32) -> Bool { (bits ^ first) >> (32 - length) == 0 }
    }

    private struct Block6 {
        let first: UInt128
        let length: UInt128
        let kind: AddressKind

        func contains(_ bits: UInt128) -> Bool { (bits ^ first) >> (128 - length) == 0 }
    }

    private static let metadataServices: Set<IPAddress> = [
        .v4(0xA9FE_A9FE),  // 169.254.169.254: AWS, Azure, Google, DigitalOcean, Oracle, OpenStack
        .v4(0xA9FE_AA02),  // 169.254.170.2: credentials of AWS containers
        .v4(0xA9FE_AA17),  // 169.254.170.23: the same for pods
        .v4(0xA9FE_00A9),  // 169.254.0.169: Oracle, older
        .v4(0x6464_64C8),  // 100.100.100.200: Alibaba
        .v4(0xC000_00C0),  // 192.0.0.192: Oracle Classic
        .v4(0xA83F_8110),  // 168.63.129.16: Azure's host
        .v6(0xFD00_0EC2_0000_0000_0000_0000_0000_0254),  // AWS
        .v6(0xFD00_0EC2_0000_0000_0000_0000_0000_0023),  // AWS, pods
        .v6(0xFD20_00CE_0000_0000_0000_0000_0000_0254),  // Google
    ]

    // The first match counts.
    private static let version4: [Block4] = [
        Block4(first: 0x7F00_0000, length: 8, kind: .loopback),
        Block4(first: 0x0A00_0000, length: 8, kind: .privateUse),
        Block4(first: 0xAC10_0000, length: 12, kind: .privateUse),
        Block4(first: 0xC0A8_0000, length: 16, kind: .privateUse),
        Block4(first: 0xA9FE_0000, length: 16, kind: .linkLocal),
        Block4(first: 0x6440_0000, length: 10, kind: .shared),
        Block4(first: 0x0000_0000, length: 8, kind: .unspecified),
        Block4(first: 0xFFFF_FFFF, length: 32, kind: .broadcast),
        Block4(first: 0xE000_0000, length: 4, kind: .multicast),
        Block4(first: 0xF000_0000, length: 4, kind: .reserved),
        Block4(first: 0xC000_0000, length: 24, kind: .reserved),  // 192.0.0.0/24, protocol assignments
        Block4(first: 0xC000_0200, length: 24, kind: .documentation),  // 192.0.2.0/24
        Block4(first: 0xC633_6400, length: 24, kind: .documentation),  // 198.51.100.0/24
        Block4(first: 0xCB00_7100, length: 24, kind: .documentation),  // 203.0.113.0/24
        Block4(first: 0xC612_0000, length: 15, kind: .documentation),  // 198.18.0.0/15, benchmarks
        Block4(first: 0xC058_6300, length: 24, kind: .reserved),  // 192.88.99.0/24, 6to4 relays of old
    ]

    private static let nat64 = Block6(first: 0x0064_FF9B << 96, length: 96, kind: .translated)

    private static let version6Blocks: [Block6] = [
        Block6(first: 0, length: 128, kind: .unspecified),
        Block6(first: 1, length: 128, kind: .loopback),
        Block6(first: 0, length: 96, kind: .translated),  // ::/96, IPv4-compatible
        Block6(first: 0xFFFF << 48, length: 96, kind: .translated),  // ::ffff:0:0:0/96, SIIT
        Block6(first: 0x0064_FF9B_0001 << 80, length: 48, kind: .translated),  // NAT64 of local use
        Block6(first: 0x2002 << 112, length: 16, kind: .translated),  // 6to4
        Block6(first: 0x2001_0000 << 96, length: 32, kind: .translated),  // Teredo
        Block6(first: 0x2001_0DB8 << 96, length: 32, kind: .documentation),
        Block6(first: 0x3FFF << 112, length: 20, kind: .documentation),
        Block6(first: 0x2001_0002 << 96, length: 48, kind: .documentation),  // benchmarks
        Block6(first: 0x2001 << 112, length: 23, kind: .reserved),  // protocol assignments
        Block6(first: 0xFC00 << 112, length: 7, kind: .uniqueLocal),
        Block6(first: 0xFEC0 << 112, length: 10, kind: .uniqueLocal),  // site-local, deprecated
        Block6(first: 0xFE80 << 112, length: 10, kind: .linkLocal),
        Block6(first: 0xFF00 << 112, length: 8, kind: .multicast),
        Block6(first: 0x2000 << 112, length: 3, kind: .global),
    ]

    private static func version6(_ bits: UInt128) -> AddressKind {
        if nat64.contains(bits) {
            // Networks of version 6 alone reach every public version 4 address this way.
            return AddressKind(.v4(UInt32(truncatingIfNeeded: bits))).isInternal ? .translated : .global
        }
        return version6Blocks.first { $0.contains(bits) }?.kind ?? .reserved
    }
}
