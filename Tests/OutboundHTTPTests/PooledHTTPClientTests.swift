import AppModel
import HTTPServer
import HostSystem
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing
import WASIHTTP

@testable import OutboundHTTP

@Suite("Outbound HTTP")
struct PooledHTTPClientTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func network(_ patterns: [String], _ refusals: Refusals = Refusals()) throws -> HostNetwork {
        HostNetwork(
            component: "shop", grants: NetworkGrants(outbound: try patterns.map { try OutboundPattern($0) }),
            resolver: ScriptedResolver([["127.0.0.1"]]), observer: refusals)
    }

    private func withServer(
        tls: HTTPServerTLS? = nil, _ body: (TestServer) async throws -> Void
    ) async throws {
        let server = try await TestServer.start(tls: tls)
        do { try await body(server) } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    private func withRawServer(
        _ answer: String, closes: Bool = true, _ body: (RawServer) async throws -> Void
    ) async throws {
        let server = try await RawServer.start(answer: answer, closes: closes)
        do { try await body(server) } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    private func ask(
        _ request: TestRequest, _ client: PooledHTTPClient? = nil, _ network: HostNetwork? = nil
    ) async throws -> Answer {
        let client = client ?? PooledHTTPClient(limits: .patient)
        let network = try network ?? self.network(["*://127.0.0.0/8:*", "*://localhost:*"])
        return try await Conversation.hold(request, client, network, on: loop)
    }

    private func megabyte() -> [ByteBuffer] {
        (0..<64).map { part in ByteBuffer(bytes: (0..<16_384).map { UInt8(truncatingIfNeeded: part + $0) }) }
    }

    // MARK: - Requests and responses

    @Test func `a host granted by name is reached, and sees its own name`() async throws {
        try await withServer { server in
            let answer = try await ask(
                TestRequest(
                    method: "PATCH", "localhost:\(server.port)", "/request?q=1",
                    fields: [("x-a", "b"), ("X-A", "c")])
            )
            #expect(answer.status == 200)
            #expect(
                answer.text.hasPrefix("PATCH /request?q=1\nhost: localhost:\(server.port)\nx-a: b\nx-a: c"))
        }
    }

    @Test func `values that are no text pass as they are, both ways`() async throws {
        let value = FieldText.text(of: [0x61, 0xe9, 0xff])
        let answer =
            "HTTP/1.1 103 Early Hints\r\nx-a: \(value)\r\n\r\nHTTP/1.1 200 OK\r\nX-A:  \(value) \r\n"
            + "x-b: \u{FFFD}\r\ncontent-length: 2\r\n\r\nok"
        try await withRawServer(answer, closes: false) { server in
            let client = PooledHTTPClient(limits: .patient)
            var request = TestRequest(
                method: "POST", "127.0.0.1:\(server.port)", body: [ByteBuffer(string: "b")])
            request.byteFields = [("x-c", [0x61, 0xe9, 0xff])]
            // The second one uses the same connection.
            for _ in 0..<2 {
                let answer = try await ask(request, client)
                #expect(answer.text == "ok" && answer.fields.first("x-b")?.text == "\u{FFFD}")
                #expect(answer.fields.first("x-a") == HTTPFieldValue(received: value))
            }
            #expect(server.connectionCount == 1)
            #expect(server.text.ranges(of: "x-c: \(value)\r\n").count == 2)
        }
    }

    @Test func `bodies of 1 MiB stream both ways`() async throws {
        try await withServer { server in
            let sent = megabyte()
            let answer = try await ask(
                TestRequest(method: "POST", "127.0.0.1:\(server.port)", "/echo", body: sent))
            #expect(answer.body == sent.flatMap { Array($0.readableBytesView) })
        }
    }

    @Test func `a short body leaves with its length, a long one in chunks, a declared one as declared`()
        async throws
    {
        try await withRawServer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") { server in
            let authority = "127.0.0.1:\(server.port)"
            _ = try await ask(TestRequest(method: "POST", authority, body: [ByteBuffer(string: "hello")]))
            #expect(server.text.hasSuffix("content-length: 5\r\n\r\nhello"))
            _ = try await ask(TestRequest(method: "GET", authority))
            #expect(server.text.hasSuffix("GET / HTTP/1.1\r\nhost: \(authority)\r\n\r\n"))
            _ = try await ask(TestRequest(method: "POST", authority))
            #expect(server.text.hasSuffix("content-length: 0\r\n\r\n"))
            _ = try await ask(
                TestRequest(
                    method: "GET", authority, body: [ByteBuffer(string: "x")], trailers: [("x-t", "1")]))
            #expect(server.text.contains("transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nx-t: 1\r\n\r\n"))
            _ = try await ask(
                TestRequest(
                    method: "PUT", authority, fields: [("content-length", "3")],
                    body: [ByteBuffer(string: "abc")]))
            #expect(server.text.hasSuffix("content-length: 3\r\n\r\nabc"))
        }
    }

    @Test(arguments: [("2", "abc"), ("4", "abc")])
    func `a body that is not as long as declared does not go out`(length: String, body: String) async throws {
        try await withServer { server in
            let request = TestRequest(
                method: "POST", "127.0.0.1:\(server.port)", "/echo", fields: [("content-length", length)],
                body: [ByteBuffer(string: body)])
            await #expect(throws: HTTPErrorCode.httpRequestBodySize(3)) { try await ask(request) }
        }
    }

    @Test func `trailers go both ways`() async throws {
        try await withServer { server in
            let answer = try await ask(
                TestRequest(
                    method: "POST", "127.0.0.1:\(server.port)", "/echo", body: [ByteBuffer(string: "x")],
                    trailers: [("x-checksum", "7")]))
            #expect(answer.trailers?.first("x-checksum")?.text == "7")
        }
    }

    @Test func `redirects are the guest's business`() async throws {
        try await withServer { server in
            let answer = try await ask(TestRequest("127.0.0.1:\(server.port)", "/redirect"))
            #expect(answer.status == 302)
            #expect(answer.fields.first("location")?.text == "/echo")
            #expect(answer.text == "moved")
        }
    }

    @Test func `characters beyond ASCII in a path are escaped`() async throws {
        try await withServer { server in
            let answer = try await ask(TestRequest("127.0.0.1:\(server.port)", "/request?q=ü"))
            #expect(answer.text.hasPrefix("GET /request?q=%C3%BC\n"))
        }
    }

    @Test func `interim responses are not the response`() async throws {
        let answer =
            "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok"
        try await withRawServer(answer) { server in
            let answer = try await ask(TestRequest("127.0.0.1:\(server.port)"))
            #expect(answer.status == 201)
            #expect(answer.text == "ok")
        }
    }

    // MARK: - Connections

    @Test func `connections are used again`() async throws {
        try await withRawServer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", closes: false) { server in
            let client = PooledHTTPClient(limits: .patient)
            for _ in 0..<5 {
                let answer = try await ask(TestRequest("127.0.0.1:\(server.port)"), client)
                #expect(answer.text == "ok")
            }
            #expect(server.connectionCount == 1)
            #expect(client.requestCount == 0)
            client.close()
        }
    }

    @Test func `a connection that the server has closed is replaced`() async throws {
        try await withRawServer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") { server in
            let client = PooledHTTPClient(limits: .patient)
            for _ in 0..<5 {
                let answer = try await ask(TestRequest("127.0.0.1:\(server.port)"), client)
                #expect(answer.text == "ok")
            }
        }
    }

    @Test func `a waiting connection is not for a component that may not reach its address`() async throws {
        try await withServer { server in
            let client = PooledHTTPClient(limits: .patient)
            let authority = "inner.example:\(server.port)"
            let named = try network(["http://inner.example:*"])
            #expect(try await ask(TestRequest(authority), client, named).text == "hello")
            let wildcard = try network(["http://*:*"])
            await #expect(throws: HTTPErrorCode.destinationIPProhibited) {
                try await ask(TestRequest(authority), client, wildcard)
            }
        }
    }

    @Test func `the checked address is the one that is connected to`() async throws {
        try await withServer { server in
            // The second answer would lead elsewhere: nobody may ask for it.
            let resolver = ScriptedResolver([["127.0.0.1"], ["127.0.0.99"]])
            let network = HostNetwork(
                component: "shop",
                grants: NetworkGrants(outbound: [try OutboundPattern("http://a.example:*")]),
                resolver: resolver)
            #expect(try await ask(TestRequest("a.example:\(server.port)"), nil, network).text == "hello")
            #expect(resolver.asked.withLock { $0 } == ["a.example"])
        }
    }

    @Test func `the next address is tried where one does not answer`() async throws {
        try await withServer { server in
            let network = HostNetwork(
                component: "shop",
                grants: NetworkGrants(outbound: [try OutboundPattern("http://a.example:*")]),
                resolver: ScriptedResolver([["127.0.0.98", "::1", "127.0.0.1"]]))
            #expect(try await ask(TestRequest("a.example:\(server.port)"), nil, network).text == "hello")
        }
    }

    // MARK: - TLS and HTTP/2

    @Test func `TLS to a server with its own authority, over HTTP 2`() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try HTTPServerTLS(certificateFile: certificate, keyFile: key)
            try await withServer(tls: tls) { server in
                let client = try PooledHTTPClient(limits: .patient, tls: .trustingTestCertificate())
                for host in ["localhost", "127.0.0.1"] {
                    let sent = megabyte()
                    let answer = try await ask(
                        TestRequest(
                            method: "POST", scheme: .https, "\(host):\(server.port)", "/echo", body: sent,
                            trailers: [("x-t", "1")]), client)
                    #expect(answer.status == 200)
                    #expect(answer.body == sent.flatMap { Array($0.readableBytesView) })
                    #expect(answer.trailers?.first("x-t")?.text == "1")
                }
                async let first = ask(
                    TestRequest(scheme: .https, "localhost:\(server.port)", "/request"), client)
                async let second = ask(
                    TestRequest(scheme: .https, "localhost:\(server.port)", "/request"), client)
                for answer in try await [first, second] { #expect(answer.text.hasPrefix("GET /request\n")) }
                client.close()
            }
        }
    }

    @Test func `a certificate that nobody vouches for, or of another name, is refused`() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try HTTPServerTLS(certificateFile: certificate, keyFile: key)
            try await withServer(tls: tls) { server in
                await #expect(throws: HTTPErrorCode.tlsCertificateError) {
                    try await ask(TestRequest(scheme: .https, "localhost:\(server.port)"))
                }
                let client = try PooledHTTPClient(limits: .patient, tls: .trustingTestCertificate())
                await #expect(throws: HTTPErrorCode.tlsCertificateError) {
                    try await ask(
                        TestRequest(scheme: .https, "other.example:\(server.port)"), client,
                        try network(["https://other.example:*"]))
                }
            }
        }
    }

    @Test(arguments: [
        ("example.com", "example.com", true), ("example.com.", "example.com", true),
        ("*.example.com", "www.example.com", true), ("*.example.com", "example.com", false),
        ("*.example.com", "a.b.example.com", false), ("*.com", "example.com", false),
        ("*", "localhost", false),
        ("w*.example.com", "www.example.com", false), ("example.com", "badexample.com", false),
        ("*.example.com", ".example.com", false),
    ])
    func `names of certificates`(pattern: String, name: String, isMatch: Bool) {
        #expect(CertificateNames.matches(pattern, name) == isMatch)
    }

    @Test func `a server without TLS is no server with it`() async throws {
        try await withServer { server in
            await #expect(throws: HTTPErrorCode.tlsProtocolError) {
                try await ask(TestRequest(scheme: .https, "127.0.0.1:\(server.port)"))
            }
        }
    }

    // MARK: - What goes wrong

    @Test func `nobody listens`() async throws {
        try await withRawServer("") { server in
            // A client's own port: no server beside this test can get it meanwhile.
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: server.port).get()
            let port = try #require(client.localAddress?.port)
            await #expect(throws: HTTPErrorCode.connectionRefused) {
                try await ask(TestRequest("127.0.0.1:\(port)"))
            }
            try await client.close()
        }
    }

    @Test func `a name that does not exist`() async throws {
        let network = HostNetwork(
            component: "shop", grants: NetworkGrants(outbound: [try OutboundPattern("http://a.example:*")]),
            resolver: ScriptedResolver([]))
        await #expect(throws: HTTPErrorCode.dnsError(.init(rcode: "NXDOMAIN"))) {
            try await ask(TestRequest("a.example"), nil, network)
        }
    }

    @Test func `a server that never answers`() async throws {
        try await withServer { server in
            var request = TestRequest("127.0.0.1:\(server.port)", "/hang")
            request.timeouts.firstByte = 20_000_000
            await #expect(throws: HTTPErrorCode.connectionReadTimeout) { try await ask(request) }
        }
    }

    @Test func `a server that stops in the middle`() async throws {
        try await withServer { server in
            var request = TestRequest("127.0.0.1:\(server.port)", "/stall")
            request.timeouts.betweenBytes = 20_000_000
            await #expect(throws: HTTPErrorCode.connectionReadTimeout) { try await ask(request) }
        }
    }

    @Test func `a place that takes no connection in time`() async throws {
        // A name server that does not answer counts for the connection.
        struct Silence: HostResolver {
            func addresses(of name: HostName, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
                loop.scheduleTask(in: .hours(1)) { [IPAddress]() }.futureResult
            }
        }
        let network = HostNetwork(
            component: "shop", grants: NetworkGrants(outbound: [try OutboundPattern("http://a.example:*")]),
            resolver: Silence())
        var request = TestRequest("a.example")
        request.timeouts.connect = 20_000_000
        await #expect(throws: HTTPErrorCode.connectionTimeout) { try await ask(request, nil, network) }
    }

    @Test(arguments: [
        ("", HTTPErrorCode.connectionTerminated),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort", .httpResponseIncomplete),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", .httpResponseIncomplete),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", .httpProtocolError),
        ("SSH-2.0-OpenSSH\r\n\r\n", .httpProtocolError),
        (
            "HTTP/1.1 200 OK\r\nx: \(String(repeating: "y", count: 70_000))\r\n\r\n",
            .httpResponseHeaderSectionSize(nil)
        ),
    ])
    func `an answer that is cut or is none`(answer: String, code: HTTPErrorCode) async throws {
        try await withRawServer(answer) { server in
            await #expect(throws: code) { try await ask(TestRequest("127.0.0.1:\(server.port)")) }
        }
    }

    @Test func `a server that resets`() async throws {
        try await withServer { server in
            await #expect(throws: HTTPErrorCode.httpResponseIncomplete) {
                try await ask(TestRequest("127.0.0.1:\(server.port)", "/cut"))
            }
        }
    }

    @Test func `letting go of an exchange ends it`() async throws {
        try await withServer { server in
            let client = PooledHTTPClient(limits: .patient)
            let network = try network(["*://127.0.0.0/8:*"])
            let request = try #require(TestRequest("127.0.0.1:\(server.port)", "/hang").outbound())
            let count = try await loop.submit { [loop] in
                let exchange = client.send(request, network: network, on: loop)
                exchange.finishBody(trailers: nil)
                return client.requestCount
            }.get()
            #expect(count == 1)
            #expect(try await loop.submit { client.requestCount }.get() == 0)
        }
    }

    @Test func `more requests than the application may have are refused, visibly`() async throws {
        try await withServer { server in
            var limits = OutboundHTTPLimits.patient
            limits.concurrentRequests = 0
            let refusals = Refusals()
            let network = try network(["*://127.0.0.0/8:*"], refusals)
            await #expect(throws: HTTPErrorCode.connectionLimitReached) {
                try await ask(
                    TestRequest("127.0.0.1:\(server.port)"), PooledHTTPClient(limits: limits), network)
            }
            #expect(refusals.all.count == 1)
        }
    }
}
