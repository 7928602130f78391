import AppModel
import HostSystem
import Testing

@Suite("Kinds of addresses")
struct AddressKindTests {
    @Test(arguments: [
        ("8.8.8.8", AddressKind.global), ("1.1.1.1", .global), ("2606:4700:4700::1111", .global),
        ("127.0.0.1", .loopback), ("127.255.255.254", .loopback), ("::1", .loopback),
        ("10.0.0.1", .privateUse), ("172.16.0.1", .privateUse), ("172.31.255.255", .privateUse),
        ("172.32.0.1", .global), ("192.168.0.1", .privateUse), ("192.169.0.1", .global),
        ("100.64.0.1", .shared), ("100.127.255.255", .shared), ("100.128.0.1", .global),
        ("169.254.1.1", .linkLocal), ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
        ("169.254.169.254", .metadata), ("169.254.170.2", .metadata), ("100.100.100.200", .metadata),
        ("168.63.129.16", .metadata), ("fd00:ec2::254", .metadata), ("fd20:ce::254", .metadata),
        ("fc00::1", .uniqueLocal), ("fdff::1", .uniqueLocal), ("fec0::1", .uniqueLocal),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast),
        ("255.255.255.255", .broadcast), ("240.0.0.1", .reserved), ("0.0.0.0", .unspecified),
        ("0.1.2.3", .unspecified), ("::", .unspecified), ("192.0.2.1", .documentation),
        ("198.51.100.1", .documentation), ("203.0.113.1", .documentation), ("198.18.0.1", .documentation),
        ("198.19.255.255", .documentation), ("198.20.0.1", .global), ("2001:db8::1", .documentation),
        ("3fff::1", .documentation), ("192.0.0.1", .reserved), ("192.88.99.1", .reserved),
        ("2001:1::1", .reserved), ("100::1", .reserved), ("4000::1", .reserved),
        ("::ffff:10.0.0.1", .privateUse), ("::ffff:8.8.8.8", .global), ("::ffff:169.254.169.254", .metadata),
        ("::7f00:1", .translated), ("::ffff:0:7f00:1", .translated), ("64:ff9b::10.0.0.1", .translated),
        ("64:ff9b::8.8.8.8", .global), ("64:ff9b::169.254.169.254", .translated),
        ("64:ff9b:1::1", .translated),
        ("2002:7f00:1::", .translated), ("2002:808:808::", .translated), ("2001:0:1::1", .translated),
    ])
    func `are told apart`(text: String, kind: AddressKind) throws {
        #expect(AddressKind(try #require(IPAddress(text))) == kind)
    }

    @Test func `only public addresses need no more than a wildcard`() {
        #expect(AddressKind.allCases.filter { !$0.isInternal } == [.global])
    }
}
