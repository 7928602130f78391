import AppModel
import Testing

@Suite("Addresses")
struct IPAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("::10.0.0.1", "::a00:1"), ("1:0:0:2::", "1:0:0:2::"),
        ("1::8", "1::8"), ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
    ])
    func `are read and written in their usual form`(text: String, shown: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == shown)
        #expect(IPAddress(shown) == address)
        #expect(IPAddress(bytes: address.bytes) == address)
    }

    @Test(arguments: [
        "", "1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.01", "256.0.0.1",
        "1.2.3.4.5", "1.2.3.", ".1.2.3", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "+1.2.3.4", "１.2.3.4", ":",
        ":::",
        "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1%lo", "fe80::1%25eth0", "12345::", "::g",
        "[::1]", "1:2:3:4:5:6:7::8:9", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4",
        "1:", ":1", "1:2:3:4:5:6:7:8:", "::01.2.3.4",
    ])
    func `are nothing but their usual form`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `a mapped address stands for the one inside`() throws {
        #expect(try #require(IPAddress("::ffff:169.254.169.254")).canonical == .v4(0xA9FE_A9FE))
        #expect(try #require(IPAddress("::ffff:7f00:1")).canonical == .v4(0x7F00_0001))
        #expect(try #require(IPAddress("::fffe:7f00:1")).canonical == IPAddress("::fffe:7f00:1"))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.1.2.3/8", "10.9.9.9", true),
        ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("[::1]", "::1", true),
        ("2001:db8::/32", "2001:db8:ffff::", true), ("[2001:db8::]/32", "2001:db9::", false),
        ("[2001:db8::/32]", "2001:db8::9", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
        ("192.168.1.128/25", "192.168.1.127", false), ("192.168.1.128/32", "192.168.1.128", true),
    ])
    func `a block holds what shares its first bits`(block: String, address: String, isInside: Bool) throws {
        let block = try #require(AddressBlock(block))
        #expect(block.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "[::1", "::1]",
        "[10.0.0.1]",
        "[::]/x", "[::/8]/8", "10.0/8", "example.com/8", "10.0.0.0/+8",
    ])
    func `a block is nothing else`(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
