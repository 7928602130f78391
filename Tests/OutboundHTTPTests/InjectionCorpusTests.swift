import AppModel
import HostSystem
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import WASIHTTP

@testable import OutboundHTTP

/// Requests in which one part wants to become another one. Each is refused before a byte of it is sent, and the operator
/// sees it.
@Suite("Requests that would become others")
struct InjectionCorpusTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func expectRefusal(
        _ head: OutgoingRequestHead, limits: OutboundHTTPLimits = OutboundHTTPLimits()
    ) async throws -> HTTPErrorCode? {
        let refusals = Refusals()
        let network = HostNetwork(
            component: "shop", grants: NetworkGrants(outbound: [try OutboundPattern("*://*:*")]),
            resolver: ScriptedResolver([["93.184.216.34"]]), observer: refusals)
        let client = PooledHTTPClient(limits: limits)
        let code = try await loop.submit { [loop] () -> HTTPErrorCode? in
            let exchange = client.send(OutboundRequest(head), network: network, on: loop)
            if case .failure(let code) = exchange.response { return code }
            return nil
        }.get()
        #expect(code != nil, "it was sent")
        #expect(refusals.all.count == 1, "the operator sees it once")
        #expect(
            refusals.all.first.map { !$0.description.contains("\n") && !$0.description.contains("\r") }
                == true)
        return code
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "GET\r\n", "GET\n", "G ET", "GET\t", "", " ", "GE\0T", "GÉT",
        "GET:", "GET/",
        "CONNECT", "connect", "Connect", String(repeating: "A", count: 65), "\u{7F}", "(", "GET\u{2028}",
    ])
    func `a method that is none`(method: String) async throws {
        let code = try await expectRefusal(UncheckedHead.make(method: method))
        #expect(code == .httpRequestMethodInvalid)
    }

    @Test(arguments: [
        "/ HTTP/1.1\r\nHost: evil\r\n\r\n", "/\r\nX: y", "/\n", "/\r", "/a b", "/\0", "/\t", "/#fragment",
        "/a\u{7F}",
        "http://evil.example/", "//evil\r\n", "evil", "@evil.example/", ":80/", "*", "evil.example:80/",
        "/\\evil.example",
        "\\\\evil.example", "/a\u{0B}b", "/?q=\r\nX: y", "?q=a b", "/\u{1}",
    ])
    func `a path that is none`(path: String) async throws {
        let code = try await expectRefusal(UncheckedHead.make(path: path))
        #expect(code == .httpRequestURIInvalid)
    }

    @Test(arguments: [
        "example.com\r\nX: y", "example.com\n", "example.com\r", "example.com\0", "example.com /x",
        "example.com/x",
        "example.com?x", "example.com#x", "example.com\tx", "example.com:80\r\nX: y", "[::1\r\n]", "a@b",
        "a:b@c",
        "example.com,evil.example", "example.com;evil", "example.com|evil", "<example.com>",
        "\"example.com\"",
    ])
    func `an authority that is none`(authority: String) async throws {
        let code = try await expectRefusal(UncheckedHead.make(authority: authority))
        #expect(code == .httpRequestURIInvalid)
    }

    @Test(arguments: [
        "", "x y", "x:", "x\r\n", "x\r\nevil: y\r\n", "x\n", "x\0", "x\t", " x", "x ", "é", "x(y)", "x,y",
        "x/y", "x;y", "x=y",
        "x?y", "x@y", "x[y]", "x{y}", "x\\y", "x\"y", "x<y>", ":authority", ":path", "\u{7F}",
    ])
    func `a field name that is none`(name: String) async throws {
        #expect(try await expectRefusal(UncheckedHead.make(fields: [(name, "v")])) == .httpProtocolError)
        var fields = HTTPFields()
        #expect(throws: HTTPFieldError.invalidSyntax) { try fields.append(name, HTTPFieldValue("v")) }
    }

    @Test(arguments: [
        "a\r\nevil: b", "a\nevil: b", "a\revil: b", "a\r\n\r\nGET /evil HTTP/1.1", "a\0b", "\r\n", "\n",
        "a\u{1}", "a\u{7F}",
        "a\u{0B}", "a\u{0C}b", "a\u{1B}[31m",
    ])
    func `a field value that is none`(value: String) async throws {
        #expect(try await expectRefusal(UncheckedHead.make(fields: [("x", value)])) == .httpProtocolError)
        var fields = HTTPFields()
        #expect(throws: HTTPFieldError.invalidSyntax) { try fields.append("x", HTTPFieldValue(value)) }
    }

    @Test(arguments: [
        "host", "Host", "HOST", "connection", "Connection", "keep-alive", "proxy-connection",
        "Proxy-Authenticate",
        "proxy-authorization", "transfer-encoding", "Transfer-Encoding", "upgrade", "http2-settings",
    ])
    func `a field of the connection`(name: String) async throws {
        var fields = HTTPFields()
        #expect(throws: HTTPFieldError.forbidden) { try fields.append(name, HTTPFieldValue("v")) }
        #expect(OutboundSyntax.forbiddenFields.contains(name.lowercased()))
    }

    @Test(arguments: [
        [("content-length", "1"), ("content-length", "2")], [("content-length", "-1")],
        [("content-length", "+1")],
        [("content-length", "1, 1")], [("content-length", "0x1")], [("content-length", "")],
        [("content-length", "1 ")],
        [("content-length", "99999999999999999999")],
    ])
    func `a length that is none, or two`(fields: [(String, String)]) async throws {
        #expect(try await expectRefusal(UncheckedHead.make(fields: fields)) == .httpProtocolError)
    }

    @Test func `what is too large`() async throws {
        var limits = OutboundHTTPLimits()
        limits.requestLineBytes = 100
        limits.requestHeaderBytes = 200
        limits.requestFieldBytes = 120
        limits.requestFields = 20
        let long = String(repeating: "x", count: 150)
        #expect(
            try await expectRefusal(UncheckedHead.make(path: "/" + long), limits: limits)
                == .httpRequestURITooLong)
        #expect(
            try await expectRefusal(UncheckedHead.make(fields: [("x", long)]), limits: limits)
                == .httpRequestHeaderSize(.init(fieldName: "x", fieldSize: 151)))
        let several = (0..<3).map { ("x\($0)", String(repeating: "y", count: 100)) }
        #expect(
            try await expectRefusal(UncheckedHead.make(fields: several), limits: limits)
                == .httpRequestHeaderSectionSize(212))
        let many = (0..<21).map { ("x\($0)", "") }
        #expect(
            try await expectRefusal(UncheckedHead.make(fields: many), limits: limits)
                == .httpRequestHeaderSectionSize(nil))
    }

    @Test func `another scheme`() async throws {
        for scheme in ["ftp", "file", "gopher", "unix", "javascript"] {
            let head = UncheckedHead.make(scheme: .other(scheme))
            #expect(try await expectRefusal(head) == .httpProtocolError)
        }
    }

    @Test(arguments: [
        ("content-length", "5"), ("Authorization", "x"), ("cookie", "x"), ("trailer", "x"),
        ("set-cookie", "x"),
    ])
    func `a trailer that changes how a message is read`(name: String, value: String) throws {
        let fields = try HTTPFields([HTTPField(name: name, value: HTTPFieldValue(value))])
        #expect(throws: RequestRefusal.self) {
            try CheckedRequest.trailers(fields, limits: OutboundHTTPLimits())
        }
    }
}

/// A head that was not made by the rules for guests, as a fault elsewhere would let it through.
enum UncheckedHead {
    static func make(
        method: String = "GET", scheme: RequestScheme = .http, authority: String? = "example.com",
        path: String? = "/", fields: [(String, String)] = []
    ) -> OutgoingRequestHead {
        let headers = HTTPHeaders(fields)
        return OutgoingRequestHead(
            unchecked: .other(method), pathWithQuery: path, scheme: scheme, authority: authority,
            fields: HTTPFields(received: headers))
    }
}
