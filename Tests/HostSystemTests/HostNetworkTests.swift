import AppModel
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HostSystem

/// Answers as a test says.
final class ScriptedResolver: HostResolver {
    private let answers: Mutex<[[IPAddress]]>

    /// Each look-up takes the next answer; the last one stays.
    init(_ answers: [[String]]) { self.answers = Mutex(answers.map { $0.compactMap { IPAddress($0) } }) }

    func addresses(of name: HostName, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        loop.makeSucceededFuture(answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] })
    }
}

/// Keeps what the operator sees.
final class Refusals: NetworkObserver {
    private let kept = Mutex<[NetworkRefusal]>([])
    var all: [NetworkRefusal] { kept.withLock { $0 } }
    func refused(_ refusal: NetworkRefusal) { kept.withLock { $0.append(refusal) } }
}

@Suite("The network of a guest")
struct HostNetworkTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func network(
        _ patterns: [String], _ answers: [[String]] = [], _ refusals: Refusals = Refusals()
    ) throws -> HostNetwork {
        HostNetwork(
            component: "shop", grants: NetworkGrants(outbound: try patterns.map { try OutboundPattern($0) }),
            resolver: ScriptedResolver(answers), observer: refusals)
    }

    private func addresses(
        _ network: HostNetwork, _ host: String, scheme: String = "http", port: UInt16 = 80
    ) async throws -> [String] {
        let admission = try network.admit(scheme: scheme, host: host, port: port)
        return try await network.addresses(for: admission, on: loop).get().map(\.description)
    }

    @Test func `is nothing by default`() async throws {
        await #expect(throws: NetworkRefusal.self) { try await addresses(.denied, "example.com") }
        #expect(throws: NetworkRefusal.self) { try HostNetwork.denied.admitLookUp("example.com") }
        #expect(throws: NetworkRefusal.self) {
            try HostNetwork.denied.admitConnect(.tcp, to: .v4(0x0808_0808), port: 1)
        }
        #expect(throws: NetworkRefusal.self) { try HostNetwork.denied.admitBind(.udp, to: .v4(0), port: 0) }
        #expect(throws: NetworkRefusal.self) { try HostNetwork.denied.admitApplication(schemes: ["http"]) }
    }

    @Test func `a wildcard reaches public addresses alone`() async throws {
        let open = try network(["*://*:*"], [["93.184.216.34", "2606:4700::1"]])
        #expect(try await addresses(open, "example.com") == ["93.184.216.34", "2606:4700::1"])
        let inner = try network(["*://*:*"], [["10.0.0.1"]])
        await #expect(throws: NetworkRefusal.self) { try await addresses(inner, "example.com") }
        await #expect(throws: NetworkRefusal.self) { try await addresses(inner, "127.0.0.1") }
        let beneath = try network(["http://*.example.com"], [["127.0.0.1"]])
        await #expect(throws: NetworkRefusal.self) { try await addresses(beneath, "a.example.com") }
    }

    @Test func `a name reaches private addresses, but never a metadata service or the link`() async throws {
        for address in ["10.0.0.1", "127.0.0.1", "fd00::1", "100.64.0.1"] {
            #expect(try await addresses(try network(["http://db"], [[address]]), "db") == [address])
        }
        for address in [
            "169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "64:ff9b::a00:1", "fd00:ec2::254",
        ] {
            let network = try network(["http://db"], [[address]])
            await #expect(throws: NetworkRefusal.self) { try await addresses(network, "db") }
        }
    }

    @Test func `an address or a block reaches what it says`() async throws {
        let metadata = try network(["http://169.254.169.254"])
        #expect(try await addresses(metadata, "169.254.169.254") == ["169.254.169.254"])
        let block = try network(["*://10.0.0.0/8:*"])
        #expect(try await addresses(block, "[::ffff:10.1.2.3]") == ["10.1.2.3"])
        await #expect(throws: NetworkRefusal.self) { try await addresses(block, "11.1.2.3") }
    }

    @Test func `a block lets a wildcard's name stand for its addresses`() async throws {
        let both = try network(["*://*:*", "http://10.0.0.0/8"], [["10.1.2.3"]])
        #expect(try await addresses(both, "db") == ["10.1.2.3"])
        await #expect(throws: NetworkRefusal.self) {
            try await addresses(both, "db", scheme: "redis", port: 6379)
        }
    }

    @Test func `an answer that mixes public and internal addresses is refused as a whole`() async throws {
        let refusals = Refusals()
        let mixed = try network(["http://*"], [["93.184.216.34", "192.168.0.1"]], refusals)
        await #expect(throws: NetworkRefusal.self) { try await addresses(mixed, "example.com") }
        #expect(
            refusals.all.map(\.description) == [
                """
                Component "shop" may not reach http://example.com:80: "http://*" covers it, but 192.168.0.1 is a \
                private address, which only an entry with that very host name or address reaches.
                """
            ])
    }

    @Test func `a name that changes its place is checked each time`() async throws {
        let network = try network(["http://*"], [["93.184.216.34"], ["127.0.0.1"]])
        #expect(try await addresses(network, "example.com") == ["93.184.216.34"])
        await #expect(throws: NetworkRefusal.self) { try await addresses(network, "example.com") }
    }

    @Test func `refusals say what to do, and keep secrets out of the log`() throws {
        let refusals = Refusals()
        let network = try network([], [], refusals)
        #expect(throws: NetworkRefusal.self) {
            try network.admit(scheme: "HTTP", host: "example.com", port: 80)
        }
        #expect(throws: NetworkRefusal.self) {
            try network.admit(scheme: "http", host: "user:secret@example.com\r\nX: y", port: 80)
        }
        #expect(refusals.all.count == 2)
        #expect(
            refusals.all[0].description == """
                Component "shop" may not reach http://example.com:80: no entry of allowed_outbound_hosts covers it; \
                add "http://example.com:80" if it should.
                """)
        #expect(!refusals.all[1].description.contains("secret"))
        #expect(!refusals.all[1].description.contains("\r"))
    }

    @Test func `names that were looked up count for sockets`() throws {
        let network = try network(["tcp://db.example:5432"])
        var learned = LearnedNames()
        let address = IPAddress.v4(0x0A00_0001)
        #expect(throws: NetworkRefusal.self) { try network.admitConnect(.tcp, to: address, port: 5432) }
        learned.learn(try #require(HostName("db.example")), [address])
        try network.admitConnect(.tcp, to: address, port: 5432, names: learned.names(of: address))
        #expect(throws: NetworkRefusal.self) {
            try network.admitConnect(.tcp, to: address, port: 22, names: learned.names(of: address))
        }
        #expect(throws: NetworkRefusal.self) {
            try network.admitConnect(.udp, to: address, port: 5432, names: learned.names(of: address))
        }
    }

    @Test func `binding is granted apart, and ephemeral datagram ports with any datagram place`() throws {
        let udp = try network(["udp://8.8.8.8:53"])
        try udp.admitBind(.udp, to: .v4(0), port: 0)
        #expect(throws: NetworkRefusal.self) { try udp.admitBind(.udp, to: .v4(0), port: 53) }
        #expect(throws: NetworkRefusal.self) { try udp.admitBind(.tcp, to: .v4(0), port: 0) }
        try HostNetwork(component: "run", grants: .everything).admitBind(.tcp, to: .v4(0), port: 80)
    }

    @Test func `what nobody granted is not asked of name servers`() throws {
        let network = try network(["https://api.example:8443"])
        #expect(try network.admitLookUp("api.example").port == nil)
        #expect(throws: NetworkRefusal.self) { try network.admitLookUp("data.evil.example") }
    }

    @Test func `the system's own resolver knows this machine and no invalid name`() async throws {
        let localhost = try #require(HostName("localhost"))
        let found = try await SystemResolver.shared.addresses(of: localhost, on: loop).get()
        #expect(found.allSatisfy { AddressKind($0) == .loopback } && !found.isEmpty)
        let nowhere = try #require(HostName("nowhere.invalid"))
        await #expect(throws: HostResolutionError.self) {
            try await SystemResolver.shared.addresses(of: nowhere, on: loop).get()
        }
    }

    @Test func `look-ups beyond the limit fail at once`() async throws {
        var limits = HostResolverLimits()
        limits.pendingMax = 0
        let name = try #require(HostName("localhost"))
        await #expect(throws: HostResolutionError.tooMany) {
            try await SystemResolver(limits: limits).addresses(of: name, on: loop).get()
        }
    }
}
