import AppModel
import Testing

/// What a request becomes for a CGI program.
@Suite("Requests as a CGI program sees them")
struct EnvironmentTests {
    @Test func `a request becomes variables and arguments`() async throws {
        try await TestServer.with([TestRoute("/shop/:kind/...", .named("env"))]) { server in
            let client = try await server.client()
            client.send(
                """
                POST /shop/fruit/red/apple?a=1&b=%202 HTTP/1.1\r
                host: example.test:8080\r
                content-length: 2\r
                content-type: text/x\r
                x-two-words: here\r
                authorization: secret\r
                proxy: evil\r
                connection: keep-alive\r
                \r
                ok
                """)
            let lines = try await client.response().text.split(separator: "\n").map(String.init)
            await client.close()
            let arguments = lines.filter { $0.hasPrefix("argument ") }
            #expect(arguments == ["argument /shop/fruit/red/apple", "argument a=1", "argument b=%202"])
            let variables = Set(
                lines.filter { $0.hasPrefix("environment ") }.map { $0.dropFirst(12).description })
            let expected: Set = [
                "REQUEST_METHOD=POST", "QUERY_STRING=a=1&b=%202", "CONTENT_LENGTH=2", "CONTENT_TYPE=text/x",
                "SERVER_NAME=example.test", "SERVER_PORT=8080", "SERVER_PROTOCOL=HTTP/1.1",
                "GATEWAY_INTERFACE=CGI/1.1",
                "HTTP_X_TWO_WORDS=here", "REMOTE_ADDR=127.0.0.1", "X_PATH_MATCH_KIND=fruit",
                "X_FULL_URL=http://example.test:8080/shop/fruit/red/apple?a=1&b=%202", "PATH_INFO=/red/apple",
            ]
            #expect(expected.subtracting(variables) == [])
            let hidden = ["secret", "evil", "HTTP_CONNECTION=", "HTTP_PROXY=", "HTTP_AUTHORIZATION="]
            for text in hidden {
                let leaked = variables.filter { $0.contains(text) }
                #expect(leaked.isEmpty)
            }
        }
    }

    @Test
    func `the environment of the manifest comes after the request's, and nothing of the host's comes at all`()
        async throws
    {
        var route = TestRoute("/...", .named("env"))
        route.environment = [
            EnvironmentVariable(name: "OWN", value: "a b"),
            EnvironmentVariable(name: "QUERY_STRING", value: "forged"),
        ]
        try await TestServer.with([route]) { server in
            let text = try await server.get("/?real").text
            #expect(text.contains("environment OWN=a b\n"))
            let first = text.split(separator: "\n").first { $0.contains("QUERY_STRING=") }
            #expect(first == "environment QUERY_STRING=real")
            #expect(!text.contains("environment PATH="))
        }
    }
}
