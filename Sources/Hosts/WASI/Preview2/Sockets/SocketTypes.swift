import AppModel
import ComponentModel
import HostSystem

/// `wasi:sockets/network`'s `ip-address-family`.
enum IPAddressFamily: UInt8, CanonicalEnum {
    case ipv4, ipv6
}

/// `wasi:sockets/network`'s `ip-address`: a variant over tuples of numbers.
struct IPAddressValue: CanonicalVariant {
    let address: IPAddress

    init(_ address: IPAddress) { self.address = address }

    typealias Bytes = CanonicalTuple<UInt8, UInt8, UInt8, UInt8>
    typealias Groups = CanonicalTuple<UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16>

    static let cases = CanonicalCases<Self>([
        .case("ipv4", make: { Self(Self.address($0)) }, payload: { Self.bytes($0.address) }),
        .case("ipv6", make: { Self(IPAddress(groups: $0.elements)) }, payload: { Self.groups($0.address) }),
    ])

    var caseNumber: Int { address.isVersion6 ? 1 : 0 }

    static func address(_ bytes: Bytes) -> IPAddress {
        let (first, second, third, fourth) = bytes.elements
        return .v4(UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth))
    }

    static func bytes(_ address: IPAddress) -> Bytes? {
        guard case .v4(let bits) = address else { return nil }
        func byte(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: bits >> shift) }
        return CanonicalTuple(byte(24), byte(16), byte(8), byte(0))
    }

    static func groups(_ address: IPAddress) -> Groups? {
        guard case .v6(let bits) = address else { return nil }
        func group(_ index: UInt128) -> UInt16 { UInt16(truncatingIfNeeded: bits >> (112 - 16 * index)) }
        return CanonicalTuple(
            group(0), group(1), group(2), group(3), group(4), group(5), group(6), group(7))
    }
}

/// `wasi:sockets/network`'s `ipv4-socket-address`.
struct IPv4SocketAddress: CanonicalRecord {
    var fields: CanonicalTuple<UInt16, IPAddressValue.Bytes>
    init(_ fields: CanonicalTuple<UInt16, IPAddressValue.Bytes>) { self.fields = fields }
    static let fieldNames = ["port", "address"]
}

/// `wasi:sockets/network`'s `ipv6-socket-address`.
struct IPv6SocketAddress: CanonicalRecord {
    var fields: CanonicalTuple<UInt16, UInt32, IPAddressValue.Groups, UInt32>
    init(_ fields: CanonicalTuple<UInt16, UInt32, IPAddressValue.Groups, UInt32>) { self.fields = fields }
    static let fieldNames = ["port", "flow-info", "address", "scope-id"]
}

/// `wasi:sockets/network`'s `ip-socket-address`.
struct SocketAddressValue: CanonicalVariant {
    let address: SocketAddress

    init(_ address: SocketAddress) { self.address = address }

    static let cases = CanonicalCases<Self>([
        .case(
            "ipv4",
            make: { (record: IPv4SocketAddress) in
                let (port, bytes) = record.fields.elements
                return Self(SocketAddress(IPAddressValue.address(bytes), port: port))
            },
            payload: { value in
                IPAddressValue.bytes(value.address.address).map {
                    IPv4SocketAddress(CanonicalTuple(value.address.port, $0))
                }
            }),
        .case(
            "ipv6",
            make: { (record: IPv6SocketAddress) in
                let (port, flow, groups, scope) = record.fields.elements
                let address = IPAddress(groups: groups.elements)
                return Self(SocketAddress(address, port: port, flow: flow, scope: scope))
            },
            payload: { value in
                IPAddressValue.groups(value.address.address).map {
                    IPv6SocketAddress(
                        CanonicalTuple(value.address.port, value.address.flow, $0, value.address.scope))
                }
            }),
    ])

    var caseNumber: Int { address.address.isVersion6 ? 1 : 0 }
}

/// `wasi:sockets/tcp`'s `shutdown-type`.
enum ShutdownType: UInt8, CanonicalEnum {
    case receive, send, both
}

/// `wasi:sockets/udp`'s `incoming-datagram`.
struct IncomingDatagram: CanonicalRecord {
    var fields: CanonicalTuple<[UInt8], SocketAddressValue>
    init(_ fields: CanonicalTuple<[UInt8], SocketAddressValue>) { self.fields = fields }
    static let fieldNames = ["data", "remote-address"]
}

/// `wasi:sockets/udp`'s `outgoing-datagram`.
struct OutgoingDatagram: CanonicalRecord {
    var fields: CanonicalTuple<[UInt8], SocketAddressValue?>
    init(_ fields: CanonicalTuple<[UInt8], SocketAddressValue?>) { self.fields = fields }
    static let fieldNames = ["data", "remote-address"]
}
