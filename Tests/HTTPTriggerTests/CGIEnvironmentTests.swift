import HostSystem
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer
@testable import HTTPTrigger

@Suite("CGI environments")
struct CGIEnvironmentTests {
    private let transport = FakeTransport()

    private func variables(
        _ exchange: HTTPExchange, route: String = "/...", parameters: [RouteParameter] = [],
        pathInfo: String = ""
    ) -> [String] {
        let strings = CGIEnvironment.variables(
            exchange, texts: RouteTexts(manifestText: route), parameters: parameters, pathInfo: pathInfo)
        return texts(strings)
    }

    private func texts(_ strings: EncodedStrings) -> [String] {
        let parts = strings.bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
        #expect(parts.count == strings.count)
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        ("a", "a", "80"), ("a:81", "a", "81"), ("a:", "a", "80"), ("[::1]", "[::1]", "80"),
        ("[::1]:81", "[::1]", "81"),
        ("", "localhost", "80"),
    ])
    func `host and port are the authority's`(authority: String, host: String, port: String) throws {
        let variables = variables(transport.exchange(authority: authority))
        #expect(variables.contains("SERVER_NAME=\(host)"))
        #expect(variables.contains("SERVER_PORT=\(port)"))
    }

    @Test func `a request without a body has the length 0, one of unknown length has none`() throws {
        #expect(variables(transport.exchange()).contains("CONTENT_LENGTH=0"))
        #expect(variables(transport.exchange(.POST, hasBody: true)).contains("CONTENT_LENGTH="))
        let declared = transport.exchange(.POST, headers: ["content-length": "7"], hasBody: true)
        #expect(variables(declared).contains("CONTENT_LENGTH=7"))
    }

    @Test func `path, query and route are told apart`() throws {
        let parameter = RouteParameter(name: "kind-of", value: "%41")
        let variables = variables(
            transport.exchange(.GET, "/shop/%41/b%20c?x=%3D&y"), route: "/shop/:kind-of/...",
            parameters: [parameter],
            pathInfo: "/b%20c")
        let expected = [
            "PATH_INFO=/b%20c", "PATH_TRANSLATED=/b%20c", "QUERY_STRING=x=%3D&y",
            "SCRIPT_NAME=/shop/:kind-of",
            "X_MATCHED_ROUTE=/shop/:kind-of/...", "X_RAW_COMPONENT_ROUTE=/shop/:kind-of/...",
            "X_PATH_MATCH_KIND_OF=%41",
            "X_FULL_URL=http://a/shop/%41/b%20c?x=%3D&y",
        ]
        for text in expected { #expect(variables.contains(text), "\(text)") }
    }

    @Test(arguments: ["Authorization", "PROXY", "connection"])
    func `a field that a program must not see is hidden`(name: String) throws {
        let exchange = transport.exchange(headers: HTTPHeaders([(name, "value"), ("X-\(name)", "value")]))
        let variables = variables(exchange)
        #expect(!variables.contains("HTTP_\(name.uppercased())=value"))
        #expect(variables.contains("HTTP_X_\(name.uppercased())=value"))
    }

    @Test func `the client's address is told with its port`() throws {
        let remote = try SocketAddress(ipAddress: "::1", port: 9)
        let variables = variables(transport.exchange(remote: remote))
        #expect(variables.contains("REMOTE_ADDR=::1"))
        #expect(variables.contains("X_CLIENT_ADDR=[::1]:9"))
    }

    @Test func `what has a zero byte in it never reaches a program`() {
        let variables = variables(transport.exchange(headers: ["x-a": "a\u{0}b", "x-b": "c"]))
        #expect(!variables.contains { $0.hasPrefix("HTTP_X_A") })
        #expect(variables.contains("HTTP_X_B=c"))
        let head = transport.exchange(.GET, "/a?b\u{0}c&d").head
        #expect(
            texts(CGIEnvironment.arguments(template: "${SCRIPT_NAME} ${ARGS}", head: head)) == [
                "/a", "", "d",
            ])
    }

    @Test(arguments: [
        ("${SCRIPT_NAME} ${ARGS}", "/a?b=1&c", ["/a", "b=1", "c"]),
        ("${SCRIPT_NAME} ${ARGS}", "/a", ["/a", ""]),
        ("run ${ARGS} end", "/a?b&c", ["run", "b", "c", "end"]), ("fixed", "/a?b", ["fixed"]),
        ("", "/a", [""]),
        ("${ARGS}${ARGS}", "/a?b", ["bb"]), ("${UNKNOWN} $x", "/a?b", ["${UNKNOWN}", "$x"]),
        ("${ARGS}", "/a?${SCRIPT_NAME}", ["${SCRIPT_NAME}"]),
    ])
    func `arguments follow the template`(template: String, target: String, arguments: [String]) throws {
        let head = transport.exchange(.GET, target).head
        #expect(texts(CGIEnvironment.arguments(template: template, head: head)) == arguments)
    }
}
