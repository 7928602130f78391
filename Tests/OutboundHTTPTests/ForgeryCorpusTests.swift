import AppModel
import HostSystem
import NIOCore
import NIOPosix
import Testing
import WASIHTTP

@testable import OutboundHTTP

/// Requests that want to reach what nobody granted. Each is refused, no connection is made, and the operator sees why.
@Suite("Requests to internal places")
struct ForgeryCorpusTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func refusal(
        _ request: OutboundRequest, allowed: [String], answers: [[String]]
    ) async throws -> (code: HTTPErrorCode?, seen: [NetworkRefusal]) {
        let refusals = Refusals()
        let network = HostNetwork(
            component: "shop", grants: NetworkGrants(outbound: try allowed.map { try OutboundPattern($0) }),
            resolver: ScriptedResolver(answers), observer: refusals)
        let client = PooledHTTPClient()
        let code = try await loop.flatSubmit { [loop] in
            let promise = loop.makePromise(of: HTTPErrorCode?.self)
            let exchange = client.send(request, network: network, on: loop)
            if case .failure(let code) = exchange.response {
                promise.succeed(code)
            } else {
                exchange.onResponse = {
                    if case .failure(let code) = exchange.response { return promise.succeed(code) }
                    promise.succeed(nil)
                }
                exchange.finishBody(trailers: nil)
            }
            return promise.futureResult
        }.get()
        return (code, refusals.all)
    }

    private func outbound(_ authority: String?, _ path: String? = "/") -> OutboundRequest {
        // Past the rules of the guest's interface: what gets here is checked all the same.
        OutboundRequest(UncheckedHead.make(authority: authority, path: path))
    }

    /// Authorities that mean an internal place to some reader, or hide the place they mean.
    static let authorities: [String] = [
        // Loopback, plain and disguised.
        "127.0.0.1", "127.0.0.1:8080", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001",
        "0x7f.0.0.1", "0X7F.0.0.1", "0177.0.0.1", "017700000001", "0x7f.1", "127.0x0.0.1", "127.0.0.0x1",
        "127.0.0.01", "00127.0.0.1", "127.0.0.1.", "[::1]", "[::1]:80", "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
        "[::7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
        // This machine by its other names.
        "0.0.0.0", "0", "0.0", "0x0", "[::]", "[0::0]", "localhost", "localhost.", "LOCALHOST",
        "LocalHost:80",
        "ip6-localhost", "localhost.localdomain",
        // Private, carrier and unique local networks.
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255",
        "0xa000001",
        "167772161", "012.0.0.1", "100.64.0.1", "100.127.255.254", "[fc00::1]", "[fd12:3456::1]", "[fec0::1]",
        "[::ffff:10.0.0.1]", "[::ffff:c0a8:1]",
        // The link, and metadata services.
        "169.254.0.1", "169.254.169.254", "169.254.169.254.", "2852039166", "0xa9fea9fe",
        "0251.0376.0251.0376",
        "0xa9.0xfe.0xa9.0xfe", "169.254.43518", "169.16689662", "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[fe80::1]", "[fe80::1%eth0]", "[fe80::1%25eth0]", "[::1%lo]", "[fd00:ec2::254]", "[fd20:ce::254]",
        "169.254.170.2", "100.100.100.200", "168.63.129.16", "metadata.google.internal", "metadata",
        "instance-data.ec2.internal",
        // Version 4 addresses inside version 6 ones.
        "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::]", "[2002:a00:1::1]",
        "[2001:0:7f00:1::1]", "[2001:0:5ef5:79fd:0:59d:a0e5:ba1]", "[::ffff:0:127.0.0.1]",
        // Many receivers, networks, documentation, reserved.
        "224.0.0.1", "239.255.255.250", "255.255.255.255", "[ff02::1]", "[ff05::1]", "240.0.0.1", "192.0.2.1",
        "198.51.100.7", "203.0.113.9", "198.18.0.1", "[2001:db8::1]", "[3fff::1]", "192.0.0.8", "192.88.99.1",
        "[100::1]", "[4000::1]",
        // User information and other tricks of authorities.
        "example.com@127.0.0.1", "user:pass@10.0.0.1", "127.0.0.1@example.com", "user@example.com:80",
        "example.com:80@127.0.0.1:80", "example.com\\@127.0.0.1", "example.com#@127.0.0.1",
        "example.com%00.internal",
        "127.0.0.1%2f@example.com", "example.com/..@127.0.0.1", "example.com?x", "example.com:80:90",
        "example.com:",
        "example.com:0", "example.com:65536", "example.com:-1", "example.com:+80", "example.com:8 0",
        "[127.0.0.1]", "[::1", "::1", "[]", "[::g]", "[1::2::3]", "[::1]x", "[::1]@example.com", ".", "..",
        "example..com", ".example.com", "exa mple.com", " 127.0.0.1", "127.0.0.1 ", "127.0.0.1\t",
        "127.0.0.1\0.example.com",
        // Letters that some libraries fold to digits and dots.
        "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "exämple.com", "xn--", "аpple.com",
    ]

    @Test(arguments: authorities)
    func `an internal or disguised authority`(authority: String) async throws {
        let (code, seen) = try await refusal(
            outbound(authority), allowed: ["*://*:*"], answers: [["127.0.0.1"]])
        #expect(code != nil, "it was sent")
        #expect(seen.count == 1, "the operator sees it once")
        let allowed: [HTTPErrorCode] = [
            .httpRequestURIInvalid, .destinationIPProhibited, .httpRequestDenied, .destinationNotFound,
        ]
        #expect(code.map { allowed.contains($0) } == true)
        #expect(seen.first?.description.contains("pass") != true, "no secrets in the log")
    }

    /// Answers of name servers, one for each look-up.
    static let answers: [[[String]]] = [
        [["127.0.0.1"]], [["10.1.2.3"]], [["169.254.169.254"]], [["::1"]], [["fd00:ec2::254"]], [["0.0.0.0"]],
        [["93.184.216.34", "127.0.0.1"]], [["127.0.0.1", "93.184.216.34"]], [["2606:4700::1", "::1"]],
        [["93.184.216.34", "::ffff:10.0.0.1"]], [["93.184.216.34", "64:ff9b::a00:1"]], [["fe80::1"]],
        [["93.184.216.34", "224.0.0.1"]], [["93.184.216.34", "2002:7f00:1::"]], [["100.64.0.9"]],
        [["192.168.1.1", "192.168.1.2"]], [["255.255.255.255"]], [["93.184.216.34", "0.0.0.0"]], [["::"]],
        [["::ffff:169.254.169.254"]], [["64:ff9b::a9fe:a9fe"]], [["100.100.100.200"]],
    ]

    @Test(arguments: answers, ["http://*:80", "http://*.example.com"])
    func `a public name with an internal answer`(answers: [[String]], pattern: String) async throws {
        let (code, seen) = try await refusal(
            outbound("www.example.com"), allowed: [pattern], answers: answers)
        #expect(code == .destinationIPProhibited)
        #expect(seen.count == 1)
        #expect(seen.first?.pattern == pattern)
        guard case .internalAddress = seen.first?.reason else {
            Issue.record("the address is the reason")
            return
        }
    }

    @Test func `a name that changes its place between two requests is checked each time`() async throws {
        let server = try await RawServer.start(answer: "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        let refusals = Refusals()
        let network = HostNetwork(
            component: "shop",
            grants: NetworkGrants(outbound: [try OutboundPattern("http://rebind.example:*")]),
            resolver: ScriptedResolver([
                ["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "169.254.169.254"],
            ]),
            observer: refusals)
        let client = PooledHTTPClient()
        let request = TestRequest("rebind.example:\(server.port)")
        #expect(try await Conversation.hold(request, client, network, on: loop).status == 204)
        for count in 1...2 {
            await #expect(throws: HTTPErrorCode.destinationIPProhibited) {
                try await Conversation.hold(request, client, network, on: loop)
            }
            #expect(refusals.all.count == count)
        }
        #expect(server.connectionCount == 1)
        try await server.stop()
    }

    @Test(arguments: [
        ("http://example.com", "example.org"), ("http://example.com", "example.com.evil.org"),
        ("http://example.com", "evilexample.com"), ("http://example.com", "www.example.com"),
        ("http://example.com", "example.com:8080"), ("https://example.com", "example.com"),
        ("http://*.example.com", "example.com"), ("http://*.example.com", "xexample.com"),
        ("http://10.0.0.0/8", "11.0.0.1"), ("http://10.0.0.0/8", "11.0.0.1:80"),
        ("http://93.184.216.34", "93.184.216.35"), ("http://*:8000..8080", "example.com:8080"),
        ("http://[2606:4700::1]", "[2606:4700::2]"), ("http://self", "example.com"),
        ("redis://*:80", "example.com"), ("http://a.spin.internal", "b.spin.internal"),
    ])
    func `a place beside the one that is allowed`(pattern: String, authority: String) async throws {
        let (code, seen) = try await refusal(
            outbound(authority), allowed: [pattern], answers: [["93.184.216.34"]])
        #expect(code == .httpRequestDenied)
        #expect(seen.map(\.reason) == [.notAllowed])
    }

    @Test func `the application itself needs a grant, and a place that answers`() async throws {
        for authority in [nil, "self", "SELF.", "self.alt", "a.spin.internal"] {
            let (code, seen) = try await refusal(
                outbound(authority), allowed: ["http://example.com"], answers: [])
            #expect(code == .httpRequestDenied)
            #expect(seen.count == 1)
        }
        let (code, seen) = try await refusal(outbound("self"), allowed: ["http://self"], answers: [])
        #expect(code == .httpRequestURIInvalid)
        #expect(seen.count == 1)
    }
}
